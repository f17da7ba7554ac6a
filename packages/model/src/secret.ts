const MASK = '<secret>';

/**
 * A text that must not be seen: it prints as `<secret>` in logs, JSON, templates, inspection and errors.
 * `reveal` is the only way to the text, so every use can be found by name.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that sends it. */
  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  /** `<secret>`, or `''` where the secret is empty (C-013). */
  toString(): string {
    return this.#text === '' ? '' : MASK;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
