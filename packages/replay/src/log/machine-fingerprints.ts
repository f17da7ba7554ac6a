import { createHash } from 'node:crypto';
import { agentMachine } from '@limpet/agent';
import { discoveryMachine, pollingMachine } from '@limpet/discovery';
import { remoteMachine, shardMachine } from '@limpet/remote-write';
import { loopMachine, poolMachine, scrapeMachine } from '@limpet/scrape';

const MACHINES = {
  agent: agentMachine,
  discovery: discoveryMachine,
  'polling-provider': pollingMachine,
  'scrape-manager': scrapeMachine,
  pool: poolMachine,
  loop: loopMachine,
  remote: remoteMachine,
  shard: shardMachine,
} as const;

/** A fingerprint of the chart of every machine: its states, events, guards and actions by name. */
export function machineFingerprints(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(MACHINES).map(([name, machine]) => {
      const chart = JSON.stringify(machine.config, (_, value: unknown) => (typeof value === 'function' ? `function ${value.name}` : value));
      return [name, `sha256:${createHash('sha256').update(chart).digest('hex').slice(0, 16)}`];
    }),
  );
}
