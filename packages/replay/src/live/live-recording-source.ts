import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RecordingError } from '../errors.ts';
import type { RecordingSource, SourceLine } from '../exact/ports.ts';
import { LINE_CHARS_MAX } from '../limits.ts';
import { readBody } from './live-body.ts';
import { BodyThread } from './live-body-thread.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A recording of this machine: its folder, or the log in it. Throws a `RecordingError` where there is none. */
export function liveRecordingSource(path: string): RecordingSource {
  if (!existsSync(path)) throw new RecordingError('LIMPET_RECORDING_FOLDER', path, 'there is no such recording');
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const files = readdirSync(folder)
    .filter((name) => /^log(\.\d+)?\.ndjson$/.test(name))
    .sort();
  const logs = folder === path ? files : [basename(path)];
  if (logs.length === 0) throw new RecordingError('LIMPET_RECORDING_FOLDER', path, 'no recording is in this folder: it has no log.ndjson');
  const thread = new BodyThread(folder);
  let ahead: ReadonlyMap<string, Uint8Array> = new Map();
  let before = ahead;
  return {
    name: path,
    isRing: logs.some((name) => name !== 'log.ndjson'),
    lines: () => linesOf(logs.map((name) => join(folder, name))),
    expected: () => linesOf(logs.map((name) => join(folder, name.replace('log', 'expect'))).filter((file) => existsSync(file))),
    body: (name) => ahead.get(name) ?? before.get(name) ?? readBody(folder, name),
    bodiesAhead: async (names) => {
      const loaded = await thread.load([...new Set(names)]);
      before = ahead;
      ahead = new Map(loaded);
    },
    close: () => thread.close(),
  };
}

/** Lines of some files, in order. The last line of a file that was cut off in its middle is left out. */
function* linesOf(files: readonly string[]): Generator<SourceLine> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (const file of files) {
    const descriptor = openSync(file, 'r');
    try {
      let rest: Buffer = Buffer.alloc(0);
      let line = 0;
      for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
        const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
        let start = 0;
        for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
          yield { text: bytes.toString('utf8', start, end), place: `${file}:${++line}` };
          start = end + 1;
        }
        rest = bytes.subarray(start);
        if (rest.length > LINE_CHARS_MAX)
          throw new RecordingError('LIMPET_RECORDING_FORMAT', `${file}:${line + 1}`, 'the line is too long');
      }
    } finally {
      closeSync(descriptor);
    }
  }
}
