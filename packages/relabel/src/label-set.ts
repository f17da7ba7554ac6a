import { labelsFrom, labelValue } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';

/**
 * A label set on its way through the rules. The labels are copied only when a rule first changes one, so a rule list
 * that keeps everything as it was costs no allocation and gives back the very labels that it was given.
 */
export class LabelSet {
  readonly #given: Labels;
  #changed: Map<string, string> | undefined;

  constructor(given: Labels) {
    this.#given = given;
  }

  /** The value of a label, `''` where it is absent. */
  get(name: string): string {
    return this.#changed === undefined ? labelValue(this.#given, name) : (this.#changed.get(name) ?? '');
  }

  /** Sets a label; the empty value deletes it (C-078). */
  set(name: string, value: string): void {
    if (this.get(name) === value) return;
    this.#changed ??= new Map(this.#given);
    if (value === '') this.#changed.delete(name);
    else this.#changed.set(name, value);
  }

  /** The labels at this moment, unaffected by later changes; in order of name those given, then those added. */
  snapshot(): readonly Label[] {
    return this.#changed === undefined ? this.#given : [...this.#changed];
  }

  /** The labels, sorted. */
  labels(): Labels {
    return this.#changed === undefined ? this.#given : labelsFrom(this.#changed);
  }
}
