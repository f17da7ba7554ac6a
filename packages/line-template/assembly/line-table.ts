import { KIND_FREE, KIND_SHIFT, LENGTH_MASK, ROW_BYTES, ROW_LENGTH } from '../src/layout';

/** Stands for no row. */
export const NO_ROW: u32 = u32.MAX_VALUE;

/** Whether a row stands for a line of this hash and length. */
// @ts-ignore: decorator
@inline
export function isRowOf(row: usize, hash: u64, length: u32): bool {
  return load<u64>(row) == hash && (load<u32>(row, ROW_LENGTH) & LENGTH_MASK) == length;
}

/** Enters all rows into an empty table of row numbers plus one, by hash, with linear probing. */
export function fillTable(rows: usize, rowCount: u32, table: usize, mask: u32): void {
  for (let row: u32 = 0; row < rowCount; row++) {
    const at = rows + <usize>(row * ROW_BYTES);
    if (load<u32>(at, ROW_LENGTH) >> KIND_SHIFT != KIND_FREE) enterRow(rows, row, table, mask);
  }
}

export function enterRow(rows: usize, row: u32, table: usize, mask: u32): void {
  let place = load<u32>(rows + <usize>(row * ROW_BYTES)) & mask;
  while (load<u32>(table + (<usize>place << 2)) != 0) place = (place + 1) & mask;
  store<u32>(table + (<usize>place << 2), row + 1);
}

/** The row of a line by its hash and length, or `NO_ROW`. */
export function findRow(rows: usize, hash: u64, length: u32, table: usize, mask: u32): u32 {
  let place = <u32>hash & mask;
  let entry = load<u32>(table + (<usize>place << 2));
  while (entry != 0) {
    if (isRowOf(rows + <usize>((entry - 1) * ROW_BYTES), hash, length)) return entry - 1;
    place = (place + 1) & mask;
    entry = load<u32>(table + (<usize>place << 2));
  }
  return NO_ROW;
}
