/** Bytes of a segment after which the next one begins, unless told otherwise: 64 MiB. */
export const SEGMENT_BYTES: number = 64 * 1024 * 1024;

/** Milliseconds after which a segment ends however small it is, so that retention can drop it: one hour. */
export const SEGMENT_AGE_MS: number = 3_600_000;

/** Bytes between two checkpoints at least: how much a restart reads before it is where it was. */
export const CHECKPOINT_BYTES: number = 2 * 1024 * 1024;

/** Segments and checkpoints are so many times as long as the names and labels in them, which each has to repeat. */
export const DEFINITION_FACTOR = 8;

/** How many times its usual length a segment grows at most for the sake of the names and labels in it. */
export const SEGMENT_GROWTH_MAX = 4;

/** Bytes of one record. */
export const RECORD_BYTES_MAX: number = 16 * 1024 * 1024;

/** Bytes of one block of memory that waits for the disk. */
export const BLOCK_BYTES: number = 256 * 1024;

/** Bytes that may wait for the disk together; batches beyond are refused and counted. */
export const MEMORY_BYTES_MAX: number = 64 * 1024 * 1024;

/** Bytes of a segment that is begun while the disk cannot be written, so that delivered ones can be let go of. */
export const DEGRADED_SEGMENT_BYTES: number = 1024 * 1024;

/** Bytes that wait for the disk after which they are written at once. */
export const WRITE_BYTES: number = 256 * 1024;

/** Milliseconds that a record waits in memory before it is written: what a killed process loses. */
export const WRITE_INTERVAL_MS = 100;

/** Milliseconds between two calls that make written records survive a power loss. */
export const SYNC_INTERVAL_MS = 1_000;

/** Milliseconds that one round of writing may take before the disk counts as slow. */
export const SLOW_MS = 5_000;

/** Milliseconds between two attempts while the disk cannot be written. */
export const RETRY_MS = 1_000;

/** Milliseconds between two looks at what may be deleted. */
export const TRUNCATE_INTERVAL_MS = 60_000;

/** Milliseconds that a closing log has for the last writes. */
export const CLOSE_MS = 10_000;

/** Milliseconds between two saves of where a receiver is. */
export const CURSOR_INTERVAL_MS = 1_000;

/** Bytes that a reader asks the disk for at once. */
export const READ_BYTES: number = 256 * 1024;

/** Attempts to read a place of a segment before the rest of it counts as lost. */
export const READ_ATTEMPTS = 5;

/** Bytes of the whole log, unless told otherwise: 10 GiB. The oldest segments go first. */
export const LOG_BYTES_MAX: number = 10 * 1024 ** 3;

/** Milliseconds that what every receiver has is kept, and that what one still lacks is kept at most. */
export const AGE_MS_MIN: number = 5 * 60_000;
export const AGE_MS_MAX: number = 4 * 3_600_000;

/** Damaged ends of segments kept for a person to look at, and bytes of each. */
export const QUARANTINE_FILES = 4;
export const QUARANTINE_BYTES: number = 1024 * 1024;
