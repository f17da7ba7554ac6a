/** Scrapes that are looked back on. */
export const FLAP_SCRAPES = 20;
/** Changes of health among them from which on a target flaps. */
const FLAPPING_CHANGES = 5;
/** Changes down to which it has become steady again. */
const STEADY_CHANGES = 1;

const MASK = 2 ** FLAP_SCRAPES - 1;

/** Counts the changes of a target's health over its last scrapes. Two thresholds, so that the verdict itself does not flap. */
export class FlapWindow {
  #changes = 0;
  #isFlapping = false;

  /** Changes among the last `FLAP_SCRAPES` scrapes. */
  get changeCount(): number {
    let count = 0;
    for (let bits = this.#changes; bits !== 0; bits &= bits - 1) count++;
    return count;
  }

  /** A scrape has ended. Returns what has become of the target, if that is new. */
  scraped(hasChanged: boolean): 'flapping' | 'steady' | undefined {
    if (this.#changes === 0 && !hasChanged) return undefined;
    this.#changes = ((this.#changes << 1) | Number(hasChanged)) & MASK;
    const { changeCount } = this;
    const isFlapping = this.#isFlapping ? changeCount > STEADY_CHANGES : changeCount >= FLAPPING_CHANGES;
    if (isFlapping === this.#isFlapping) return undefined;
    this.#isFlapping = isFlapping;
    return isFlapping ? 'flapping' : 'steady';
  }
}
