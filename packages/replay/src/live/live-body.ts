import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { RecordingError } from '../errors.ts';
import { READ_BODY_BYTES_MAX } from '../limits.ts';
import { bodyPath } from './live-recording-folder.ts';

/** A body of a recording; `undefined` where there is none. Throws a `RecordingError` where it is not what its name says. */
export function readBody(folder: string, name: string): Uint8Array | undefined {
  const { file } = bodyPath(folder, name);
  let packed: Buffer;
  try {
    packed = readFileSync(file);
  } catch {
    return undefined;
  }
  const bytes = inflated(packed, file);
  const found = `sha256:${hash('sha256', bytes)}`;
  if (found !== name) throw new RecordingError('LIMPET_RECORDING_BODY', file, `the body is not what its name says: it is ${found}`);
  return bytes;
}

function inflated(packed: Buffer, file: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: READ_BODY_BYTES_MAX });
  } catch (cause) {
    throw new RecordingError('LIMPET_RECORDING_BODY', file, `the body cannot be read: ${String(cause)}`, { cause });
  }
}
