import type { InputLine } from '../log/log-line.ts';

/** The first thing in which a replay differs from its recording. */
export type Difference =
  /** What one input has caused is not what it caused when it was recorded. */
  | {
      readonly kind: 'transitions' | 'samples';
      readonly input: InputLine;
      readonly place: string;
      /** Lines that only the recording has, or only the replay; empty on the side that is not known. */
      readonly recorded: readonly string[];
      readonly replayed: readonly string[];
      /** Whether the recording holds what was expected; without it only hashes could be compared. */
      readonly hasExpected: boolean;
      /** Inputs in front of this one that could not be told apart from it, 0 where it is known to be the one. */
      readonly uncertainInputCount: number;
    }
  /** The recording brings something that nobody waits for. */
  | { readonly kind: 'unasked'; readonly input: InputLine; readonly place: string; readonly waitingKeys: readonly string[] }
  /** Inputs are missing: the numbers have a hole. */
  | { readonly kind: 'missing'; readonly input: InputLine; readonly place: string; readonly missingNumber: number }
  /** A body is not what its name says, or cannot be read. */
  | { readonly kind: 'body'; readonly input: InputLine; readonly place: string; readonly error: string };

/** Lines shown of each side of a difference. */
const LINES_SHOWN = 40;

/** A difference in words, as a person reads it. */
export function differenceText(difference: Difference): string {
  const { input, place } = difference;
  return [`input ${input.n}: ${titleOf(difference)}`, `  at     ${place}`, ...inputLines(input), ...detailLines(difference)].join('\n');
}

function titleOf(difference: Difference): string {
  switch (difference.kind) {
    case 'transitions':
      return 'the machines did something else';
    case 'samples':
      return 'the samples are others';
    case 'unasked':
      return 'the recording answers what the replay has not asked';
    case 'missing':
      return `input ${difference.missingNumber} is missing`;
    case 'body':
      return 'a body is not the one that was recorded';
  }
}

function inputLines(input: InputLine): string[] {
  const { k, key, w, m, ok, err, reason, took } = input;
  const lines = [
    `  input  ${k} ${key}`,
    `  when   ${new Date(w).toISOString()} (${m} ms)${took === undefined ? '' : `, after ${took} ms`}`,
  ];
  if (ok !== undefined) lines.push(`  brought ${JSON.stringify(ok)}`);
  if (err !== undefined) lines.push(`  failed ${err}`);
  if (reason !== undefined) lines.push(`  reason ${reason}`);
  return lines;
}

function detailLines(difference: Difference): string[] {
  switch (difference.kind) {
    case 'transitions':
    case 'samples':
      return sideLines(difference);
    case 'unasked':
      return ['  waited for:', ...shown(difference.waitingKeys, '    ')];
    case 'missing':
      return [];
    case 'body':
      return [`  error  ${difference.error}`];
  }
}

function sideLines({
  recorded,
  replayed,
  hasExpected,
  uncertainInputCount,
}: Difference & { readonly kind: 'transitions' | 'samples' }): string[] {
  const where = uncertainInputCount > 0 ? [`  it may also be one of the ${uncertainInputCount} inputs before`] : [];
  if (!hasExpected) return [...where, '  the recording holds hashes only; the replay did:', ...shown(replayed, '  + ')];
  return [...where, '  - recorded, + replayed', ...shown(recorded, '  - '), ...shown(replayed, '  + ')];
}

function shown(lines: readonly string[], mark: string): string[] {
  if (lines.length === 0) return [`${mark}(nothing)`];
  const rest = lines.length - LINES_SHOWN;
  return [...lines.slice(0, LINES_SHOWN).map((line) => `${mark}${line}`), ...(rest > 0 ? [`${mark}… and ${rest} more`] : [])];
}
