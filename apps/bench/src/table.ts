/** What a benchmark found, ready to print. Cells that are `undefined` do not apply. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** How to read it, one sentence a line. */
  readonly notes?: readonly string[];
}

export type Cell = string | number | undefined;

/** The table with its columns aligned: text to the left, numbers to the right. */
export function tableText({ title, columns, rows, notes = [] }: Table): string {
  const cells = rows.map((row) => columns.map((_, column) => cellText(row[column])));
  const widths = columns.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = columns.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = [`── ${title}`, line(columns), ...cells.map(line), ...notes.map((note) => `   ${note}`)];
  return `${lines.join('\n')}\n`;
}

/** The table as objects, one a row, for machines: numbers as they are, cells that do not apply left out. */
export function tableRecords({ columns, rows }: Table): Record<string, string | number>[] {
  return rows.map((row) =>
    Object.fromEntries(
      columns.flatMap((name, column): [string, string | number][] => (row[column] === undefined ? [] : [[name, row[column]]])),
    ),
  );
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '–';
  return typeof cell === 'string' ? cell : numberText(cell);
}

/** Three digits that mean something are more than a shared machine gives. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}
