import { decodeLabels, labelValue, METRIC_NAME } from '@limpet/model';
import type { LabelBytes, Labels, SeriesRef, SeriesRegistry } from '@limpet/model';
import { SampleColumns } from './sample-columns.ts';

/** One series in memory: the samples that are in no chunk yet. All of them are in the journal or wait for it. */
export interface Head {
  readonly labels: LabelBytes;
  readonly samples: SampleColumns;
  /** Identity in the file; undefined until the series is first written. */
  id: number | undefined;
  /** Journal row of the oldest sample that is in no chunk; undefined where all is in chunks or unwritten. */
  firstRow: number | undefined;
  /** The ref that the registry knows the series by at present. */
  ref: SeriesRef | undefined;
  /** It had no samples at the last clean-up. */
  wasIdle: boolean;
}

const latin1 = new TextDecoder('latin1');

/** The series in memory, found by ref in the hot path, by label bytes and by id elsewhere. */
export class Heads {
  readonly #byRef = new Map<SeriesRef, Head>();
  readonly #byKey = new Map<string, Head>();
  readonly #byId = new Map<number, Head>();

  get size(): number {
    return this.#byKey.size;
  }

  all(): Iterable<Head> {
    return this.#byKey.values();
  }

  ofRef(ref: SeriesRef): Head | undefined {
    return this.#byRef.get(ref);
  }

  ofId(id: number): Head | undefined {
    return this.#byId.get(id);
  }

  /** The head of a ref that is not known yet, or `undefined` where the registry does not know it either. */
  adopt(ref: SeriesRef, registry: SeriesRegistry): Head | undefined {
    let labels: LabelBytes;
    try {
      labels = registry.labelBytes(ref);
    } catch {
      return undefined;
    }
    const head = this.ofLabels(labels);
    if (head.ref !== undefined) this.#byRef.delete(head.ref);
    head.ref = ref;
    this.#byRef.set(ref, head);
    return head;
  }

  /** The head of a label set, a new one where there is none. */
  ofLabels(labels: LabelBytes): Head {
    const key = latin1.decode(labels);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const head: Head = { labels, samples: new SampleColumns(), id: undefined, firstRow: undefined, ref: undefined, wasIdle: false };
    this.#byKey.set(key, head);
    return head;
  }

  setId(head: Head, id: number | undefined): void {
    if (head.id !== undefined) this.#byId.delete(head.id);
    head.id = id;
    if (id !== undefined) this.#byId.set(id, head);
  }

  /** Forgets series that had no samples in memory for two clean-ups in a row. */
  evictIdle(): void {
    for (const [key, head] of this.#byKey) {
      const isIdle = head.samples.count === 0;
      if (isIdle && head.wasIdle) {
        this.#byKey.delete(key);
        if (head.ref !== undefined) this.#byRef.delete(head.ref);
        if (head.id !== undefined) this.#byId.delete(head.id);
      }
      head.wasIdle = isIdle;
    }
  }
}

export function labelsOf(head: Head): Labels {
  return decodeLabels(head.labels);
}

export function metricName(labels: Labels): string {
  return labelValue(labels, METRIC_NAME);
}
