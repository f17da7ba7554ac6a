/** The texts of one message 2.0: each stands there once, and is named by its place (W-020). */
export class SymbolTable {
  readonly #places = new Map<string, number>([['', 0]]);

  /** In the order of first use; the empty text is the first. */
  get texts(): Iterable<string> {
    return this.#places.keys();
  }

  /** The place of a text, a new one where it is not there. */
  place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  /** Forgets everything: the next message begins. */
  clear(): void {
    this.#places.clear();
    this.#places.set('', 0);
  }
}
