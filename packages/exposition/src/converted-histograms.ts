import { compareBytewise, METRIC_NAME } from '@limpet/model';
import type { Exemplar, Label } from '@limpet/model';
import { parseLabelFloat } from './canonical-float.ts';
import { ClassicHistogram } from './classic-histogram.ts';
import type { Entry, HistogramEntry, MetricType, SampleEntry } from './entry.ts';

/** What a line tells of a histogram; `aside`: nothing, but it belongs to one all the same. */
type Part = 'bucket' | 'sum' | 'count' | 'aside';
/** What a line is by what stands behind the name of its family. */
const PARTS: ReadonlyMap<string, Part> = new Map([
  ['_bucket', 'bucket'],
  ['_sum', 'sum'],
  ['_count', 'count'],
  ['_created', 'aside'],
  ['', 'aside'],
]);

/**
 * Turns the classic histograms among the entries of a text format into native ones with custom buckets (E-190 … E-198,
 * S-166, S-167). The lines of a histogram are those that follow each other with the same labels apart from `le`; they are
 * swallowed unless `keepsClassic`. What cannot be converted is left out without a word, as upstream does.
 */
export function* withConvertedHistograms(entries: Iterable<Entry>, keepsClassic: boolean): Generator<Entry, void, undefined> {
  let type: MetricType = 'unknown';
  let family = '';
  let group: HistogramLines | undefined;
  for (const entry of entries) {
    const line = entry.kind === 'sample' && type === 'histogram' ? histogramLine(entry, family) : undefined;
    // Neither a _created line (E-198) nor a bucket whose bound is no number (E-193) ends the histogram that it is of.
    if (group !== undefined && line?.labelsKey !== group.labelsKey) {
      yield* group.converted();
      group = undefined;
    }
    if (entry.kind === 'type') ({ type, family } = entry);
    if (line === undefined || line.part === 'aside') {
      yield entry;
      continue;
    }
    group ??= new HistogramLines(line, family);
    group.add(line);
    if (keepsClassic) yield entry;
  }
  if (group !== undefined) yield* group.converted();
}

interface HistogramLine {
  readonly sample: SampleEntry;
  readonly part: Part;
  /** Upper bound of a bucket. */
  readonly bound: number;
  /** The labels without name and `le`. */
  readonly labels: readonly Label[];
  readonly labelsKey: string;
}

/** A sample as a line of the family's histograms, or `undefined` where its name says that it is none. */
function histogramLine(sample: SampleEntry, family: string): HistogramLine | undefined {
  const exposed = sample.labels();
  const part = partNamed(labelIn(exposed, METRIC_NAME), family);
  if (part === undefined) return undefined;
  const bound = part === 'bucket' ? (parseLabelFloat(labelIn(exposed, 'le') ?? '') ?? NaN) : 0;
  const labels = exposed.filter(([name]) => name !== METRIC_NAME && name !== 'le');
  return { sample, part: Number.isNaN(bound) ? 'aside' : part, bound, labels, labelsKey: JSON.stringify(labels) };
}

function partNamed(name: string | undefined, family: string): Part | undefined {
  if (name === undefined || !name.startsWith(family)) return undefined;
  return PARTS.get(name.slice(family.length));
}

function labelIn(labels: readonly Label[], wanted: string): string | undefined {
  return labels.find(([name]) => name === wanted)?.[1];
}

/** The lines of one classic histogram as they come. Time, start time and place are those of the first one (E-197, E-198). */
class HistogramLines {
  readonly labelsKey: string;
  readonly #first: HistogramLine;
  readonly #family: string;
  readonly #classic = new ClassicHistogram();
  readonly #exemplars: Exemplar[] = [];

  constructor(first: HistogramLine, family: string) {
    this.labelsKey = first.labelsKey;
    this.#first = first;
    this.#family = family;
  }

  add({ sample, part, bound }: HistogramLine): void {
    if (part === 'bucket') this.#classic.setBucket(bound, sample.value);
    else if (part === 'sum') this.#classic.setSum(sample.value);
    else this.#classic.setCount(sample.value);
    this.#exemplars.push(...sample.exemplars);
  }

  *converted(): Generator<HistogramEntry, void, undefined> {
    const converted = this.#classic.convert();
    if ('fault' in converted) return;
    const { sample, labels } = this.#first;
    const { keyStart, keyEnd, timestampMs, startTimestampMs } = sample;
    const named: Label[] = [[METRIC_NAME, this.#family], ...labels];
    yield {
      kind: 'histogram',
      keyStart,
      keyEnd,
      // No text of a series begins with NUL.
      key: `\0nhcb ${JSON.stringify(this.#family)}${this.labelsKey}`,
      labels: () => named.toSorted(([left], [right]) => compareBytewise(left, right)),
      timestampMs,
      startTimestampMs,
      exemplars: this.#exemplars,
      histogram: converted.histogram,
    };
  }
}
