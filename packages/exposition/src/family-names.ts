import { BYTE } from './byte-class.ts';
import { decodeUtf8 } from './utf8.ts';

/** Names of metadata lines. HELP and TYPE of a family stand together, so a name is decoded once for both. */
export class FamilyNames {
  readonly #bytes: Uint8Array;
  #start = 0;
  #end = 0;
  #name = '';

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The name at `start` … `end`, without its quotes where it has any; escapes in it stay (E-043). */
  read(start: number, end: number): string {
    if (!this.#isLast(start, end)) {
      const isQuoted = this.#bytes[start] === BYTE.quote;
      this.#name = isQuoted ? decodeUtf8(this.#bytes, start + 1, end - 1) : decodeUtf8(this.#bytes, start, end);
      this.#start = start;
      this.#end = end;
    }
    return this.#name;
  }

  #isLast(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const length = end - start;
    if (length !== this.#end - this.#start) return false;
    // From the end: names of one exporter begin alike.
    for (let index = length - 1; index >= 0; index--) {
      if (bytes[start + index] !== bytes[this.#start + index]) return false;
    }
    return true;
  }
}
