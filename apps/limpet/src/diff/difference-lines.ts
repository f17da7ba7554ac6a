import type { LoopPlan, ReloadGap } from '@limpet/agent';
import { formatDuration, labelsObject } from '@limpet/model';
import type { JobDifference, SidePlan } from './side-plan.ts';

export interface LinesOptions {
  /** Loops and jobs that stay as they are are listed too. */
  readonly kept: boolean;
  /** A line for each loop instead of one for loops alike. */
  readonly loops: boolean;
}

/** The plan for programs, an object for each job, for each loop and for the whole. */
export function differenceJson({ jobs, counts, changedSections }: SidePlan, { kept }: Pick<LinesOptions, 'kept'>): readonly string[] {
  const lines: object[] = [];
  for (const job of jobs) {
    const { change, changedFields: fields, undiscovered, undiscoveredBefore, droppedCount: dropped, failedCount: failed, forced } = job;
    const loops = job.loops.filter((loop) => kept || loop.change !== 'kept');
    if (!kept && change === 'kept' && loops.length === 0) continue;
    lines.push({ entry: 'job', job: job.job, change, fields, undiscovered, undiscoveredBefore, dropped, failed, forced });
    for (const { url, labels, intervalMs, change: what, reason, gap, steps } of loops) {
      lines.push({ entry: 'loop', job: job.job, change: what, url, labels: labelsObject(labels), intervalMs, reason, gap, steps });
    }
  }
  lines.push({ entry: 'total', loops: counts, changedSections });
  return lines.map((line) => JSON.stringify(line));
}

/** The plan for people: a table, then what the table has no row for, then the sum. */
export function differenceTable({ jobs, counts, changedSections }: SidePlan, options: LinesOptions): readonly string[] {
  const rows = jobs.flatMap((job) => rowsOf(job, options));
  const { kept, unknown, ...changed } = counts;
  const sum = [...Object.entries(changed), ...(unknown > 0 ? [['unknown', unknown] as const] : [])].map(
    ([name, count]) => `${count} ${name}`,
  );
  return [
    ...(rows.length > 0 ? aligned([['CHANGE', 'JOB', options.loops ? 'TARGET' : 'LOOPS', 'WHY', 'GAP'], ...rows]) : []),
    ...jobs.flatMap(({ job, forced }) => (forced === null ? [] : [`job ${JSON.stringify(job)} is not scraped: ${forced}`])),
    ...jobs.flatMap(({ job, failedCount }) =>
      failedCount === 0
        ? []
        : [`job ${JSON.stringify(job)} has ${failedCount} ${failedCount === 1 ? 'target' : 'targets'} that cannot be built`],
    ),
    ...(changedSections.length > 0 ? [`also changed: ${changedSections.join(', ')}`] : []),
    `loops: ${kept} kept, ${sum.join(', ')}`,
  ];
}

function rowsOf(job: JobDifference, { kept, loops: isEach }: LinesOptions): readonly (readonly string[])[] {
  const shown = job.loops.filter(({ change }) => kept || change !== 'kept');
  const cells = (loop: LoopPlan): readonly string[] => [loop.change, job.job, isEach ? loop.url : '', reasonText(loop), gapText(loop.gap)];
  const alike = new Map<string, { readonly row: readonly string[]; count: number }>();
  for (const loop of shown) {
    const row = cells(loop);
    const seen = alike.get(JSON.stringify(row));
    if (seen === undefined) alike.set(JSON.stringify(row), { row, count: 1 });
    else seen.count++;
  }
  const known = isEach
    ? shown.map(cells)
    : [...alike.values()].map(({ row: [change = '', name = '', , why = '', gap = ''], count }) => [change, name, String(count), why, gap]);
  return [...known, ...undiscoveredRows(job, kept)];
}

/** Loops of which neither side tells how many there are. */
function undiscoveredRows(
  { job, change, changedFields, undiscovered, undiscoveredBefore }: JobDifference,
  kept: boolean,
): readonly (readonly string[])[] {
  const why = change === 'added' ? 'job added' : change === 'removed' ? 'job removed' : changedFields.join(', ');
  const of = (fields: readonly string[]): string => `of ${fields.join(', ')}, unknown until discovered`;
  return [
    ...(undiscovered.length > 0 && (kept || change !== 'kept') ? [[change, job, '?', why, of(undiscovered)]] : []),
    ...(undiscoveredBefore.length > 0 ? [['removed', job, '?', why, of(undiscoveredBefore)]] : []),
  ];
}

function reasonText({ reason }: LoopPlan): string {
  switch (reason.kind) {
    case 'unchanged':
      return '';
    case 'jobAdded':
      return 'job added';
    case 'jobRemoved':
      return 'job removed';
    case 'targetsChanged':
      return 'targets changed';
    case 'fieldsChanged':
      return reason.fields.join(', ');
  }
}

function gapText(gap: ReloadGap): string {
  switch (gap.kind) {
    case 'none':
      return 'none';
    case 'starts':
      return `first scrape within ${formatDuration(gap.upToMs)}`;
    case 'realign':
      return `up to ${formatDuration(gap.upToMs)} between two scrapes`;
    case 'newSeriesCache':
      return `up to ${formatDuration(gap.upToMs)} between two scrapes; series known anew`;
    case 'ends':
      return gap.markers ? 'ends, marked stale' : 'ends, not marked stale';
    case 'undiscovered':
      return 'unknown until discovered';
  }
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
