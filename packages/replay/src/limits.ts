/** Bytes of bodies that may wait to be written. A body that finds no room is left out of the recording. 64 MiB. */
export const WAITING_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** Characters of lines that may wait to be written. Beyond that the recording ends: inputs cannot be left out. 16 Mi. */
export const WAITING_LINE_CHARS_MAX: number = 16 * 1024 * 1024;

/** Bytes of a body that is kept at most. 16 MiB. */
export const BODY_BYTES_MAX: number = 16 * 1024 * 1024;

/** Names of bodies that are remembered as written; beyond that all are forgotten, and some written again. */
export const BODY_NAMES_MAX = 1_000_000;

/** Parts that a ring of the last minutes is made of. */
export const RING_PARTS = 4;

/** Milliseconds that a part of a ring spans at least. */
export const RING_PART_MS_MIN = 1_000;

/** Bytes that one body may have when it is read back, after inflating. 64 MiB. */
export const READ_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** Characters of one line of a recording. 16 Mi. */
export const LINE_CHARS_MAX: number = 16 * 1024 * 1024;
