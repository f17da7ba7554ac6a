import { createHash } from 'node:crypto';
import type { AnyActorRef, AnyStateMachine } from 'xstate';
import { chartTransitions, statechartOf } from '../statechart.ts';
import type { Statechart, StatechartEdge } from '../statechart.ts';

/** The statechart of a machine that runs, with the edge of each of its transitions. */
export interface MachineChart {
  readonly machine: AnyStateMachine;
  readonly chart: Statechart;
  readonly fingerprint: string;
  readonly edgeOf: ReadonlyMap<object, number>;
}

const known = new WeakMap<object, MachineChart>();

/** The statechart of an actor's machine, drawn once for each machine; undefined for logic of other kinds. */
export function chartOfActor({ logic }: AnyActorRef & { readonly logic?: unknown }): MachineChart | undefined {
  if (!isMachine(logic)) return undefined;
  const drawn = known.get(logic) ?? draw(logic);
  known.set(logic, drawn);
  return drawn;
}

/** Tells one drawing of a machine from another: equal where everything that is drawn is equal. */
export function chartFingerprint(chart: Statechart): string {
  return createHash('sha256').update(JSON.stringify(chart)).digest('hex').slice(0, 16);
}

/** The edge of an index that is known to exist. */
export function edgeAt({ chart }: MachineChart, index: number): StatechartEdge {
  const edge = chart.edges[index];
  if (edge === undefined) throw new RangeError(`${chart.id} has no edge ${index}`);
  return edge;
}

function draw(machine: AnyStateMachine): MachineChart {
  const chart = statechartOf(machine);
  return { machine, chart, fingerprint: chartFingerprint(chart), edgeOf: chartTransitions(machine) };
}

function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === 'object' && logic !== null && 'root' in logic && 'implementations' in logic;
}
