import type { Log, Metrics } from '@limpet/model';
import { decodeFrame, RECORD } from '../format/record-frame.ts';
import { decodeHeader, HEADER_BYTES } from '../format/segment-header.ts';
import type { SegmentHeader } from '../format/segment-header.ts';
import { systemCode } from '../errors.ts';
import { READ_BYTES } from '../limits.ts';
import { WAL_METRICS } from '../metrics.ts';
import type { FileFacts, WalFile, WalFiles } from '../ports.ts';
import { quarantine } from './quarantine.ts';
import { Segment } from './segment.ts';

export interface RecoverOptions {
  readonly files: WalFiles;
  readonly log: Log;
  readonly metrics: Metrics;
}

const SEGMENT_NAME = /^\d{8}\.seg$/;

interface Found {
  readonly header: SegmentHeader;
  readonly facts: FileFacts;
}

/**
 * The segments of a log, oldest first, as an earlier process left them. The newest one is read to its end: what stands
 * behind its last whole record was never finished and is cut off. The others are read when somebody needs them, and
 * what is damaged in them is found then. Rejects only where the folder itself cannot be read.
 */
export async function recoverSegments(options: RecoverOptions): Promise<Segment[]> {
  const names = (await options.files.list('.')).filter(({ name }) => SEGMENT_NAME.test(name));
  const found: Found[] = [];
  for (const facts of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const header = await headerOf(options, facts);
    if (header !== undefined && header.firstSequence >= (found.at(-1)?.header.firstSequence ?? 0)) found.push({ header, facts });
  }
  const segments: Segment[] = [];
  for (const [place, { header, facts }] of found.entries()) {
    const next = found[place + 1]?.header;
    segments.push(next === undefined ? await newest(options, { header, facts }) : older({ header, facts }, next));
  }
  return segments;
}

/** The header of a file. A file without one is set aside; one that holds nothing is removed. */
async function headerOf(options: RecoverOptions, { name, sizeBytes }: FileFacts): Promise<SegmentHeader | undefined> {
  const { files, log } = options;
  try {
    const header = await withFile(files, name, async (file) => {
      const bytes = new Uint8Array(HEADER_BYTES);
      return decodeHeader(bytes.subarray(0, await readFully(file, bytes, 0)));
    });
    if (header !== undefined && name === `${String(header.index).padStart(8, '0')}.seg`) return header;
    if (sizeBytes > HEADER_BYTES) {
      await quarantine(options, { name, at: 0, sizeBytes, reason: 'the header cannot be read' });
      await files.rename(name, `${name}.unreadable`);
    } else await files.remove(name); // begun and not finished: no record was in it
  } catch (error) {
    log.error('a segment of the log cannot be read and is left out', { code: 'LIMPET_WAL_SEGMENT', name, cause: systemCode(error) });
  }
  return undefined;
}

/** A segment that another follows: what it holds is known from the header of that one. */
function older({ header, facts }: Found, next: SegmentHeader): Segment {
  return Segment.stored({
    header,
    sizeBytes: facts.sizeBytes,
    nextSequence: next.firstSequence,
    sampleCount: Math.max(0, next.samplesBefore - header.samplesBefore),
    newestMs: Math.max(header.createdMs, next.createdMs),
  });
}

async function newest(options: RecoverOptions, { header, facts }: Found): Promise<Segment> {
  const { files, log, metrics } = options;
  const { name, sizeBytes, modifiedMs } = facts;
  const extent = await withFile(files, name, (file) => extentOf(file, header)).catch((error: unknown) => {
    log.error('the newest segment of the log cannot be read to its end', { code: 'LIMPET_WAL_SEGMENT', name, cause: systemCode(error) });
    return undefined;
  });
  const { end, nextSequence, sampleCount } = extent ?? { end: HEADER_BYTES, nextSequence: header.firstSequence, sampleCount: 0 };
  if (end < sizeBytes) {
    metrics.add(WAL_METRICS.truncatedBytes, [], sizeBytes - end);
    await quarantine(options, { name, at: end, sizeBytes, reason: 'it was not written to its end' });
    const cut = withFile(files, name, (file) => file.truncate(end));
    await cut.catch((error: unknown) =>
      log.warn('the torn end could not be cut off', { code: 'LIMPET_WAL_CUT', name, cause: systemCode(error) }),
    );
  }
  return Segment.stored({ header, sizeBytes: end, nextSequence, sampleCount, newestMs: modifiedMs });
}

interface Extent {
  readonly end: number;
  readonly nextSequence: number;
  readonly sampleCount: number;
}

/** Walks the records of a segment up to the first that is not whole. */
async function extentOf(file: WalFile, { firstSequence }: SegmentHeader): Promise<Extent> {
  let end = HEADER_BYTES;
  let nextSequence = firstSequence;
  let sampleCount = 0;
  for (let size = READ_BYTES; ;) {
    const buffer = new Uint8Array(size);
    const bytes = buffer.subarray(0, await readFully(file, buffer, end));
    let at = 0;
    let result = decodeFrame(bytes, at, firstSequence);
    for (; result.state === 'whole'; result = decodeFrame(bytes, at, firstSequence)) {
      const { kind, sequence, sampleCount: samples } = result.frame;
      if (sequence < nextSequence) return { end: end + at, nextSequence, sampleCount };
      at += result.frame.size;
      if (kind !== RECORD.scrape) continue;
      nextSequence = sequence + 1;
      sampleCount += samples;
    }
    end += at;
    if (result.state === 'damaged' || bytes.length < size) return { end, nextSequence, sampleCount };
    size = Math.max(READ_BYTES, result.size);
  }
}

/** Fills the buffer as far as the file goes; returns how far that is. */
async function readFully(file: WalFile, into: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const count = await file.read(into.subarray(done), at + done);
    if (count <= 0) break;
    done += count;
  }
  return done;
}

async function withFile<Result>(files: WalFiles, name: string, use: (file: WalFile) => Promise<Result>): Promise<Result> {
  const file = await files.open(name, 'existing');
  try {
    return await use(file);
  } finally {
    await file.close().catch(() => undefined);
  }
}
