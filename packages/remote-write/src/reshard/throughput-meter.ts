import type { Throughput } from './desired-shards.ts';
import { Ewma } from './ewma.ts';

/** Milliseconds without a finished batch after which the number of shards is left alone (W-078). */
const QUIET_MS = 10_000;

/** What a queue's number of shards is decided by, taken in over ten seconds at a time (W-070 … W-075). */
export class ThroughputMeter {
  readonly #in = new Ewma();
  readonly #out = new Ewma();
  readonly #dropped = new Ewma();
  readonly #duration = new Ewma();
  #lastFinishedMono = -Infinity;
  #blockedUntilMono = -Infinity;

  received(items: number): void {
    this.#in.add(items);
  }

  dropped(items: number): void {
    this.#dropped.add(items);
  }

  finished({ items, seconds, nowMono }: { readonly items: number; readonly seconds: number; readonly nowMono: number }): void {
    this.#out.add(items);
    this.#duration.add(seconds);
    this.#lastFinishedMono = nowMono;
  }

  /** A recoverable error: no resharding until twice the sleep after it has passed. */
  backedOff({ sleepMs, nowMono }: { readonly sleepMs: number; readonly nowMono: number }): void {
    this.#blockedUntilMono = Math.max(this.#blockedUntilMono, nowMono + 2 * sleepMs);
  }

  /** Takes in what happened since the last tick. Once every ten seconds. */
  tick(): void {
    for (const rate of [this.#in, this.#out, this.#dropped, this.#duration]) rate.tick();
  }

  /** Whether the number of shards may change now (W-078). */
  mayReshard(nowMono: number): boolean {
    return nowMono - this.#lastFinishedMono <= QUIET_MS && nowMono >= this.#blockedUntilMono;
  }

  throughput(delaySeconds: number): Throughput {
    return {
      in: this.#in.perSecond,
      out: this.#out.perSecond,
      dropped: this.#dropped.perSecond,
      duration: this.#duration.perSecond,
      delay: delaySeconds,
    };
  }
}
