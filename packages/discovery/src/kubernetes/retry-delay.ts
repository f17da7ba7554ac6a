/** Milliseconds that the first failure costs at least; doubles with every further one, as in Kubernetes' own clients. */
export const RETRY_MS_MIN = 800;
/** Milliseconds before jitter, which may double it. */
export const RETRY_MS_MAX = 30_000;

/** Milliseconds to wait after so many failures in a row. `draw` is in [0, 1): many clients must not come back together. */
export function retryDelayMs(failureCount: number, draw: number): number {
  return Math.min(RETRY_MS_MIN * 2 ** Math.max(0, failureCount - 1), RETRY_MS_MAX) * (1 + draw);
}
