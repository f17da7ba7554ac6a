import type { Segment } from './segment.ts';

export interface RetentionRules {
  /** Milliseconds that a segment stays although every receiver has it. */
  readonly ageMsMin: number;
  /** Milliseconds that a segment stays although a receiver still lacks it. */
  readonly ageMsMax: number;
  /** Bytes of the whole log. */
  readonly bytesMax: number;
}

export interface RetentionInput extends RetentionRules {
  readonly nowMs: number;
  /** Number of the last batch that every receiver is finished with; undefined where there are none. */
  readonly finishedSequence: number | undefined;
  /** The disk is full: what everybody has goes at once. */
  readonly isUrgent: boolean;
}

/** A segment to delete; `age` and `size` where a receiver may still lack some of it. */
export interface Deletion {
  readonly segment: Segment;
  readonly reason: 'finished' | 'age' | 'size';
}

/**
 * Which of the oldest segments go, the one that is written to never. Age is by the time of the last write, so a wall
 * clock that is stepped moves it, and samples with odd timestamps do not.
 */
export function deletions(segments: readonly Segment[], input: RetentionInput): Deletion[] {
  const { nowMs, finishedSequence, isUrgent, ageMsMin, ageMsMax, bytesMax } = input;
  let bytes = segments.reduce((sum, { end }) => sum + end, 0);
  const doomed: Deletion[] = [];
  for (const segment of segments) {
    if (!segment.isSealed) break;
    const ageMs = nowMs - segment.newestMs;
    const isFinished = finishedSequence === undefined || segment.lastSequence <= finishedSequence;
    const isOld = ageMs > ageMsMax;
    if (isFinished && (isUrgent || ageMs > ageMsMin || bytes > bytesMax)) doomed.push({ segment, reason: 'finished' });
    else if (!isFinished && isOld) doomed.push({ segment, reason: 'age' });
    else if (!isFinished && bytes > bytesMax) doomed.push({ segment, reason: 'size' });
    else break;
    bytes -= segment.end;
  }
  return doomed;
}
