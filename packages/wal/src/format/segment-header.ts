import { crc32 } from 'node:zlib';

/** What a segment says about itself. */
export interface SegmentHeader {
  readonly index: number;
  /** Number of the first batch in it. */
  readonly firstSequence: number;
  /** Samples in the log before it, since the log began: differences say how much a segment holds. */
  readonly samplesBefore: number;
  /** Wall milliseconds. */
  readonly createdMs: number;
}

const MAGIC = 0x57_50_4d_4c; // "LMPW", little endian
const VERSION = 1;
const CRC_AT = 36;
const COPY_BYTES = 40;

/** Bytes of the header: it stands there twice, so that one damaged byte costs nothing. */
export const HEADER_BYTES: number = 2 * COPY_BYTES;

/**
 * magic u32 · version u16 · flags u16 · index u32 · first sequence f64 · samples before f64 · created f64 · CRC-32 of all
 * that u32, little endian; then the same again.
 */
export function encodeHeader({ index, firstSequence, samplesBefore, createdMs }: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, index, true);
  view.setFloat64(12, firstSequence, true);
  view.setFloat64(20, samplesBefore, true);
  view.setFloat64(28, createdMs, true);
  view.setUint32(CRC_AT, crc32(bytes.subarray(0, CRC_AT)), true);
  bytes.copyWithin(COPY_BYTES, 0, COPY_BYTES);
  return bytes;
}

/** Undefined where neither copy is whole, or another version wrote it. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader | undefined {
  return decodeCopy(bytes.subarray(0, COPY_BYTES)) ?? decodeCopy(bytes.subarray(COPY_BYTES, HEADER_BYTES));
}

function decodeCopy(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.length < COPY_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isWhole = view.getUint32(CRC_AT, true) === crc32(bytes.subarray(0, CRC_AT));
  if (!isWhole || view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== VERSION) return undefined;
  return {
    index: view.getUint32(8, true),
    firstSequence: view.getFloat64(12, true),
    samplesBefore: view.getFloat64(20, true),
    createdMs: view.getFloat64(28, true),
  };
}
