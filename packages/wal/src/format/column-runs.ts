import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Writes ids as runs of consecutive ones: the step to each start from the end before, then the length. */
export function writeIdRuns(writer: ByteWriter, ids: Uint32Array, count: number): void {
  let expected = 0;
  for (let index = 0; index < count;) {
    const start = ids[index] ?? 0;
    let length = 1;
    while (index + length < count && ids[index + length] === start + length) length++;
    writer.varint(start - expected);
    writer.uvarint(length);
    expected = start + length;
    index += length;
  }
}

/** Reads `count` ids below `idCount`. */
export function readIdRuns(reader: ByteReader, count: number, idCount: number): Uint32Array<ArrayBuffer> {
  const ids = new Uint32Array(count);
  let expected = 0;
  for (let index = 0; index < count;) {
    const start = expected + reader.varint();
    const length = reader.uvarint();
    if (start < 0 || length === 0 || start + length > idCount || index + length > count)
      throw new RangeError('a run of series is not known');
    for (let step = 0; step < length; step++) ids[index++] = start + step;
    expected = start + length;
  }
  return ids;
}

/** Writes bytes as runs of equal ones. */
export function writeByteRuns(writer: ByteWriter, bytes: Uint8Array, count: number): void {
  for (let index = 0; index < count;) {
    const byte = bytes[index] ?? 0;
    let length = 1;
    while (index + length < count && bytes[index + length] === byte) length++;
    writer.byte(byte);
    writer.uvarint(length);
    index += length;
  }
}

export function readByteRuns(reader: ByteReader, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count;) {
    const byte = reader.byte();
    const length = reader.uvarint();
    if (length === 0 || index + length > count) throw new RangeError('a run of flags is longer than the record');
    bytes.fill(byte, index, index + length);
    index += length;
  }
  return bytes;
}
