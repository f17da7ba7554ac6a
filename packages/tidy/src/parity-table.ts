/** A test that a line of the comparison names: its title, or the row of a table of tests, and the file that holds it. */
export interface Citation {
  readonly title: string;
  /** Relative to the root of the repository. */
  readonly file: string;
}

/** One line of a table of docs/parity.md. */
export interface ParityRow {
  /** 1 for the first line of the document. */
  readonly line: number;
  readonly section: string;
  /** Trimmed cells by the head of their column. */
  readonly cells: Readonly<Record<string, string>>;
  /** What the column `Test` links to. */
  readonly citations: readonly Citation[];
}

const HEADING = /^#{2,} +(.*?) *$/;
const RULER = /^\|(?: *:?-+:? *\|)+$/;
const UNESCAPED_BAR = /(?<!\\)\|/;
const LINK = /\[((?:\\.|[^\\\]])*)\]\(([^()\s]+)\)/g;
const RULE_ID = /\b(?:[A-Z]-\d{3}|I\d{1,2})\b/g;
/** Whether Limpet has a feature; a feature that it has only a part of says which part is missing. */
const ANSWERS = ['yes', 'partly', 'no'];

/** Every line of every table, in the order of the document. `folder` holds the document; links are relative to it. */
export function parityRows(markdown: string, folder: string): ParityRow[] {
  const rows: ParityRow[] = [];
  let section = '';
  let heads: readonly string[] | undefined;
  const lines = markdown.split('\n');
  for (const [index, text] of lines.entries()) {
    section = HEADING.exec(text)?.[1] ?? section;
    if (!text.startsWith('|')) heads = undefined;
    else if (RULER.test(lines[index + 1] ?? '')) heads = cellsOf(text);
    else if (heads !== undefined && !RULER.test(text)) rows.push(rowOf({ line: index + 1, section, heads, text, folder }));
  }
  return rows;
}

/** What is wrong with a line: an answer that is none, a difference without words, a feature that no test backs. */
export function rowFaults(row: ParityRow): string[] {
  const { cells, citations } = row;
  const faults = Object.entries(cells).flatMap(([head, cell]) => (cell === '' && head !== 'Difference' ? [`${head} is empty`] : []));
  const { Limpet: answer = '', Difference: difference } = cells;
  const isFeature = difference !== undefined;
  if (isFeature && !ANSWERS.includes(answer)) faults.push(`Limpet says "${answer}", not ${ANSWERS.join(', ')}`);
  if (isFeature && answer !== 'yes' && difference === '') faults.push(`Limpet says "${answer}" and the difference is not named`);
  if (!isFeature && rulesNamed(cells['Rule'] ?? '').length === 0) faults.push('a decided difference names no rule');
  if (citations.length === 0 && answer !== 'no') faults.push('no test is named');
  return faults.map((fault) => `line ${row.line}, ${row.section}: ${fault}`);
}

/** The rules (`S-104`) and invariants (`I9`) that a text names. */
export function rulesNamed(text: string): string[] {
  return text.match(RULE_ID) ?? [];
}

/** Whether a source file holds a test, or a row of a table of tests, of this title: as a whole string, as it is written. */
export function holdsTitle(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(quote + title.replaceAll(quote, `\\${quote}`) + quote));
}

interface RowText extends Pick<ParityRow, 'line' | 'section'> {
  readonly heads: readonly string[];
  readonly text: string;
  readonly folder: string;
}

function rowOf({ line, section, heads, text, folder }: RowText): ParityRow {
  const texts = cellsOf(text);
  const cells = Object.fromEntries(heads.map((head, index) => [head, texts[index] ?? '']));
  const citations = [...(cells['Test'] ?? '').matchAll(LINK)].map(([, title = '', target = '']) => ({
    title: title.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'),
    file: resolved(folder, target),
  }));
  return { line, section, cells, citations };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.endsWith('|') ? -1 : undefined)
    .split(UNESCAPED_BAR)
    .map((cell) => cell.trim());
}

/** `docs` and `../packages/a.ts` → `packages/a.ts`. */
function resolved(folder: string, target: string): string {
  return new URL(target, `file:///${folder}/`).pathname.slice(1);
}
