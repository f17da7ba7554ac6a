import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { eventLabel } from './event-label.ts';
import { actionName, guardName, sourceName } from './implementation-name.ts';

/** A machine as data that survives JSON: its states in document order, its transitions in the order XState tries them. */
export interface Statechart {
  readonly id: string;
  /** The machine itself first; every parent stands before its children. */
  readonly nodes: readonly StatechartNode[];
  readonly edges: readonly StatechartEdge[];
}

/** One state. Absent fields are absent, not `undefined`, so that JSON gives back the same value. */
export interface StatechartNode {
  /** XState's id: the keys from the machine down, joined with dots, or the id that the state names. */
  readonly id: string;
  /** The keys from below the machine down to this state; empty for the machine itself. */
  readonly path: readonly string[];
  /** Id of the state around this one; absent for the machine itself. */
  readonly parent?: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Id of the state entered first; compound states only. */
  readonly initial?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Names of the actions on entry and on exit, in order. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** Names of the actor logic invoked while in the state. */
  readonly invokes: readonly string[];
}

/** What a state does on one event, one edge for each target. */
export interface StatechartEdge {
  readonly from: string;
  /** Id of the target; absent where the event is handled without leaving, or ignored where there are no actions either. */
  readonly to?: string;
  /** The event as a person reads it, see `eventLabel`. */
  readonly event: string;
  /** The event as XState names it; empty for transitions without an event. */
  readonly eventType: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  /** Whether the source is left and entered again even where the target lies inside it. */
  readonly reenter: boolean;
  readonly description?: string;
}

/** Reads a machine from its root down. Works on any machine, provided or not: only names are looked at. */
export function statechartOf(machine: AnyStateMachine): Statechart {
  const nodes: StatechartNode[] = [];
  const edges: StatechartEdge[] = [];
  const visit = (node: AnyStateNode): void => {
    nodes.push(nodeOf(node));
    edges.push(...edgesOf(node));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(machine.root);
  return { id: machine.root.id, nodes, edges };
}

/** The index in `statechartOf(machine).edges` of each transition; of the first of its edges where it has several targets. */
export function chartTransitions(machine: AnyStateMachine): ReadonlyMap<object, number> {
  const indexes = new Map<object, number>();
  let count = 0;
  const visit = (node: AnyStateNode): void => {
    for (const transition of transitionsOf(node)) {
      indexes.set(transition, count);
      count += Math.max(1, transition.target?.length ?? 0);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(machine.root);
  return indexes;
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function childrenOf(node: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(node.states);
}

function nodeOf(node: AnyStateNode): StatechartNode {
  const initial = node.type === 'compound' ? node.initial.target?.[0]?.id : undefined;
  return {
    id: node.id,
    path: [...node.path],
    ...(node.parent === undefined ? {} : { parent: node.parent.id }),
    type: node.type,
    ...(initial === undefined ? {} : { initial }),
    ...descriptionOf(node),
    tags: [...node.tags],
    entry: actionNames(node.entry),
    exit: actionNames(node.exit),
    invokes: node.invoke.map(({ src }) => sourceName(src)),
  };
}

function edgesOf(node: AnyStateNode): readonly StatechartEdge[] {
  const invokeNames = new Map(node.invoke.map(({ id, src }) => [id, isAutomaticId(id, node.id) ? sourceName(src) : id]));
  return transitionsOf(node).flatMap((transition) => {
    const edge = edgeOf(node, transition, eventLabel(transition.eventType, { id: node.id, invokeNames }));
    const targets = transition.target ?? [];
    return targets.length === 0 ? [edge] : targets.map(({ id }) => Object.assign({ from: edge.from, to: id }, edge));
  });
}

function edgeOf(node: AnyStateNode, transition: AnyTransitionDefinition, event: string): StatechartEdge {
  return {
    from: node.id,
    event,
    eventType: transition.eventType,
    ...(transition.guard === undefined ? {} : { guard: guardName(transition.guard) }),
    actions: actionNames(transition.actions),
    reenter: transition.reenter,
    ...descriptionOf(transition),
  };
}

/** XState numbers invocations that have no id of their own: `0.loop.fetching`. */
function isAutomaticId(id: string, nodeId: string): boolean {
  return /^\d+$/.test(id.slice(0, -nodeId.length - 1)) && id.endsWith(`.${nodeId}`);
}

function actionNames(actions: readonly unknown[]): readonly string[] {
  return actions.map(actionName).filter((name) => name !== undefined);
}

function descriptionOf({ description }: { readonly description?: string | undefined }): { readonly description?: string } {
  return description === undefined ? {} : { description };
}
