import { agentMachine } from '@limpet/agent';
import { discoveryMachine, pollingMachine } from '@limpet/discovery';
import { remoteMachine, shardMachine } from '@limpet/remote-write';
import type { statechartOf } from '@limpet/inspect';

/** A machine as the statechart drawers take it. */
export type DrawableMachine = Parameters<typeof statechartOf>[0];

/** Every machine of Limpet by the name of its statechart, parents before children. */
export const MACHINES: ReadonlyMap<string, DrawableMachine> = new Map<string, DrawableMachine>([
  ['agent', agentMachine],
  ['discovery', discoveryMachine],
  ['polling-provider', pollingMachine],
  ['remote', remoteMachine],
  ['shard', shardMachine],
]);
