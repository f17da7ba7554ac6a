import { READ_BYTES } from '../limits.ts';
import type { WalFile, WalFiles } from '../ports.ts';
import type { Segment } from './segment.ts';

/** A piece of a segment that was read from disk, and the file that it came from. */
export class SegmentChunk {
  readonly #files: WalFiles;
  #segment: Segment | undefined;
  #file: WalFile | undefined;
  #buffer = new Uint8Array();
  #start = 0;
  #length = 0;

  constructor(files: WalFiles) {
    this.#files = files;
  }

  /** The bytes from a place on, as far as they were read. */
  view(segment: Segment, at: number): Uint8Array | undefined {
    if (segment !== this.#segment || at < this.#start || at >= this.#start + this.#length) return undefined;
    // Bytes that are too few for a record are as good as none where memory has the rest.
    return this.#buffer.subarray(at - this.#start, this.#length);
  }

  /** Reads from a place on, `size` bytes at least where there are so many; resolves with how many were read. */
  async load(segment: Segment, { at, size }: { readonly at: number; readonly size: number }): Promise<number> {
    if (segment !== this.#segment) await this.close();
    this.#segment = segment;
    this.#length = 0;
    this.#file ??= await this.#files.open(segment.name, 'existing');
    const wanted = Math.min(Math.max(size, READ_BYTES), segment.written - at);
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const count = await this.#file.read(this.#buffer.subarray(done, wanted), at + done);
      if (count <= 0) break;
      done += count;
    }
    this.#start = at;
    this.#length = done;
    return done;
  }

  /** What was read is of no use any more. */
  forget(): void {
    this.#length = 0;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    this.#length = 0;
    await file?.close().catch(() => undefined);
  }
}
