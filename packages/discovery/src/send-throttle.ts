/** Milliseconds that an isolated change waits, before jitter. */
export const SEND_DELAY_MS_MIN = 100;
/** Milliseconds between sends under constant change, before jitter. */
export const SEND_DELAY_MS_MAX = 5_000;
/** Milliseconds without a send after which the delay falls back to its minimum. */
const SEND_QUIET_MS = 5_000;
const GROWTH = 1.5;

/** How long the next update waits, and what that hangs on (D-010). */
export interface SendThrottle {
  /** Delay before jitter: `SEND_DELAY_MS_MIN` … `SEND_DELAY_MS_MAX`. */
  readonly backoffMs: number;
  /** Monotonic time of the last send; `undefined` before the first. */
  readonly lastSentMono: number | undefined;
}

export const RESTED_THROTTLE: SendThrottle = { backoffMs: SEND_DELAY_MS_MIN, lastSentMono: undefined };

/** The throttle as the first update after a pause finds it. */
export function throttleAfterPause(throttle: SendThrottle, nowMono: number): SendThrottle {
  const isRested = throttle.lastSentMono === undefined || nowMono - throttle.lastSentMono > SEND_QUIET_MS;
  return isRested ? { ...throttle, backoffMs: SEND_DELAY_MS_MIN } : throttle;
}

/** The throttle after a send. */
export function throttleAfterSend(throttle: SendThrottle, nowMono: number): SendThrottle {
  return { backoffMs: Math.min(throttle.backoffMs * GROWTH, SEND_DELAY_MS_MAX), lastSentMono: nowMono };
}

/** The wait itself, between half and one and a half times the delay. `random` is in [0, 1). */
export function jitteredDelayMs(backoffMs: number, random: number): number {
  return backoffMs * (0.5 + random);
}
