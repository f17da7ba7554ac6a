import { isStaleMarker, writeValue } from '@limpet/model';
import type { SampleColumns } from './sample-columns.ts';

const SAMPLE_BYTES = 20;

/**
 * Samples of many series as one block: times, values, then series ids, each a column of its own; little endian. It is
 * written once and read only when the process did not end well, so it is made to be cheap.
 */
export function encodeBlock({ count, timestamps, values, stale }: SampleColumns, seriesIds: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(count * SAMPLE_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index++) {
    view.setFloat64(index * 8, timestamps[index] ?? 0, true);
    writeValue(view, (count + index) * 8, values[index] ?? 0, stale[index] === 1);
    view.setUint32(count * 16 + index * 4, seriesIds[index] ?? 0, true);
  }
  return bytes;
}

/** Calls `visit` with each sample of a block, in order. Throws a `RangeError` where the bytes are no block. */
export function readBlock(
  bytes: Uint8Array,
  visit: (seriesId: number, timestampMs: number, value: number, isStale: boolean, index: number) => void,
): void {
  if (bytes.length % SAMPLE_BYTES !== 0) throw new RangeError('the journal holds a block of a wrong length');
  const count = bytes.length / SAMPLE_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < count; index++) {
    const at = (count + index) * 8;
    const isStale = isStaleMarker(view, at);
    const seriesId = view.getUint32(count * 16 + index * 4, true);
    visit(seriesId, view.getFloat64(index * 8, true), isStale ? 0 : view.getFloat64(at, true), isStale, index);
  }
}
