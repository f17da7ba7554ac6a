import { drawnEdges } from './drawn-edge.ts';
import type { Statechart, StatechartEdge, StatechartNode } from './statechart.ts';

const INDENT = '    ';
/** Words that Mermaid reads as the start of a statement. */
const RESERVED: ReadonlySet<string> = new Set(
  'as choice class classDef click default direction end fork hide join note scale state style'.split(' '),
);

/**
 * A Mermaid `stateDiagram-v2`: states nested, arrows as `event [guard] / actions`, in the order of the machine.
 * What an atomic state handles without leaving stands inside its box; for states around others Mermaid has no place.
 */
export function mermaid(chart: Statechart): string {
  const names = drawnNames(chart);
  const nameOf = (node: StatechartNode): string => names.get(node.id) ?? node.id;
  const root = chart.nodes.find(({ parent }) => parent === undefined);
  const lines = ['stateDiagram-v2', ...(root === undefined ? [] : rootLines(chart, root, nameOf))];
  for (const { from, to, edge } of drawnEdges(chart)) lines.push(`${INDENT}${nameOf(from)} --> ${nameOf(to)} : ${edgeLabel(edge)}`);
  for (const node of chart.nodes) {
    if (node.type === 'final' && node.path.length === 1) lines.push(`${INDENT}${nameOf(node)} --> [*]`);
  }
  return `${lines.join('\n')}\n`;
}

/** `event [guard] / actions`, in characters that Mermaid leaves as they are. */
export function edgeLabel({ event, guard, actions }: StatechartEdge): string {
  const words = [event, ...(guard === undefined ? [] : [`[${guard}]`]), ...(actions.length === 0 ? [] : ['/', actions.join(', ')])];
  return plain(words.join(' '));
}

type NameOf = (node: StatechartNode) => string;

/** The states of a machine stand by themselves, but regions need something around them and a lone state its name. */
function rootLines(chart: Statechart, root: StatechartNode, nameOf: NameOf): readonly string[] {
  return root.type === 'compound' ? inside(chart, root, nameOf, INDENT) : stateLines(chart, root, nameOf, INDENT);
}

/** Everything between the braces of a state. */
function inside(chart: Statechart, outer: StatechartNode, nameOf: NameOf, indent: string): readonly string[] {
  const children = chart.nodes.filter(({ parent }) => parent === outer.id);
  const first = children.find(({ id }) => id === outer.initial);
  const lines = first === undefined ? [] : [`${indent}[*] --> ${nameOf(first)}`];
  for (const [index, child] of children.entries()) {
    if (outer.type === 'parallel' && index > 0) lines.push(`${indent}--`);
    lines.push(...stateLines(chart, child, nameOf, indent));
    if (child.type === 'final' && outer.path.length > 0) lines.push(`${indent}${nameOf(child)} --> [*]`);
  }
  return lines;
}

function stateLines(chart: Statechart, node: StatechartNode, nameOf: NameOf, indent: string): readonly string[] {
  const name = nameOf(node);
  const key = plain(node.path.at(-1) ?? node.id);
  if (node.type === 'compound' || node.type === 'parallel') {
    const opening = name === key ? `state ${name} {` : `state "${key}" as ${name} {`;
    return [`${indent}${opening}`, ...inside(chart, node, nameOf, indent + INDENT), `${indent}}`];
  }
  const stays = chart.edges.filter((edge) => edge.from === node.id && edge.to === undefined && edge.actions.length > 0);
  const declaration = name === key && stays.length === 0 ? name : `state "${key}" as ${name}`;
  return [`${indent}${declaration}`, ...stays.map((edge) => `${indent}${name} : ${edgeLabel(edge)}`)];
}

/** A name for each state that Mermaid accepts: the keys joined with `_`, no two alike. */
function drawnNames(chart: Statechart): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set(RESERVED);
  for (const { id, path } of chart.nodes) {
    let name = (path.length === 0 ? id : path.join('_')).replaceAll(/\W/g, '_');
    while (taken.has(name)) name += '_';
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

/** Mermaid ends a label at `:`, `;` and line ends, and reads `#`, `"`, `<`, `>` and braces in it; likenesses stand in. */
function plain(text: string): string {
  const likeness: Readonly<Record<string, string>> = { ':': '∶', ';': ',', '#': '♯', '"': "'", '<': '‹', '>': '›', '{': '(', '}': ')' };
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[:;#"<>{}]/g, (character) => likeness[character] ?? character);
}
