import type { Entry } from '@limpet/exposition';
import { ParseError } from '@limpet/exposition';
import { KIND_SHIFT, ROW_WORDS } from '@limpet/line-template';
import { encodeLabels } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { commentEnd, FIELD_OF_KIND } from './line-keys.ts';
import type { LineKeys } from './line-keys.ts';
import { LineWalk } from './line-walk.ts';
import type { LineBody, LineVisitor } from './line-walk.ts';
import { seriesLabels } from './series-labels.ts';
import type { SeriesRules } from './series-labels.ts';
import type { SeriesTimes } from './series-times.ts';

/** New lines that one step works out: about 5 ms, most of it labels. */
export const PREPARED_LINES_MAX = 1000;
/** Known lines that cost as much as a new one. */
const KNOWN_LINES_PER_NEW = 64;

export interface LinePreparationInput {
  readonly body: LineBody;
  readonly keys: LineKeys;
  readonly times: SeriesTimes;
  readonly rules: SeriesRules;
  /** The target's public labels. */
  readonly target: Labels;
  /** Series that the job lets through, 0 = any number: no more are prepared. */
  readonly sampleLimit: number;
}

/**
 * Works out the labels of the new series of a long body ahead of its append, step by step, so that the append finds all
 * its lines known and other work gets its turn in between. Nothing of it shows: what the append then refuses, or never
 * comes to, is forgotten again. Ends at the first fault, for the append to find.
 */
export class LinePreparation implements LineVisitor {
  readonly #input: LinePreparationInput;
  readonly #walk: LineWalk;
  #stepCost = 0;
  #preparedCount = 0;
  #hasBegun = false;

  constructor(input: LinePreparationInput) {
    this.#input = input;
    this.#walk = new LineWalk(input.body, input.keys, this);
  }

  /** Samples prepared so far. */
  get preparedCount(): number {
    return this.#preparedCount;
  }

  /** Goes on for a while. Returns whether all is done. */
  step(): boolean {
    const { body, keys } = this.#input;
    if (this.#hasBegun) keys.resume(body.bytes);
    else keys.begin(body.bytes, { iteration: 0, format: body.format });
    this.#hasBegun = true;
    this.#stepCost = 0;
    try {
      return this.#walk.run(() => this.#stepCost >= PREPARED_LINES_MAX);
    } catch (error) {
      if (error instanceof ParseError) return true;
      throw error;
    } finally {
      keys.end();
    }
  }

  takeRun(count: number, windowStart: number): void {
    const { memory, table } = this.#input.keys;
    const { runRows, runValues, words } = memory;
    const { firstWord } = table;
    for (let index = 0; index < count; index++) {
      const kind = (words[firstWord + (runRows[index] ?? 0) * ROW_WORDS.row + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
      const field = FIELD_OF_KIND[kind];
      if (field !== undefined && field !== 'help') this.#walk.noteMetadata(field, windowStart + (runValues[index] ?? 0));
    }
    this.#stepCost += count / KNOWN_LINES_PER_NEW;
  }

  takeEntry(entry: Entry, start: number, end: number): boolean {
    const { body, keys, times, rules, target, sampleLimit } = this.#input;
    this.#stepCost++;
    if (entry.kind === 'histogram') return true;
    if (entry.kind !== 'sample') {
      const textEnd = commentEnd(body.bytes, end);
      if (textEnd < body.bytes.length) keys.prepareComment(entry, start, textEnd);
      return true;
    }
    // what is not plain is read by the reference parser in any case
    if (entry.exemplars.length > 0) return true;
    if (sampleLimit > 0 && this.#preparedCount >= sampleLimit) return false;
    const labels = seriesLabels(entry.labels(), target, rules);
    if (!labels.ok) return false;
    const { value } = labels;
    keys.prepare(entry, () => (value === undefined ? undefined : times.acquire(encodeLabels(value))));
    this.#preparedCount++;
    return true;
  }
}
