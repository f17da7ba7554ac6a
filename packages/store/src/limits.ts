/** Milliseconds of history kept by default: 24 h. */
export const RETENTION_MS: number = 24 * 3_600_000;

/** Bytes of history kept on disk by default: 512 MiB. The oldest goes first. */
export const RETENTION_BYTES: number = 512 * 1024 * 1024;

/** How far the file may grow beyond the bytes of retention before writes fail, so that a slow clean-up fills no disk. */
export const HARD_SIZE_FACTOR = 1.25;

/** Milliseconds between two writes; what came after the last one is lost when the process is killed. */
export const FLUSH_INTERVAL_MS = 5_000;

/** Samples that wait to be written after which a write comes at once. */
export const FLUSH_SAMPLES = 65_536;

/** Samples that may wait to be written; a batch that does not fit is refused. One batch always fits. */
export const PENDING_SAMPLES_MAX = 262_144;

/** Samples of a chunk: a series is moved from memory to a chunk when it has so many. */
export const CHUNK_SAMPLES = 60;

/** Bytes of native histograms after which a series is moved to a chunk, however few they are. */
export const CHUNK_HISTOGRAM_BYTES = 4096;

/** Bytes of native histograms that count as one sample more against `PENDING_SAMPLES_MAX` and `QUERY_SAMPLES_MAX`. */
export const HISTOGRAM_BYTES_PER_SAMPLE = 20;

/** Series moved to chunks in one write: many become due at once, and a write should stay a matter of milliseconds. */
export const SEALS_PER_WRITE = 1_000;

/** Milliseconds after which a series is moved to a chunk however few samples it has, so that the journal stays short. */
export const HEAD_AGE_MS: number = 15 * 60_000;

/** Milliseconds between two rounds of clean-up. */
export const MAINTENANCE_INTERVAL_MS = 60_000;

/** Chunks or series handled in one transaction of clean-up, and such transactions in one round. */
export const MAINTENANCE_SLICE = 2_000;
export const MAINTENANCE_SLICES_MAX = 20;

/** Pages given back to the file system in one round of clean-up. */
export const VACUUM_PAGES = 2_000;

/** Share of the pages that may be free without being given back. */
export const VACUUM_SHARE = 0.25;

/** Series and samples of one answer; a longer one is cut and says so. */
export const QUERY_SERIES_MAX = 10_000;
export const QUERY_SAMPLES_MAX = 2_000_000;

/** Damaged files kept beside the store for a person to look at. */
export const CORRUPT_FILES_KEPT = 1;
