// Where things are in the module's memory, in bytes. Read by both sides: TypeScript here, AssemblyScript in `assembly/`,
// so literals and sums of them only.

/** Two keys of the line hash, each of `HASH_KEY_BYTES`, then its four odd factors. */
export const HASH_KEYS = 1024;
export const HASH_KEY_BYTES = 1024;
export const HASH_FACTORS = 3072;
/** 32 bytes of ones and 32 of zeros: masks of every length. */
export const MASKS = 3104;
/** 10^0 … 10^22 as doubles. */
export const POWERS_OF_TEN = 3168;
/** The upper 128 bits of 5^-342 … 5^308, the more significant half first. */
export const POWERS_OF_FIVE = 3360;
export const POWER_OF_FIVE_MIN = -342;
export const POWER_OF_FIVE_MAX = 308;

/** Lines that one run reads at most; their rows, their values, and their own times in milliseconds, NaN for none. */
export const RUN_LINES_MAX = 4096;
export const RUN_ROWS = 13_824;
export const RUN_VALUES = 30_208;
export const RUN_TIMES = 62_976;

/** The part of a body that is being read, and zeros behind it: vectors are loaded past the end. */
export const WINDOW = 95_744;
export const WINDOW_BYTES = 262_144;
export const WINDOW_PADDING = 64;
/** The rows of line tables lie behind this. */
export const BLOCKS = 357_952;

/** A row: hash (8), length and kind (4), the row that followed last time (4), tag (4), mark (4). */
export const ROW_BYTES = 24;
export const ROW_LENGTH = 8;
export const ROW_NEXT = 12;
export const ROW_TAG = 16;
export const ROW_MARK = 20;
/** The kind of a line is in the highest three bits of its length. */
export const KIND_SHIFT = 29;
export const LENGTH_MASK = 0x1fff_ffff;
export const KIND_SAMPLE = 0;
export const KIND_FREE = 7;
