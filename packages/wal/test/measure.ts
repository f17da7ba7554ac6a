import { RECORD, decodeFrame } from '../src/format/record-frame.ts';
import { ScrapeDecoder } from '../src/format/scrape-decoder.ts';
import { HEADER_BYTES } from '../src/format/segment-header.ts';
import type { Segment } from '../src/log/segment.ts';
import { SegmentWriter } from '../src/log/segment-writer.ts';
import { Workload } from './workload.ts';

// node --conditions=development packages/wal/test/measure.ts: bytes and CPU a sample, an hour of 200 targets.
const TARGETS = 200;
const ROUNDS = 240;

const workload = new Workload(TARGETS);
const segments: Segment[] = [];
const writer = new SegmentWriter({
  segmentBytes: 64 * 1024 * 1024,
  labelsOf: (ref) => workload.registry.labelBytes(ref),
  nextSequence: 1,
  nextIndex: 0,
  samplesBefore: 0,
  onSegment: (segment) => segments.push(segment),
});

function cpuNsPerSample(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / (ROUNDS * TARGETS * 1_000);
}

const written = cpuNsPerSample(() => {
  for (let round = 0; round < ROUNDS; round++)
    for (const batch of workload.round(round)) writer.append(batch, { nowMs: round * 15_000, isDegraded: false });
});
const generated = cpuNsPerSample(() => {
  for (let round = 0; round < ROUNDS; round++) for (const _ of workload.round(round));
});
const read = cpuNsPerSample(() => {
  for (const segment of segments) readSegment(segment);
});
const bytes = segments.reduce((sum, { end }) => sum + end, 0);
console.log(`${(bytes / (ROUNDS * TARGETS * 1_000)).toFixed(2)} bytes a sample`);
console.log(`${(written - generated).toFixed(1)} ns CPU a sample to write, ${read.toFixed(1)} ns to read`);

function readSegment(segment: Segment): void {
  const decoder = new ScrapeDecoder((labels) => workload.registry.acquire(labels));
  for (let at = HEADER_BYTES; at < segment.end;) {
    const result = decodeFrame(segment.view(at) ?? new Uint8Array(), 0, segment.firstSequence);
    if (result.state !== 'whole') throw new Error(`the record at ${at} is ${result.state}`);
    if (result.frame.kind === RECORD.checkpoint) decoder.reset();
    else decoder.decode(result.frame.body, result.frame);
    at += result.frame.size;
  }
}
