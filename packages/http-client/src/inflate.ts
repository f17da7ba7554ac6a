import { gunzipSync } from 'node:zlib';
import { gzipFailure } from './gzip-failure.ts';
import type { GzipFailure } from './gzip-failure.ts';
import { INFLATE_AT_ONCE_BYTES_MAX } from './limits.ts';
import { openReusedGunzip } from './reused-gunzip.ts';
import type { SpareMemory } from './spare-memory.ts';

/** A body and, if it is a view of it, spare memory; why there is none; or `later`: it is too long to be inflated at once. */
export type Inflated =
  | { readonly kind: 'done'; readonly body: Buffer; readonly memory?: Buffer }
  | GzipFailure
  | { readonly kind: 'later' };

const FIRST_OUTPUT_BYTES = 16 * 1024;
/** A gzip stream ends with the length of what went into it. */
const TRAILER_BYTES = 4;
/** Header, trailer and an empty block. */
const GZIP_BYTES_MIN = 18;

/**
 * Inflates a gzip body, synchronously: for bodies of this size the thread pool costs twice the CPU. A body of
 * `limitBytes` or more is refused without being inflated further; one of more than `INFLATE_AT_ONCE_BYTES_MAX` has to be
 * inflated in steps, so that no body keeps others waiting. `spare`: the body may be in memory from there, which goes back
 * when nobody reads the body any more.
 */
export function inflateAtOnce(wire: Uint8Array, limitBytes: number, spare?: SpareMemory): Inflated {
  if (wire.byteLength === 0) return { kind: 'failed', reason: 'contentEncoding', error: 'EOF' };
  const mostBytes = Math.max(Math.min(limitBytes - 1, INFLATE_AT_ONCE_BYTES_MAX), 1);
  const claimedBytes = claimedLength(wire);
  if (limitBytes > INFLATE_AT_ONCE_BYTES_MAX && Math.max(claimedBytes, wire.byteLength) > INFLATE_AT_ONCE_BYTES_MAX)
    return { kind: 'later' };
  const reused = spare !== undefined && claimedBytes < mostBytes ? inflateReused(wire, claimedBytes, spare) : undefined;
  if (reused !== undefined) return reused;
  try {
    const body = gunzipSync(wire, { chunkSize: Math.max(64, Math.min(claimedBytes + 1, mostBytes)), maxOutputLength: mostBytes });
    return body.byteLength >= limitBytes ? { kind: 'tooLong' } : { kind: 'done', body };
  } catch (error) {
    const isTooLong = (error as { readonly code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    if (!isTooLong) return gzipFailure(error);
    return limitBytes > INFLATE_AT_ONCE_BYTES_MAX ? { kind: 'later' } : { kind: 'tooLong' };
  }
}

/** Into spare memory, where the trailer has told the truth. Otherwise, and for damaged bodies, it is done the long way. */
function inflateReused(wire: Uint8Array, claimedBytes: number, spare: SpareMemory): Inflated | undefined {
  if (gunzip === undefined) return undefined;
  const memory = spare.take(claimedBytes + 1);
  const length = gunzip(wire, memory);
  if (length === claimedBytes) return { kind: 'done', body: memory.subarray(0, length), memory };
  spare.give(memory);
  return undefined;
}

const gunzip = openReusedGunzip();

/** The length that the trailer claims, which only decides how to begin. */
function claimedLength(wire: Uint8Array): number {
  if (wire.byteLength < GZIP_BYTES_MIN) return FIRST_OUTPUT_BYTES;
  return new DataView(wire.buffer, wire.byteOffset, wire.byteLength).getUint32(wire.byteLength - TRAILER_BYTES, true);
}
