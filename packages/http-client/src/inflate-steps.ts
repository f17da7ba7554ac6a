import { createGunzip } from 'node:zlib';
import type { BodyBuffer } from './body-buffer.ts';
import { gzipFailure } from './gzip-failure.ts';
import type { GzipFailure } from './gzip-failure.ts';
import { INFLATE_STEP_BYTES } from './limits.ts';

export type InflatedInSteps = { readonly kind: 'done' } | { readonly kind: 'noRoom' } | GzipFailure;

export interface InflateSteps {
  /** A body of this many bytes or more is refused. */
  readonly limitBytes: number;
  /** Where the body is collected; freed by its owner, whatever comes of it. */
  readonly into: BodyBuffer;
  /** Called once, never within the call that began it. */
  readonly onEnd: (inflated: InflatedInSteps) => void;
}

/** A full step is alone in its memory. That of a bomb goes back at once: the garbage collector comes late for it. */
function dropMemory({ buffer, byteLength }: Buffer): void {
  if (byteLength === INFLATE_STEP_BYTES && buffer.byteLength === byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/**
 * Inflates a long gzip body by steps of `INFLATE_STEP_BYTES`, off this thread, with other work between them. Returns what
 * gives it up: then `onEnd` is not called any more.
 */
export function inflateInSteps(wire: Uint8Array, { limitBytes, into, onEnd }: InflateSteps): () => void {
  const gunzip = createGunzip({ chunkSize: INFLATE_STEP_BYTES });
  let hasEnded = false;
  const giveUp = (): void => {
    hasEnded = true;
    gunzip.destroy();
  };
  const end = (inflated: InflatedInSteps): void => {
    if (hasEnded) return;
    giveUp();
    onEnd(inflated);
  };
  gunzip.on('data', (step: Buffer) => {
    if (hasEnded) return;
    if (into.length + step.byteLength >= limitBytes) end({ kind: 'tooLong' });
    else if (!into.append(step)) end({ kind: 'noRoom' });
    dropMemory(step);
  });
  gunzip.on('end', () => end({ kind: 'done' }));
  gunzip.on('error', (error) => end(gzipFailure(error)));
  gunzip.end(wire);
  return giveUp;
}
