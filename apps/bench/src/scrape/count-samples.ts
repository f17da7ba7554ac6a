const TIMESERIES = 1;
const SAMPLES = 2;
const HISTOGRAMS = 4;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Samples and histograms in a remote-write 1.0 `WriteRequest`, uncompressed. Throws where it is none. */
export function countSamples(request: Uint8Array): number {
  let count = 0;
  eachField(request, 0, request.length, (field, start, end) => {
    if (field !== TIMESERIES) return;
    eachField(request, start, end, (inner) => {
      if (inner === SAMPLES || inner === HISTOGRAMS) count++;
    });
  });
  return count;
}

/** Calls `visit` for each length-delimited field between two offsets with the place of its content. */
function eachField(bytes: Uint8Array, from: number, to: number, visit: (field: number, start: number, end: number) => void): void {
  const cursor = { bytes, at: from };
  while (cursor.at < to) {
    const tag = varint(cursor);
    const wireType = tag & 7;
    if (wireType === BYTES) {
      const length = varint(cursor);
      if (cursor.at + length > to) throw new Error(`a field ends at byte ${cursor.at + length}, beyond ${to}`);
      visit(tag >>> 3, cursor.at, cursor.at + length);
      cursor.at += length;
    } else if (wireType === VARINT) varint(cursor);
    else if (wireType === FIXED64) cursor.at += 8;
    else if (wireType === FIXED32) cursor.at += 4;
    else throw new Error(`wire type ${wireType} at byte ${cursor.at}`);
  }
  if (cursor.at !== to) throw new Error(`a number ends at byte ${cursor.at}, beyond ${to}`);
}

/** The low 32 bits of a varint, which is all that tags and lengths have. */
function varint(cursor: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined || shift > 63) throw new Error(`no number at byte ${cursor.at - 1}`);
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
}
