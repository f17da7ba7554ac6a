/**
 * Samples that wait in front of a receiver's shards, in memory, while the shards are full or being replaced: 1,000,000,
 * about 17 MB. A batch that does not fit is refused and counted; one batch always fits.
 */
export const LOG_SAMPLES_MAX = 1_000_000;

/** Milliseconds that a receiver which is stopped or resharded has to take what waits for it (W-081). */
export const FLUSH_DEADLINE_MS = 60_000;

/** Milliseconds beyond the flush deadline that a new receiver waits for those it replaces. */
export const OPENING_GRACE_MS = 1_000;

/** Bytes of an answer that are read; its content matters only for the log. A longer answer ends the request. */
export const ANSWER_BYTES_MAX: number = 1024 * 1024;

/** Bytes of a refusal's body that the log quotes (W-004). */
export const QUOTED_BYTES_MAX = 1024;

/** Least milliseconds of a back-off, so that `min_backoff: 0s` is no busy loop. */
export const BACKOFF_MS_MIN = 1;

/** Milliseconds between two decisions on the number of shards (W-070). */
export const EVALUATE_INTERVAL_MS = 10_000;
