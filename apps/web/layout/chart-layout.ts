import { chartFingerprint, drawnEdges } from '@limpet/inspect';
import type { Statechart, StatechartNode } from '@limpet/inspect';
import ELK from 'elkjs';
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { ArrowLayout, BoxLayout, ChartLayout, LabelLine, Point } from '../src/inspect/chart-layout.ts';

/** Width of a character of the labels and of the names, pixels: both are set in monospaced type. */
const LABEL_CHARACTER = 6.7;
const NAME_CHARACTER = 8;
const LINE = 13.5;
const BOX_HEIGHT = 36;
const DOT = 10;
/** The width that a drawing usually has, and how much a small one may be enlarged. */
const USUAL_WIDTH = 860;
const SCALE_MAX = 1.15;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.feedbackEdges': 'true',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '9',
  'elk.spacing.edgeLabel': '3',
};
const INSIDE = { 'elk.padding': '[top=34,left=12,bottom=12,right=12]' };

/** A statechart with a place for everything in it. Both directions are tried: the one that is shown larger across the usual width is taken, the lower one of equals. */
export async function layoutOf(chart: Statechart, about: string): Promise<ChartLayout> {
  const elk = new ELK();
  const drawings: ChartLayout[] = [];
  for (const direction of ['DOWN', 'RIGHT']) drawings.push(drawing(chart, about, await elk.layout(graphOf(chart, direction))));
  return drawings.reduce((best, next) => (isBetter(next, best) ? next : best));
}

function isBetter(one: ChartLayout, other: ChartLayout): boolean {
  const scaleOf = ({ width }: ChartLayout): number => Math.min(SCALE_MAX, USUAL_WIDTH / width);
  return scaleOf(one) === scaleOf(other) ? one.height < other.height : scaleOf(one) > scaleOf(other);
}

/** Transitions between the same two states share an arrow; the label has a line for each, and one for its guard. */
interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly lines: LabelLine[];
}

function arrowsOf(chart: Statechart): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const { from, to, edge: drawn } of drawnEdges(chart)) {
    const id = `${from.id} ${to.id}`;
    const arrow = arrows.get(id) ?? { id, from: from.id, to: to.id, lines: [] };
    arrows.set(id, arrow);
    const edge = chart.edges.indexOf(drawn);
    arrow.lines.push({ text: drawn.event, edge });
    if (drawn.guard !== undefined) arrow.lines.push({ text: `[${drawn.guard}]`, edge });
  }
  return [...arrows.values()];
}

function graphOf(chart: Statechart, direction: string): ElkNode {
  const inside = (parent: StatechartNode): ElkNode[] => {
    const children = chart.nodes.filter((node) => node.parent === parent.id).map(nodeOf);
    return parent.initial === undefined ? children : [{ id: dotId(parent), width: DOT, height: DOT }, ...children];
  };
  const nodeOf = (node: StatechartNode): ElkNode => {
    const name = node.path.at(-1) ?? node.id;
    const children = inside(node);
    if (children.length > 0) return { id: node.id, children, layoutOptions: { ...OPTIONS, ...INSIDE, 'elk.direction': direction } };
    return { id: node.id, width: Math.max(70, Math.ceil(name.length * NAME_CHARACTER) + 22), height: BOX_HEIGHT };
  };
  const [root] = chart.nodes;
  if (root === undefined) throw new Error(`${chart.id} has no states`);
  const starts = chart.nodes.flatMap((node): ElkExtendedEdge[] =>
    node.initial === undefined ? [] : [{ id: dotId(node), sources: [dotId(node)], targets: [node.initial] }],
  );
  const arrows = arrowsOf(chart).map(({ id, from, to, lines }): ElkExtendedEdge => ({
    id,
    sources: [from],
    targets: [to],
    labels: [{ id: `label ${id}`, text: id, width: widthOf(lines), height: lines.length * LINE }],
  }));
  return { id: '', children: inside(root), edges: [...starts, ...arrows], layoutOptions: { ...OPTIONS, 'elk.direction': direction } };
}

function dotId({ id }: StatechartNode): string {
  return `start ${id}`;
}

function widthOf(lines: readonly LabelLine[]): number {
  return Math.ceil(Math.max(...lines.map(({ text }) => text.length)) * LABEL_CHARACTER) + 4;
}

function drawing(chart: Statechart, about: string, laidOut: ElkNode): ChartLayout {
  const places = new Map<string, ElkNode>();
  const visit = (node: ElkNode): void => {
    places.set(node.id, node);
    node.children?.forEach(visit);
  };
  visit(laidOut);
  const edges = new Map((laidOut.edges ?? []).map((edge) => [edge.id, edge]));
  const boxes = chart.nodes.flatMap((node): BoxLayout[] => (node.path.length === 0 ? [] : [boxOf(node, places.get(node.id))]));
  const starts = chart.nodes.flatMap((node) => (node.initial === undefined ? [] : [pointsOf(edges.get(dotId(node)))]));
  const arrows = arrowsOf(chart).map(({ id, from, to, lines }): ArrowLayout => {
    const edge = edges.get(id);
    const label = edge?.labels?.[0];
    return { from, to, points: pointsOf(edge), label: { x: round(label?.x), y: round(label?.y) }, lines };
  });
  return {
    id: chart.id,
    about,
    description: chart.nodes[0]?.description ?? '',
    fingerprint: chartFingerprint(chart),
    width: round(laidOut.width),
    height: round(laidOut.height),
    boxes,
    starts,
    arrows,
    edges: chart.edges.map(({ event, guard, from, to, actions, description }) => ({
      event,
      from,
      ...(to === undefined ? {} : { to }),
      ...(guard === undefined ? {} : { guard }),
      actions,
      ...(description === undefined ? {} : { description }),
    })),
  };
}

function boxOf(node: StatechartNode, place: ElkNode | undefined): BoxLayout {
  return {
    id: node.id,
    path: node.path.join('.'),
    name: node.path.at(-1) ?? node.id,
    description: node.description ?? '',
    isFinal: node.type === 'final',
    isAround: node.type === 'compound' || node.type === 'parallel',
    ...(node.initial === undefined ? {} : { initial: node.initial }),
    x: round(place?.x),
    y: round(place?.y),
    width: round(place?.width),
    height: round(place?.height),
  };
}

function pointsOf(edge: ElkExtendedEdge | undefined): readonly Point[] {
  const [section] = edge?.sections ?? [];
  if (section === undefined) throw new Error(`${edge?.id ?? 'an arrow'} was not laid out`);
  return [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(({ x, y }) => ({ x: round(x), y: round(y) }));
}

function round(length: number | undefined): number {
  return Math.round(length ?? 0);
}
