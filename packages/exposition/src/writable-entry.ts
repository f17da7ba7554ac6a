import type { Exemplar, Label } from '@limpet/model';
import type { CommentEntry, HelpEntry, SampleEntry, TypeEntry, UnitEntry } from './entry.ts';

/** What the writers take: everything that the text parsers yield, and samples that never were in a body. */
export type WritableEntry = TypeEntry | HelpEntry | UnitEntry | CommentEntry | WritableSample;

/** A sample without the place in a body that a parsed one has. */
export type WritableSample = Pick<SampleEntry, 'kind' | 'labels' | 'value' | 'timestampMs' | 'exemplars'>;

/** What a sample may carry besides its labels and value. */
export interface SampleExtras {
  readonly timestampMs?: number;
  readonly exemplars?: readonly Exemplar[];
}

/** A sample to be written. The metric name is the label `__name__`; labels are written in the given order. */
export function writableSample(labels: readonly Label[], value: number, extras: SampleExtras = {}): WritableSample {
  return { kind: 'sample', labels: () => labels, value, timestampMs: extras.timestampMs, exemplars: extras.exemplars ?? [] };
}

/** An entry that the format has no words for; writing it anyway would give a body that does not parse. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly code = 'LIMPET_WRITE';
}
