/** Time between two reload ticks (S-002). */
export const RELOAD_TICK_MS = 5_000;

/** Milliseconds until the next tick, in (0, tickMs]: ticks lie at multiples of `tickMs` after `originMono`. */
export function msToReloadTick(nowMono: number, originMono: number, tickMs: number = RELOAD_TICK_MS): number {
  return tickMs - ((nowMono - originMono) % tickMs);
}
