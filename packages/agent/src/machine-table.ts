import { consulMachine, discoveryMachine, kubernetesMachine, pollingMachine, pushMachine, reflectorMachine } from '@limpet/discovery';
import { metadataMachine, remoteMachine, shardMachine } from '@limpet/remote-write';
import { loopMachine, poolMachine, scrapeMachine } from '@limpet/scrape';
import { storageMachine } from '@limpet/wal';
import type { AnyStateMachine } from 'xstate';
import { agentMachine } from './root/agent.machine.ts';

/** A machine with what it stands for. */
export interface NamedMachine {
  readonly machine: AnyStateMachine;
  /** What there is one of, and what it does; completes "the life of …". */
  readonly about: string;
}

/** Every machine of Limpet by the name of its statechart, parents before children. */
export const MACHINES: ReadonlyMap<string, NamedMachine> = new Map<string, NamedMachine>([
  ['agent', { machine: agentMachine, about: 'the agent: opens, runs, reloads and stops everything below' }],
  ['discovery', { machine: discoveryMachine, about: 'discovery: keeps one provider for each section and sends on what they find' }],
  ['polling-provider', { machine: pollingMachine, about: 'a provider that asks again and again, as HTTP discovery does' }],
  ['push-provider', { machine: pushMachine, about: 'a provider whose targets register themselves, each for a while' }],
  ['consul-provider', { machine: consulMachine, about: 'a provider that watches the services of a Consul datacenter' }],
  ['kubernetes-provider', { machine: kubernetesMachine, about: 'a provider that keeps copies of what a Kubernetes cluster has' }],
  ['reflector', { machine: reflectorMachine, about: 'a reflector: lists objects of one kind in a Kubernetes cluster, then watches them' }],
  ['scrape-manager', { machine: scrapeMachine, about: 'the scrape manager: one pool for each job' }],
  ['pool', { machine: poolMachine, about: "a pool: makes a job's loops match its targets" }],
  ['loop', { machine: loopMachine, about: 'a loop: one target, scraped once in every interval' }],
  ['storage', { machine: storageMachine, about: 'the log on disk: opened, written, cut short, and kept in memory while the disk fails' }],
  ['remote', { machine: remoteMachine, about: 'a remote-write queue: as many shards as its load needs' }],
  ['shard', { machine: shardMachine, about: 'a shard: one batch at a time, sent until the receiver has it or refuses it' }],
  [
    'metadata',
    { machine: metadataMachine, about: 'metadata on its way to a receiver: what targets say about their metrics, once a minute' },
  ],
]);
