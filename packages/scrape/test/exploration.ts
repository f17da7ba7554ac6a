import { __unsafe_getAllOwnEventDescriptors } from 'xstate';
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';

export interface Edge {
  readonly from: string;
  readonly event: AnyEventObject;
  readonly to: string;
}

/** Everything that a machine can do, with context cut down to what its guards read. */
export interface Exploration {
  readonly states: ReadonlyMap<string, AnyMachineSnapshot>;
  readonly edges: readonly Edge[];
  /** Transitions of the machine that no edge takes, as `source event [guard]`. `always` is left out. */
  readonly untaken: readonly string[];
}

export interface ExploreOptions {
  readonly input: unknown;
  /** The machine's own events in a state, every case that a guard tells apart. Timers and completions are added. */
  readonly events: (snapshot: AnyMachineSnapshot) => readonly AnyEventObject[];
  /** Payloads of completions, by event type; one edge each. */
  readonly completions?: Readonly<Record<string, readonly object[]>>;
  /** What tells two snapshots apart, beside the state's name. */
  readonly flags: (snapshot: AnyMachineSnapshot) => unknown;
}

/** What XState's graph functions are given: events of a state with its timers and completions, and what tells states apart. */
export function traversal({ input, events, completions = {}, flags }: ExploreOptions): {
  readonly input: unknown;
  readonly limit: number;
  readonly serializeState: (snapshot: AnyMachineSnapshot) => string;
  readonly events: (snapshot: AnyMachineSnapshot) => AnyEventObject[];
} {
  return {
    input,
    limit: 20_000,
    serializeState: (snapshot) => JSON.stringify([snapshot.value, flags(snapshot)]),
    events: (snapshot) => {
      if (snapshot.status !== 'active') return [];
      const own = __unsafe_getAllOwnEventDescriptors(snapshot).filter((type) => type.startsWith('xstate.'));
      const added = own.flatMap((type) => (completions[type] ?? [{}]).map((payload): AnyEventObject => Object.assign({ type }, payload)));
      return [...events(snapshot), ...added];
    },
  };
}

/** All reachable states of a machine and the edges between them. */
export function explore(machine: AnyStateMachine, options: ExploreOptions): Exploration {
  const { serializeState: key, ...rest } = traversal(options);
  const map = getAdjacencyMap(machine as never, { ...rest, serializeState: key } as never) as unknown as Record<
    string,
    { state: AnyMachineSnapshot; transitions: Record<string, { event: AnyEventObject; state: AnyMachineSnapshot }> }
  >;
  const states = new Map(Object.values(map).map(({ state }) => [key(state), state]));
  const edges: Edge[] = [];
  const taken = new Set<string>();
  for (const { state, transitions } of Object.values(map)) {
    for (const { event, state: next } of Object.values(transitions)) {
      if (state.status !== 'active') continue;
      edges.push({ from: key(state), event, to: key(next) });
      for (const transition of machine.getTransitionData(state as never, event)) taken.add(labelOf(transition));
    }
  }
  const labels = transitionsOf(machine)
    .filter(({ eventType }) => eventType !== '')
    .map((transition) => labelOf(transition));
  return { states, edges, untaken: labels.filter((label) => !taken.has(label)) };
}

/** States from which no path of edges that `isAllowed` leads to a state that `isGoal`. */
export function cannotReach(
  { states, edges }: Exploration,
  isGoal: (snapshot: AnyMachineSnapshot) => boolean,
  isAllowed: (edge: Edge) => boolean,
): readonly string[] {
  const before = new Map<string, string[]>();
  for (const edge of edges) if (isAllowed(edge)) before.set(edge.to, [...(before.get(edge.to) ?? []), edge.from]);
  const reaching = new Set([...states].filter(([, snapshot]) => isGoal(snapshot)).map(([key]) => key));
  for (const key of reaching) for (const from of before.get(key) ?? []) reaching.add(from);
  return [...states.keys()].filter((key) => !reaching.has(key));
}

/** A timer that fires, or an effect that completes: what happens without anybody asking. */
export function isInevitable({ event }: Edge): boolean {
  return event.type.startsWith('xstate.after.') || event.type.startsWith('xstate.done.');
}

/** Every transition of a machine, `always` included. */
export function transitionsOf(machine: AnyStateMachine): readonly AnyTransitionDefinition[] {
  return nodesBelow(machine.root).flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])]);
}

function nodesBelow(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesBelow(child as AnyStateNode))];
}

/** `<state> <event> [<guard>]`. */
export function labelOf({ source, eventType, guard }: AnyTransitionDefinition): string {
  const name = typeof guard === 'string' ? guard : (guard as { readonly type?: string } | undefined)?.type;
  return `${source.id} ${eventType}${name === undefined ? '' : ` [${name}]`}`;
}
