import { crc32 } from 'node:zlib';
import { RECORD_BYTES_MAX } from '../limits.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/** Kinds of records. A reader steps over those that it does not know. */
export const RECORD = { scrape: 1, checkpoint: 2 } as const;

/** Length u32 of what follows the head, CRC-32 u32 over length, kind and that, kind u8. */
export const FRAME_HEAD_BYTES = 9;
const LENGTH_BYTES = 4;
const KIND_AT = 8;

/** A record as it stands in a segment. */
export interface Frame {
  readonly kind: number;
  /** Number of the batch, of a checkpoint: of the batch that comes next. */
  readonly sequence: number;
  /** Samples in the batch, of a checkpoint: in the segment so far. */
  readonly sampleCount: number;
  readonly body: Uint8Array;
  /** Bytes from the start of this record to the start of the next. */
  readonly size: number;
}

/** `short`: the record goes on behind the bytes given, `size` is what it takes. `damaged`: nothing can be read here. */
export type FrameResult =
  | { readonly state: 'whole'; readonly frame: Frame }
  | { readonly state: 'short'; readonly size: number }
  | { readonly state: 'damaged' };

export interface FrameFacts {
  readonly kind: number;
  /** First sequence of the segment. */
  readonly base: number;
  readonly sequence: number;
  readonly sampleCount: number;
}

const prefix = new ByteWriter();
const reader = new ByteReader();

/** A record of its own bytes. Undefined where it would be longer than a record may be. */
export function encodeFrame({ kind, base, sequence, sampleCount }: FrameFacts, body: Uint8Array): Uint8Array | undefined {
  prefix.clear();
  prefix.uvarint(sequence - base);
  prefix.uvarint(sampleCount);
  const length = prefix.at + body.length;
  if (length > RECORD_BYTES_MAX) return undefined;
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  bytes[KIND_AT] = kind;
  bytes.set(prefix.written, FRAME_HEAD_BYTES);
  bytes.set(body, FRAME_HEAD_BYTES + prefix.at);
  view.setUint32(LENGTH_BYTES, checksum(bytes), true);
  return bytes;
}

/** Reads the record that starts `at`, of a segment whose first sequence is `base`. The body is a view. */
export function decodeFrame(bytes: Uint8Array, at: number, base: number): FrameResult {
  const left = bytes.length - at;
  if (left < FRAME_HEAD_BYTES) return { state: 'short', size: FRAME_HEAD_BYTES };
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, left);
  const length = view.getUint32(0, true);
  const size = FRAME_HEAD_BYTES + length;
  if (length > RECORD_BYTES_MAX) return { state: 'damaged' };
  if (left < size) return { state: 'short', size };
  const record = bytes.subarray(at, at + size);
  if (checksum(record) !== view.getUint32(LENGTH_BYTES, true)) return { state: 'damaged' };
  try {
    reader.open(record.subarray(FRAME_HEAD_BYTES));
    const sequence = base + reader.uvarint();
    const sampleCount = reader.uvarint();
    return { state: 'whole', frame: { kind: record[KIND_AT] ?? 0, sequence, sampleCount, body: reader.raw(reader.left), size } };
  } catch {
    return { state: 'damaged' };
  }
}

function checksum(record: Uint8Array): number {
  return crc32(record.subarray(KIND_AT), crc32(record.subarray(0, LENGTH_BYTES)));
}
