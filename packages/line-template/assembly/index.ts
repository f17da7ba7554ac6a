// Reads the lines of a body that are known. Everything else about a body is decided outside, in TypeScript.
import { KIND_SAMPLE, KIND_SHIFT, LENGTH_MASK, ROW_BYTES, ROW_LENGTH, ROW_NEXT, RUN_LINES_MAX, RUN_ROWS, RUN_TIMES, RUN_VALUES, WINDOW } from '../src/layout';
import { hashLastPiece, hashLine, hashPiece } from './line-hash';
import { enterRow, fillTable, findRow, isRowOf, NO_ROW } from './line-table';
import { keyEnd, newlineFrom } from './scan';
import { readMilliseconds, readSeconds, readValue, valueEnd } from './value';

export { enterRow, fillTable, hashPiece };

const NEWLINE: u8 = 0x0a;
const SPACE: u8 = 0x20;
const HASH: u8 = 0x23;

/** The window is read to its end. */
const DONE: u32 = 0;
/** There is no room for another line. */
const FULL: u32 = 1;
/** The line is not known, or not of the plain form that is read here. */
const ODD: u32 = 2;
/** The line is not the one expected, and without a table nothing else is known. */
const LOST: u32 = 3;

/** `find` cannot tell without a table. */
const NO_TABLE: u32 = 0xffff_fffe;

/** Where the run stopped: the beginning of the line that comes next. */
let end: usize = 0;
/** Lines read. */
let count: u32 = 0;
/** The row of the line before, `NO_ROW` at the beginning of a body; the row that comes first in a body. */
let before: u32 = NO_ROW;
let first: u32 = NO_ROW;

export function runEnd(): usize {
  return end;
}
export function runCount(): u32 {
  return count;
}
export function lineBefore(): u32 {
  return before;
}
export function firstLine(): u32 {
  return first;
}

/** Hash and length of the line that `find` looked for last. */
let wantedHash: u64 = 0;
let wantedLength: u32 = 0;

/** Sets where in the order of lines a run begins. */
export function follow(rowBefore: u32, rowFirst: u32): void {
  before = rowBefore;
  first = rowFirst;
}

/**
 * Reads known lines of the bytes `start` … `stop`: their rows, values and times go to the columns of the layout, for comments
 * its offset in the window in place of a value. A line is expected to follow the one that it followed last time; one that
 * does not is looked up in `table` (0: there is none yet), and the order is noted anew. `isText`: the Prometheus text format,
 * where empty lines are passed over and times are milliseconds; otherwise OpenMetrics.
 */
export function run(rows: usize, start: usize, stop: usize, table: usize, mask: u32, isText: bool): u32 {
  let at = start;
  let lines: u32 = 0;
  let last = before;
  let status = DONE;
  let next = last == NO_ROW ? first : load<u32>(rows + <usize>(last * ROW_BYTES), ROW_NEXT);
  while (at < stop) {
    if (lines == RUN_LINES_MAX) {
      status = FULL;
      break;
    }
    let row = next;
    if (row == NO_ROW || !isAt(rows + <usize>(row * ROW_BYTES), at, stop)) {
      if (isText && load<u8>(at) == NEWLINE) {
        at++;
        continue;
      }
      status = LOST;
      if (table == 0) break;
      status = ODD;
      const lineEnd = load<u8>(at) == HASH ? newlineFrom(at, stop) : keyEnd(at, stop);
      const length = <u32>(lineEnd - at);
      row = findRow(rows, hashLine(at, length), length, table, mask);
      if (row == NO_ROW) break;
    }
    const place = rows + <usize>(row * ROW_BYTES);
    const kindAndLength = load<u32>(place, ROW_LENGTH);
    const behindKey = at + <usize>(kindAndLength & LENGTH_MASK);
    let value: f64 = <f64>(at - <usize>WINDOW);
    let behindLine = behindKey;
    let time: f64 = NaN;
    status = ODD;
    if (kindAndLength >> KIND_SHIFT == KIND_SAMPLE) {
      if (load<u8>(behindKey) != SPACE) break;
      value = readValue(behindKey + 1);
      behindLine = valueEnd;
      if (behindLine == 0) break;
      if (load<u8>(behindLine) == SPACE) {
        time = isText ? readMilliseconds(behindLine + 1) : readSeconds(behindLine + 1);
        behindLine = valueEnd;
        if (behindLine == 0) break;
      }
    }
    if (load<u8>(behindLine) != NEWLINE) break;
    status = DONE;
    store<u32>(<usize>RUN_ROWS + (<usize>lines << 2), row);
    store<f64>(<usize>RUN_VALUES + (<usize>lines << 3), value);
    store<f64>(<usize>RUN_TIMES + (<usize>lines << 3), time);
    at = behindLine + 1;
    if (row != next) {
      if (last == NO_ROW) first = row;
      else store<u32>(rows + <usize>(last * ROW_BYTES), row, ROW_NEXT);
    }
    last = row;
    next = load<u32>(place, ROW_NEXT);
    lines++;
  }
  end = at;
  count = lines;
  before = last;
  return status;
}

/**
 * The row of the line whose key is the bytes `at` … `at` + `pieceLength`, or ends with them where `length` is more and
 * `hashPiece` has had the rest. Notes it as the next in order. `NO_ROW` where there is none, and `NO_TABLE` where a table is
 * needed to tell.
 */
export function find(rows: usize, at: usize, pieceLength: u32, length: u32, table: usize, mask: u32): u32 {
  const hash = pieceLength == length ? hashLine(at, length) : hashLastPiece(at, pieceLength);
  wantedHash = hash;
  wantedLength = length;
  const next = before == NO_ROW ? first : load<u32>(rows + <usize>(before * ROW_BYTES), ROW_NEXT);
  let row = next;
  if (row == NO_ROW || !isRowOf(rows + <usize>(row * ROW_BYTES), hash, length)) {
    if (table == 0) return NO_TABLE;
    row = findRow(rows, hash, length, table, mask);
    if (row == NO_ROW) return NO_ROW;
    link(rows, row);
  }
  before = row;
  return row;
}

/** Makes a row stand for the line that `find` looked for last, behind the line before and in front of what followed it. */
export function fillRow(rows: usize, row: u32, kind: u32): void {
  const place = rows + <usize>(row * ROW_BYTES);
  store<u64>(place, wantedHash);
  store<u32>(place, wantedLength | (kind << KIND_SHIFT), ROW_LENGTH);
  store<u32>(place, before == NO_ROW ? first : load<u32>(rows + <usize>(before * ROW_BYTES), ROW_NEXT), ROW_NEXT);
  link(rows, row);
  before = row;
}

function link(rows: usize, row: u32): void {
  if (before == NO_ROW) first = row;
  else store<u32>(rows + <usize>(before * ROW_BYTES), row, ROW_NEXT);
}

/** Whether the line at `at` begins as the row says. */
// @ts-ignore: decorator
@inline
function isAt(row: usize, at: usize, stop: usize): bool {
  const length = load<u32>(row, ROW_LENGTH) & LENGTH_MASK;
  return at + <usize>length < stop && isRowOf(row, hashLine(at, length), length);
}
