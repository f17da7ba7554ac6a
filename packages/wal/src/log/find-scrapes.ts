import { decodeFrame, RECORD } from '../format/record-frame.ts';
import type { Frame } from '../format/record-frame.ts';
import { ScrapeDecoder } from '../format/scrape-decoder.ts';
import { HEADER_BYTES } from '../format/segment-header.ts';
import type { WalFiles } from '../ports.ts';
import { SegmentChunk } from './segment-chunk.ts';
import type { Segment } from './segment.ts';

/** A scrape as the log has it. */
export interface LoggedScrape {
  /** Number of the batch. */
  readonly sequence: number;
  readonly job: string;
  readonly targetId: string;
  readonly tick: number;
  readonly epoch: number;
  readonly timestampMs: number;
  readonly sampleCount: number;
  /** File of the record, its place in it, and its length. */
  readonly segment: string;
  readonly at: number;
  readonly bytes: number;
  /** Whether it survives a power loss. */
  readonly isSafe: boolean;
}

export interface ScrapeQuery {
  /** Times of scrapes, wall milliseconds, both inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  isWanted(scrape: { readonly job: string; readonly targetId: string }): boolean;
}

/** Scrapes of one answer at most: the last ones. */
const SCRAPE_COUNT_MAX = 1_000;
/** A record is written this long after the time of its scrape at most, and a wall clock is set by less. */
const SLACK_MS = 5 * 60_000;

/** Reads the segments of a span of time for some scrapes. What cannot be read is left out. */
export async function findScrapes(
  log: { readonly segments: readonly Segment[]; readonly files: WalFiles },
  query: ScrapeQuery,
): Promise<LoggedScrape[]> {
  const found: LoggedScrape[] = [];
  const chunk = new SegmentChunk(log.files);
  for (const segment of log.segments) {
    if (segment.newestMs < query.fromMs - SLACK_MS || segment.createdMs > query.toMs + SLACK_MS) continue;
    await searchSegment(segment, chunk, (scrape) => {
      if (scrape.timestampMs < query.fromMs || scrape.timestampMs > query.toMs || !query.isWanted(scrape)) return;
      found.push(scrape);
      if (found.length > SCRAPE_COUNT_MAX) found.shift();
    });
  }
  await chunk.close();
  return found;
}

async function searchSegment(segment: Segment, chunk: SegmentChunk, visit: (scrape: LoggedScrape) => void): Promise<void> {
  const decoder = new ScrapeDecoder(() => 0);
  for (let at = HEADER_BYTES; at < segment.end;) {
    let bytes = segment.view(at) ?? chunk.view(segment, at);
    let result = bytes === undefined ? undefined : decodeFrame(bytes, 0, segment.firstSequence);
    if (result === undefined || result.state === 'short') {
      const size = result?.size ?? 0;
      if (!(await isLoaded(segment, chunk, { at, size }))) return;
      bytes = chunk.view(segment, at);
      result = bytes === undefined ? undefined : decodeFrame(bytes, 0, segment.firstSequence);
      if (result?.state === 'short' && result.size > size) continue;
    }
    if (result?.state !== 'whole') return;
    const { frame } = result;
    try {
      if (frame.kind === RECORD.checkpoint) decoder.reset();
      else if (frame.kind === RECORD.scrape) visit(scrapeOf(decoder, frame, { segment, at }));
    } catch {
      return; // damaged: whoever reads it next reports it
    }
    at += frame.size;
  }
}

async function isLoaded(segment: Segment, chunk: SegmentChunk, place: { readonly at: number; readonly size: number }): Promise<boolean> {
  try {
    return (await chunk.load(segment, place)) > 0;
  } catch {
    return false;
  }
}

function scrapeOf(decoder: ScrapeDecoder, frame: Frame, { segment, at }: { readonly segment: Segment; readonly at: number }): LoggedScrape {
  const { job, targetId, tick, epoch, timestampMs, count } = decoder.decode(frame.body, frame);
  const place = { segment: segment.name, at, bytes: frame.size, isSafe: at + frame.size <= segment.synced };
  return { sequence: frame.sequence, job, targetId, tick, epoch, timestampMs, sampleCount: count, ...place };
}
