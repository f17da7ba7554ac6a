import type { Statechart, StatechartEdge, StatechartNode } from './statechart.ts';

/** An arrow of a drawing. Neither end lies inside the other, which drawing programs cannot show. */
export interface DrawnEdge {
  readonly from: StatechartNode;
  readonly to: StatechartNode;
  readonly edge: StatechartEdge;
}

/**
 * The transitions that leave their state, as arrows. One from a state to a state inside it, or from the machine itself,
 * becomes one from each child in which the event can arrive; one to a state around it goes to where that state begins.
 */
export function drawnEdges(chart: Statechart): readonly DrawnEdge[] {
  const nodes = new Map(chart.nodes.map((node) => [node.id, node]));
  return chart.edges.flatMap((edge) => {
    const from = nodes.get(edge.from);
    const target = edge.to === undefined ? undefined : nodes.get(edge.to);
    if (from === undefined || target === undefined) return [];
    const isRoot = from.parent === undefined;
    const to = isInside(from, target) || (isRoot && from === target) ? beginning(chart, target, from) : target;
    if (!isInside(to, from)) return [{ from, to, edge }];
    return sourcesInside(chart, from, to, edge).map((source) => ({ from: source, to, edge }));
  });
}

/** Whether the first state lies inside the second. */
function isInside(inner: StatechartNode, outer: StatechartNode): boolean {
  return inner.path.length > outer.path.length && outer.path.every((key, index) => key === inner.path[index]);
}

/** Where a state around `from` begins: its initial state, and further in for as long as `from` lies inside that too. */
function beginning(chart: Statechart, outer: StatechartNode, from: StatechartNode): StatechartNode {
  const children = chart.nodes.filter(({ parent }) => parent === outer.id);
  const first =
    outer.type === 'parallel'
      ? children.find((child) => child === from || isInside(from, child))
      : children.find(({ id }) => id === outer.initial);
  if (first === undefined) return outer;
  return isInside(from, first) ? beginning(chart, first, from) : first;
}

/** The states inside `outer` from which its transition to `target`, a state inside it too, can be seen to start. */
function sourcesInside(chart: Statechart, outer: StatechartNode, target: StatechartNode, edge: StatechartEdge): readonly StatechartNode[] {
  const leadsTo = (child: StatechartNode): boolean => child === target || isInside(target, child);
  return chart.nodes
    .filter((child) => child.parent === outer.id && child.type !== 'final' && child.type !== 'history')
    .filter((child) => outer.type !== 'parallel' || leadsTo(child))
    .filter((child) => !handlesItself(chart, child, edge.eventType))
    .flatMap((child) => (isInside(target, child) ? sourcesInside(chart, child, target, edge) : [child]));
}

/** Whether a state always answers an event itself, or never waits for one: the states around it then do not see it. */
function handlesItself(chart: Statechart, node: StatechartNode, eventType: string): boolean {
  return chart.edges.some((edge) => edge.from === node.id && edge.guard === undefined && [eventType, '*', ''].includes(edge.eventType));
}
