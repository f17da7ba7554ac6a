import type { Segment } from './segment.ts';

export interface LogMemoryOptions {
  segments(): readonly Segment[];
  readonly bytesMax: number;
}

/** The bytes of the log that are in memory because the disk does not have them, and their bound. */
export class LogMemory {
  readonly #options: LogMemoryOptions;

  constructor(options: LogMemoryOptions) {
    this.#options = options;
  }

  get bytes(): number {
    let sum = 0;
    for (const segment of unsafeSegments(this.#options.segments())) sum += segment.memoryBytes;
    return sum;
  }

  hasRoom(): boolean {
    return this.bytes < this.#options.bytesMax;
  }

  /**
   * Lets go of what never reached the disk although every receiver has it; returns whether that made room. So a disk
   * that stays full does not end delivery.
   */
  makeRoom(finishedSequence: number | undefined): boolean {
    if (finishedSequence === undefined) return false;
    for (const segment of unsafeSegments(this.#options.segments())) {
      if (segment.isSealed && segment.lastSequence <= finishedSequence) segment.cut(segment.synced);
    }
    return this.hasRoom();
  }
}

/** The segments that are not safe on disk as a whole, newest first: those before them are. */
export function* unsafeSegments(segments: readonly Segment[]): Generator<Segment> {
  for (let place = segments.length - 1; place >= 0; place--) {
    const segment = segments[place];
    if (segment === undefined || segment.synced === segment.end) return;
    yield segment;
  }
}
