import { gunzipSync } from 'node:zlib';

export type Inflated =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly reason: 'bodyLimit' | 'contentEncoding'; readonly error: string };

/** The words of an exceeded limit (S-110). */
export const BODY_LIMIT_TEXT = 'body size limit exceeded';

const FIRST_OUTPUT_BYTES = 16 * 1024;
const FIRST_OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** A gzip stream ends with the length of what went into it. */
const TRAILER_BYTES = 4;
/** Header, trailer and an empty block. */
const GZIP_BYTES_MIN = 18;

/**
 * Inflates a gzip body, synchronously: for bodies of this size the thread pool costs twice the CPU. A body of
 * `limitBytes` or more is refused without being inflated further. Errors are in the words of Go's `compress/gzip`.
 */
export function inflateGzip(wire: Uint8Array, limitBytes: number): Inflated {
  if (wire.byteLength === 0) return { ok: false, reason: 'contentEncoding', error: 'EOF' };
  const mostBytes = Math.max(limitBytes - 1, 1);
  try {
    const body = gunzipSync(wire, { chunkSize: outputBytes(wire, mostBytes), maxOutputLength: mostBytes });
    return body.byteLength >= limitBytes ? { ok: false, reason: 'bodyLimit', error: BODY_LIMIT_TEXT } : { ok: true, body };
  } catch (error) {
    return refusal(error as { readonly code?: string; readonly message: string });
  }
}

/** Room for the whole output at once, believing the trailer as far as that costs little. */
function outputBytes(wire: Uint8Array, mostBytes: number): number {
  if (wire.byteLength < GZIP_BYTES_MIN) return FIRST_OUTPUT_BYTES;
  const claimed = new DataView(wire.buffer, wire.byteOffset, wire.byteLength).getUint32(wire.byteLength - TRAILER_BYTES, true);
  return Math.max(64, Math.min(claimed + 1, mostBytes, FIRST_OUTPUT_BYTES_MAX));
}

function refusal({ code, message }: { readonly code?: string; readonly message: string }): Inflated {
  if (code === 'ERR_BUFFER_TOO_LARGE') return { ok: false, reason: 'bodyLimit', error: BODY_LIMIT_TEXT };
  return { ok: false, reason: 'contentEncoding', error: gzipText(code, message) };
}

function gzipText(code: string | undefined, message: string): string {
  if (message === 'incorrect header check' || message === 'unknown compression method') return 'gzip: invalid header';
  if (message === 'incorrect data check' || message === 'incorrect length check') return 'gzip: invalid checksum';
  if (code === 'Z_BUF_ERROR') return 'unexpected EOF';
  return `flate: corrupt input: ${message}`;
}
