import { isAtLeast } from '../program/peer-program.ts';
import type { Release } from '../program/peer-program.ts';
import type { Outcome } from './outcome.ts';

/** Where a release of the reference does not do what 3.14, the specification, says. */
export interface KnownDifference {
  /** The rule that the release does not follow. */
  readonly rule: string;
  readonly reason: string;
  /** The first release of which it is known, or by the specification believed, to be gone; none: in every release. */
  readonly until?: string;
  /** The scenarios in which it shows. */
  readonly scenarios: readonly string[];
  /** Metrics that are not compared at all. */
  readonly ignored?: readonly string[];
  /** What the release would have delivered, had it followed the rule; left out where that cannot be told. */
  readonly corrected?: (outcome: Outcome) => Outcome;
}

const PENDING = 'the storage of the agent holds timestamps only against what is committed, not against the same batch';

/** The differences known. Each names a rule; none hides more than the scenarios it is about. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    rule: 'S-106',
    reason: 'the Accept header names no escaping scheme and weighs the protocols differently',
    until: '3.0',
    scenarios: ['accept'],
  },
  {
    rule: 'S-117',
    reason: 'a series exposed again in the same scrape is passed to the storage, whose agent takes an equal timestamp',
    until: '3.0',
    scenarios: ['duplicates'],
    corrected: (outcome) => mapCells(outcome, (cell) => cell.split('+')[0] ?? cell),
  },
  {
    rule: 'W-031',
    reason: 'the encoder takes a negative zero for a zero, and leaves it out',
    scenarios: ['negative-zero'],
    corrected: (outcome) =>
      mapLines(outcome, (line, key) => (key.startsWith('w{') ? line.map((cell) => (cell === '0' ? '-0' : cell)) : line)),
  },
  {
    rule: 'C-065',
    reason: 'http_headers are added anew to every request of a loop',
    until: '3.14',
    scenarios: ['http-headers'],
  },
  {
    rule: 'S-136',
    reason: 'a series that the sample limit refused counts as stored, and gets a marker later',
    until: '3.14',
    scenarios: ['sample-limit', 'sample-limit-relabelled'],
    ignored: ['c', 'd', 'e', 'g'],
  },
  {
    rule: 'S-180',
    reason: PENDING,
    scenarios: ['label-order-twice', 'metric-relabel', 'relabel-collision'],
    ignored: ['scrape_series_added'],
    corrected: (outcome) => mapCells(outcome, (cell) => cell.split('+')[0] ?? cell),
  },
  {
    rule: 'S-180',
    reason: PENDING,
    scenarios: ['out-of-order'],
    corrected: (outcome) =>
      mapLines(outcome, (line) => line.filter((cell, index) => !line.slice(0, index).some((other) => isEarlier(cell, other)))),
  },
  {
    rule: 'S-180',
    reason: PENDING,
    scenarios: ['timestamps-begin-ahead'],
    corrected: (outcome) =>
      mapLines(outcome, (line) => (line.includes('explicit') ? line.map((cell) => (cell === 'stale' ? '·' : cell)) : line)),
  },
  {
    rule: 'S-120',
    reason: 'a series exposed again in the same scrape counts against the sample limit',
    until: '3.0',
    scenarios: ['sample-limit-relabelled'],
  },
  {
    rule: 'S-132',
    reason: 'the log of the agent loses the series of a batch that is rolled back, and so their later markers',
    until: '3.0',
    scenarios: ['sample-limit'],
  },
  {
    rule: 'S-169',
    reason: 'the text parsers leave the values of le and quantile as they are exposed',
    until: '3.0',
    scenarios: ['classic-histogram', 'openmetrics'],
    corrected: (outcome) => mapKeys(outcome, (key) => (/^(h_bucket|latency_seconds_bucket|s)\{/.test(key) ? withFloatLimits(key) : key)),
  },
  {
    rule: 'S-180',
    reason: 'the storage of the agent takes a sample with the timestamp of the one before it',
    until: '3.0',
    scenarios: ['out-of-order-equal'],
    corrected: (outcome) =>
      mapLines(outcome, (line) => line.filter((cell, index) => !line.slice(0, index).some((other) => isSameTime(cell, other)))),
  },
  {
    rule: 'W-013',
    reason: 'histograms with custom buckets are sent by message 1.0 too, without their bounds',
    until: '3.14',
    scenarios: ['nhcb-text', 'nhcb-always-classic', 'nhcb-broken'],
    corrected: (outcome) => {
      const without = mapCells(outcome, (cell) => (cell.includes('schema=-53') ? '·' : cell));
      return new Map([...without].filter(([, line]) => line.some((cell) => cell !== '·')));
    },
  },
  {
    rule: 'E-034',
    reason: 'the bits of a NaN in protobuf are passed on, those of a staleness marker too',
    scenarios: ['native-integer', 'protobuf-classic'],
    corrected: (outcome) =>
      mapLines(outcome, (line, key) =>
        line.map((cell) => {
          const isExposedAsMarker = key.startsWith('stale_bits{') && cell === 'stale';
          return isExposedAsMarker ? 'NaN' : cell.replaceAll('NaN(0x7ff8000000000000)', 'NaN');
        }),
      ),
  },
  {
    rule: 'E-184',
    reason: 'an untyped metric without a value has that of the metric before it',
    scenarios: ['protobuf-classic'],
    corrected: (outcome) => mapLines(outcome, (line, key) => (key.includes('empty="x"') ? line.map(() => '0') : line)),
  },
  {
    rule: 'E-179',
    reason: 'spans that do not match the buckets are noticed by the storage, when the histogram has been counted',
    until: '3.14',
    scenarios: ['native-broken'],
    ignored: ['scrape_samples_scraped'],
  },
  {
    rule: 'S-141',
    reason: 'a loop that a reload replaces writes its markers beside the new one: where that one is late, they end series that go on',
    scenarios: ['reload-label', 'reload-rules'],
    corrected: (outcome) => mapLines(outcome, withoutEarlyMarkers),
  },
];

/** The changes of a series without the markers that more samples follow. */
function withoutEarlyMarkers(line: readonly string[]): readonly string[] {
  const kept = line.filter((cell, index) => cell !== 'stale' || index === line.length - 1);
  return kept.filter((cell, index) => cell !== kept[index - 1]);
}

/** The known differences of a release that touch a scenario. */
export function differencesOf(release: Release | undefined, scenario: string): readonly KnownDifference[] {
  if (release === undefined) return [];
  return knownDifferences.filter(
    ({ scenarios, until }) => scenarios.includes(scenario) && (until === undefined || !isAtLeast(release, until)),
  );
}

function mapLines(outcome: Outcome, change: (line: readonly string[], key: string) => readonly string[]): Outcome {
  return new Map([...outcome].map(([key, line]) => [key, change(line, key)]));
}

function mapCells(outcome: Outcome, change: (cell: string) => string): Outcome {
  return mapLines(outcome, (line) => line.map((cell) => change(cell)));
}

function mapKeys(outcome: Outcome, change: (key: string) => string): Outcome {
  return new Map([...outcome].map(([key, line]) => [change(key), line]));
}

/** The limits in a series' key as OpenMetrics writes them: `1` as `1.0`, `2.50` as `2.5`. */
function withFloatLimits(key: string): string {
  return key.replace(/(le|quantile)="([\d.]+)"/, (_, label: string, limit: string) => {
    const value = Number(limit);
    return `${label}="${Number.isInteger(value) ? value.toFixed(1) : value}"`;
  });
}

/** Whether two samples with explicit timestamps have the same one. */
function isSameTime(left: string, right: string): boolean {
  const time = left.split('@')[1];
  return time !== undefined && time === right.split('@')[1];
}

/** Whether a sample's explicit timestamp is earlier than another one's. */
function isEarlier(left: string, right: string): boolean {
  return Number(left.split('@')[1]) < Number(right.split('@')[1]);
}
