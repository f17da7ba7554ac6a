import { lookup, lookupService } from 'node:dns/promises';
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { liveClock, settled, TimerWheel } from '@limpet/driver';
import { liveClusterAddress, liveDns, liveFiles } from '@limpet/discovery';
import { BodyBudget, liveHttpEffects, openHttpClient } from '@limpet/http-client';
import { openLineMemory } from '@limpet/line-template';
import type { AgentWorld } from '../agent-options.ts';
import type { HostNames } from '../full-host-name.ts';
import { openForAppending } from './failure-logs.ts';

/** This machine: its time, network and files. All bodies that come over the network share one budget. */
export function liveWorld(userAgent: string, bodyBudget = new BodyBudget()): AgentWorld {
  const clock = new TimerWheel(liveClock);
  return {
    clock,
    files: liveFiles,
    dns: liveDns(),
    clusterAddress: liveClusterAddress,
    hostNames: liveHostNames,
    openLineMemory: () => openLineMemory(),
    hashSeed: () => randomInt(2 ** 32),
    httpEffects: liveHttpEffects,
    openHttpClient: (config) => openHttpClient(config, { effects: liveHttpEffects, userAgent, bodyBudget }),
    openForAppending,
    pause: settled,
    waitForConsumers: (work) => work(),
    command: (_, deliver) => deliver(),
  };
}

/** The names of this machine as its resolver knows them: the file of hosts, then DNS. */
const liveHostNames: HostNames = {
  hostName: () => hostname(),
  addressesOf: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  nameOf: async (address) => (await lookupService(address, ANY_PORT)).hostname,
};
/** Asked for besides the name of an address, and not used. */
const ANY_PORT = 0;

/** The version of Node that runs this. */
export function liveRuntimeVersion(): string {
  return process.version;
}
