/** A line of a watch, one object of the cluster, has at most this many characters. */
export const WATCH_LINE_CHARS_MAX: number = 8 * 1024 * 1024;

/** Cuts a stream of UTF-8 into lines, however it is cut into pieces. */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #charsMax: number;
  #rest: string[] = [];
  #restChars = 0;

  constructor(charsMax: number = WATCH_LINE_CHARS_MAX) {
    this.#charsMax = charsMax;
  }

  /** Whether the line that is under way is longer than allowed. */
  get isTooLong(): boolean {
    return this.#restChars > this.#charsMax;
  }

  /** The lines that a piece completes, empty ones left out. */
  push(piece: Uint8Array): readonly string[] {
    const [first = '', ...others] = this.#decoder.decode(piece, { stream: true }).split('\n');
    this.#rest.push(first);
    this.#restChars += first.length;
    const last = others.pop();
    if (last === undefined) return [];
    const lines = [this.#rest.join(''), ...others];
    this.#rest = [last];
    this.#restChars = last.length;
    return lines.filter((line) => line !== '');
  }
}
