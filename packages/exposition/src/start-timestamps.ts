import { METRIC_NAME } from '@limpet/model';
import type { Entry, HelpEntry, MetricType, TypeEntry, UnitEntry } from './entry.ts';
import type { ParsedSample } from './parsed-sample.ts';
import { millisecondsOf } from './timestamp.ts';

/** What the OpenMetrics parser reads from a body, comments being none of the format. */
export type OpenMetricsEntry = TypeEntry | HelpEntry | UnitEntry | ParsedSample;

const CREATED = '_created';
/** Types whose `_created` lines are start timestamps, with the label that tells the lines of one metric apart. */
const LINE_LABEL: ReadonlyMap<MetricType, string> = new Map([
  ['counter', ''],
  ['histogram', 'le'],
  ['summary', 'quantile'],
]);

/** A sample that waits for the next `_created` line. `metric` names its family and label set. */
interface WaitingSample {
  readonly sample: ParsedSample;
  readonly metric: string;
}

/**
 * Swallows the `_created` lines of counters, histograms and summaries and gives their time to the samples of the same
 * metric (E-119). A sample looks ahead to the first `_created` line and no further (E-120): of what stands before that
 * line, the samples of its metric get it; behind the line its time is remembered until another metric comes by.
 * Holds samples back until their line, a metadata line or the end is reached: at most all those of the body.
 */
export function* withStartTimestamps(entries: Iterable<OpenMetricsEntry>): Generator<Entry, void, undefined> {
  const starts = new StartTimestamps();
  try {
    for (const entry of entries) yield* starts.take(entry);
  } catch (error) {
    // What was read before the refusal is yielded before it, as without start timestamps.
    yield* starts.release(undefined);
    throw error;
  }
  yield* starts.release(undefined);
}

interface Created {
  readonly metric: string;
  readonly startTimestampMs: number;
}

class StartTimestamps {
  #type: MetricType = 'unknown';
  #family = '';
  #waiting: WaitingSample[] = [];
  #remembered: Created | undefined;

  *take(entry: OpenMetricsEntry): Generator<Entry, void, undefined> {
    if (entry.kind !== 'sample') {
      yield* this.release(undefined);
      this.#family = entry.family;
      if (entry.kind === 'type') this.#type = entry.type;
      yield entry;
      return;
    }
    const lineLabel = LINE_LABEL.get(this.#type);
    if (lineLabel === undefined) {
      this.#remembered = undefined;
      yield entry;
      return;
    }
    const labels = entry.labels();
    const name = labels.find(([label]) => label === METRIC_NAME)?.[1] ?? '';
    const identity = JSON.stringify(labels.filter(([label]) => label !== METRIC_NAME && label !== lineLabel));
    if (name.endsWith(CREATED)) {
      const metric = `${name.slice(0, -CREATED.length)}${identity}`;
      yield* this.release({ metric, startTimestampMs: millisecondsOf(entry.value) ?? 0 });
    } else this.#waiting.push({ sample: entry, metric: `${name.slice(0, this.#family.length)}${identity}` });
  }

  /** Yields the samples held back; `created` is the line that they were waiting for, if one came. */
  *release(created: Created | undefined): Generator<ParsedSample, void, undefined> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { sample, metric } of waiting) {
      if (this.#remembered?.metric !== metric) this.#remembered = created?.metric === metric ? created : undefined;
      // 0 is "none", as for any start timestamp.
      yield sample.startingAt(this.#remembered?.startTimestampMs || undefined);
    }
  }
}
