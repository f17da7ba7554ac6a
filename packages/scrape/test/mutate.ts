import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import type { createScrape } from '../src/create-scrape.ts';
import { bindLoop } from '../src/loop/loop.effects.ts';
import type { loopMachine } from '../src/loop/loop.machine.ts';
import { bindLoops } from '../src/loops/loops.logic.ts';
import type { LoopsLogic } from '../src/loops/loops.logic.ts';
import { bindManager } from '../src/manager/scrape.effects.ts';
import type { scrapeMachine } from '../src/manager/scrape.machine.ts';
import { bindPool } from '../src/pool/pool.effects.ts';
import type { poolMachine } from '../src/pool/pool.machine.ts';
import type { ScrapePorts } from '../src/ports.ts';

/** A node of a machine's configuration, as far as the mutations look into it. */
export interface MutableNode {
  on?: Record<string, unknown>;
  after?: unknown;
  always?: unknown;
  entry?: unknown;
  states: Record<string, MutableNode>;
}

/** The machine with its chart changed and everything provided as before: a fault in the chart. */
export function withChart<Machine extends AnyStateMachine>(machine: Machine, change: (root: MutableNode) => void): Machine {
  const config = copy(machine.config) as unknown as MutableNode;
  change(config);
  return createMachine(config as never, machine.implementations as never) as unknown as Machine;
}

function copy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy<unknown>(inner)])) as Value;
}

/** Faults in parts of the machines; what is not named stays as it is. */
export interface Mutations {
  readonly loop?: (machine: typeof loopMachine) => typeof loopMachine;
  readonly loops?: (logic: LoopsLogic) => LoopsLogic;
  readonly pool?: (machine: typeof poolMachine) => typeof poolMachine;
  readonly manager?: (machine: typeof scrapeMachine) => typeof scrapeMachine;
}

/** As `createScrape`, with mutated parts. */
export function mutated({ loop = same, loops = same, pool = same, manager = same }: Mutations): typeof createScrape {
  return (ports: ScrapePorts) => manager(bindManager(ports, pool(bindPool(ports, loops(bindLoops(ports, loop(bindLoop(ports))))))));
}

function same<Value>(value: Value): Value {
  return value;
}
