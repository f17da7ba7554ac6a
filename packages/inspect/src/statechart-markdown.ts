import type { AnyStateMachine } from 'xstate';
import { mermaid } from './mermaid.ts';
import { statechartOf } from './statechart.ts';
import type { Statechart, StatechartEdge, StatechartNode } from './statechart.ts';

/** A page about a machine: its name and description, its picture, and a table of what each state means and does. */
export function statechartMarkdown(machine: AnyStateMachine): string {
  const chart = statechartOf(machine);
  const description = chart.nodes[0]?.description;
  const parts = [
    `# ${chart.id}`,
    ...(description === undefined ? [] : [description]),
    `\`\`\`mermaid\n${mermaid(chart)}\`\`\``,
    stateTable(chart),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One column of the table; one that is empty for every state is left out. */
interface Column {
  readonly title: string;
  readonly cellOf: (node: StatechartNode) => string;
}

function stateTable(chart: Statechart): string {
  const columns: readonly Column[] = [
    { title: 'Meaning', cellOf: (node) => (node.path.length === 0 ? '' : (node.description ?? '')) },
    { title: 'Tags', cellOf: ({ tags }) => tags.map(code).join(', ') },
    { title: 'Does', cellOf: doings },
    { title: 'Without leaving', cellOf: (node) => stays(chart, node) },
  ];
  const used = columns.filter(({ cellOf }) => chart.nodes.some((node) => cellOf(node) !== ''));
  const shown = [{ title: 'State', cellOf: stateName }, ...used];
  const hasCells = (node: StatechartNode): boolean => node.path.length > 0 || used.some(({ cellOf }) => cellOf(node) !== '');
  const rows = chart.nodes.filter(hasCells).map((node) => shown.map(({ cellOf }) => cellOf(node)));
  const titles = shown.map(({ title }) => title);
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function stateName({ path }: StatechartNode): string {
  return path.length === 0 ? 'any' : code(path.join('.'));
}

function doings({ entry, exit, invokes }: StatechartNode): string {
  const lists = { entry, invokes, exit };
  return Object.entries(lists)
    .filter(([, names]) => names.length > 0)
    .map(([when, names]) => `${when} ${names.map(code).join(', ')}`)
    .join('; ');
}

/** What a state handles where it is, then the events that it deliberately ignores. */
function stays(chart: Statechart, node: StatechartNode): string {
  const inPlace = chart.edges.filter((edge) => edge.from === node.id && edge.to === undefined);
  const handled = inPlace
    .filter(({ actions }) => actions.length > 0)
    .map((edge) => `${code(trigger(edge))}: ${edge.actions.map(code).join(', ')}`);
  const ignored = inPlace.filter(({ actions }) => actions.length === 0).map((edge) => code(trigger(edge)));
  return [...handled, ...(ignored.length === 0 ? [] : [`ignores ${ignored.join(', ')}`])].join('; ');
}

function trigger({ event, guard }: StatechartEdge): string {
  return guard === undefined ? event : `${event} [${guard}]`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table cell stays on its line and within its bars. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', String.raw`\|`);
}
