/** Time between two reload ticks (S-002). */
export const RELOAD_TICK_MS = 5_000;

/** Milliseconds until the next tick, in (0, 5000]: ticks lie at multiples of 5 s after `originMono`. */
export function msToReloadTick(nowMono: number, originMono: number): number {
  return RELOAD_TICK_MS - ((nowMono - originMono) % RELOAD_TICK_MS);
}
