import assert from 'node:assert/strict';
import test from 'node:test';
import type { Segment } from '../src/log/segment.ts';
import { SegmentWriter } from '../src/log/segment-writer.ts';
import { Workload } from './workload.ts';

test('a sample takes less than five bytes of the log, names and labels included', () => {
  const workload = new Workload(10);
  const segments: Segment[] = [];
  const writer = new SegmentWriter({
    segmentBytes: 64 * 1024 * 1024,
    labelsOf: (ref) => workload.registry.labelBytes(ref),
    nextSequence: 1,
    nextIndex: 0,
    samplesBefore: 0,
    onSegment: (segment) => segments.push(segment),
  });
  for (let round = 0; round < 60; round++) {
    for (const batch of workload.round(round)) writer.append(batch, { nowMs: round * 15_000, isDegraded: false });
  }
  const bytes = segments.reduce((sum, { end }) => sum + end, 0);
  const perSample = bytes / writer.sampleTotal;
  assert.equal(writer.sampleTotal, 600_000);
  assert.ok(perSample < 5 && perSample > 0.5, `${perSample} bytes a sample`);
});
