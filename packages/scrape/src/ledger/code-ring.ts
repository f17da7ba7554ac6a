const CODES_PER_WORD = 4;
const CODE_BITS = 8;
const CODE_MASK = 0xff;

/**
 * A ring of small codes with a total for each, in one typed array: an array of its own costs more than its content.
 * Codes are whole numbers below `codeCount`, itself at most 256.
 */
export class CodeRing {
  readonly #words: Uint32Array;
  readonly #codeCount: number;
  readonly #room: number;

  constructor({ codeCount, room }: { readonly codeCount: number; readonly room: number }) {
    this.#words = new Uint32Array(codeCount + Math.ceil(room / CODES_PER_WORD));
    this.#codeCount = codeCount;
    this.#room = room;
  }

  /** Puts `count` equal codes behind the first `before` ones and counts them; of more than there is room for the last stay. */
  enter(code: number, before: number, count: number): void {
    this.#words[code] = (this.#words[code] ?? 0) + count;
    for (let number = before + Math.max(count - this.#room, 0); number < before + count; number++) this.#put(number, code);
  }

  /** The code with that number; only the last `room` of them are there. */
  at(number: number): number {
    const { word, shift } = this.#place(number);
    return ((this.#words[word] ?? 0) >>> shift) & CODE_MASK;
  }

  /** How often each code was entered. */
  totals(): readonly number[] {
    return [...this.#words.subarray(0, this.#codeCount)];
  }

  #put(number: number, code: number): void {
    const { word, shift } = this.#place(number);
    this.#words[word] = ((this.#words[word] ?? 0) & ~(CODE_MASK << shift)) | (code << shift);
  }

  #place(number: number): { readonly word: number; readonly shift: number } {
    const index = number % this.#room;
    return { word: this.#codeCount + Math.floor(index / CODES_PER_WORD), shift: (index % CODES_PER_WORD) * CODE_BITS };
  }
}
