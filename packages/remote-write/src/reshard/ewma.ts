/** Seconds between two ticks, and the weight of the newest one (W-070). */
const TICK_SECONDS = 10;
const WEIGHT = 0.2;

/** A rate per second, smoothed: events are added as they happen, `tick` every ten seconds takes them in. */
export class Ewma {
  #events = 0;
  #perSecond = 0;
  #isStarted = false;

  /** The smoothed rate as of the last tick. */
  get perSecond(): number {
    return this.#perSecond;
  }

  add(events: number): void {
    this.#events += events;
  }

  /** The first tick that saw something sets the rate; later ones move it by a fifth of the difference. */
  tick(): void {
    const now = this.#events / TICK_SECONDS;
    this.#events = 0;
    if (this.#isStarted) this.#perSecond += WEIGHT * (now - this.#perSecond);
    else if (now > 0) {
      this.#isStarted = true;
      this.#perSecond = now;
    }
  }
}
