import type { RateLimitConfig } from '@limpet/config';

/** A token bucket over all requests: `burst` at once, then one more in each interval. */
export class RateLimit {
  readonly #config: RateLimitConfig;
  #tokens: number;
  #filledAtMs: number;

  constructor(config: RateLimitConfig, nowMs: number) {
    this.#config = config;
    this.#tokens = config.burst;
    this.#filledAtMs = nowMs;
  }

  /** Whether one more request may pass now; takes its token. `nowMs` is monotonic. */
  allows(nowMs: number): boolean {
    const { intervalMs, burst } = this.#config;
    if (intervalMs <= 0) return true;
    this.#tokens = Math.min(burst, this.#tokens + (nowMs - this.#filledAtMs) / intervalMs);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
