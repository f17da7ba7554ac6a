import assert from 'node:assert/strict';
import test from 'node:test';
import { batchOf } from '@limpet/contract';
import { STALE_NAN_BITS } from '@limpet/model';
import type { NativeHistogram, ScrapeBatch } from '@limpet/model';
import { answer, closeBench, configOf, makeBench, receiverConfig, samplesOf } from './bench.ts';
import type { Bench } from './bench.ts';
import { decodeRequestV2, labelsOfRefs } from './decode-write-request-v2.ts';

const V2 = 'io.prometheus.write.v2.Request';
const WRITTEN = 'x-prometheus-remote-write-samples-written';

async function started(overrides: Parameters<typeof receiverConfig>[0] = {}, queue = {}): Promise<Bench> {
  const bench = makeBench();
  assert.ok((await bench.remoteWrite.apply(configOf([receiverConfig({ protobufMessage: V2, ...overrides }, queue)]))).ok);
  await bench.advance(0);
  bench.receiver.react = ({ request }) =>
    answer(200, { [WRITTEN]: String(decodeRequestV2(request.body ?? new Uint8Array()).timeseries.length) });
  return bench;
}

function append({ remoteWrite, registry }: Bench, batch: ScrapeBatch): void {
  assert.ok(remoteWrite.append(batch, registry.nextSequence()).ok);
}

const requestOf = ({ receiver }: Bench, index = 0) => decodeRequestV2(receiver.requests[index]?.request.body ?? new Uint8Array());

const HISTOGRAM: NativeHistogram = {
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 6,
  sum: 3.5,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveBuckets: [4, 2],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [0.5, 2],
  resetHint: 'no',
  isFloat: false,
};

test('W-002 W-020 W-022 a request of 2.0 has its headers, each text once in the order of first use, and metadata also where none is known', async () => {
  const bench = await started();
  bench.append([
    { labels: { __name__: 'up', job: 'a', zone: 'a' }, value: 1 },
    { labels: { __name__: 'up', job: 'b' }, value: 'stale' },
  ]);
  await bench.advance(5_000);
  const headers: Readonly<Record<string, unknown>> = bench.receiver.requests[0]?.request.headers ?? {};
  assert.equal(headers['content-type'], 'application/x-protobuf;proto=io.prometheus.write.v2.Request');
  assert.equal(headers['x-prometheus-remote-write-version'], '2.0.0');
  const request = requestOf(bench);
  assert.deepEqual(request.symbols, ['', '__name__', 'up', 'job', 'a', 'zone', 'b']);
  assert.deepEqual(
    request.timeseries.map(({ labelsRefs }) => labelsRefs),
    [
      [1, 2, 3, 4, 5, 4],
      [1, 2, 3, 6],
    ],
  );
  assert.deepEqual(
    request.timeseries.map(({ samples }) => samples.map(({ value, startTimestamp }) => [value, startTimestamp])),
    [[[0x3ff0000000000000n, 0n]], [[STALE_NAN_BITS, 0n]]],
  );
  for (const { metadata } of request.timeseries) assert.deepEqual([metadata?.type, metadata?.helpRef, metadata?.unitRef], [0, 0, 0]);
  bench.append(samplesOf(1, 1));
  await bench.advance(5_000);
  assert.deepEqual(requestOf(bench, 1).symbols, ['', '__name__', 's0']);
  await closeBench(bench);
});

test('W-011 W-021 W-025 W-066 exemplars and histograms are series of their own; metadata is numbered first, the labels of exemplars last', async () => {
  const bench = await started({ sendExemplars: true });
  const exemplar = { labels: [['trace', 't1']] as const, value: 0.25, timestampMs: 42 };
  const batch = batchOf(bench.registry, [
    { labels: { __name__: 'requests' }, value: 7, exemplars: [exemplar] },
    { labels: { __name__: 'latency' }, histogram: HISTOGRAM },
  ]);
  const metadata = { family: 'requests', type: 'counter', help: 'Requests.', unit: 'requests' } as const;
  append(bench, {
    ...batch,
    metadata: new Map([[0, metadata]]),
    startTimestamps: new Map([
      [0, 1_000],
      [1, 2_000],
    ]),
  });
  await bench.advance(5_000);
  const request = requestOf(bench);
  assert.deepEqual(request.symbols, ['', 'Requests.', 'requests', '__name__', 'trace', 't1', 'latency']);
  const [sample, own, histogram] = request.timeseries;
  assert.deepEqual([sample?.metadata?.type, sample?.metadata?.helpRef, sample?.metadata?.unitRef], [1, 1, 2]);
  assert.equal(sample?.samples[0]?.startTimestamp, 1_000n);
  assert.deepEqual(
    [own?.samples, own?.exemplars[0]?.timestamp, labelsOfRefs(request, own?.exemplars[0]?.labelsRefs ?? [])],
    [[], 42n, { trace: 't1' }],
  );
  const [decoded] = histogram?.histograms ?? [];
  assert.equal(histogram?.samples.length, 0);
  assert.deepEqual([decoded?.['schema'], decoded?.['startTimestamp'], decoded?.['countInt']], [-53, 2_000n, 6n]);
  assert.deepEqual(decoded?.['positiveDeltas'], [4n, -2n]);
  assert.deepEqual(decoded?.['customValues'], [0x3fe0000000000000n, 0x4000000000000000n]);
  await closeBench(bench);
});

test('W-026 2.0 carries native histograms whatever send_native_histograms says, those with custom buckets too', async () => {
  const bench = await started({ sendNativeHistograms: false });
  append(bench, batchOf(bench.registry, [{ labels: { __name__: 'h' }, histogram: HISTOGRAM }]));
  await bench.advance(5_000);
  assert.equal(requestOf(bench).timeseries[0]?.histograms.length, 1);
  await closeBench(bench);
});

test('W-045 a receiver that takes 2.0 and says that it wrote nothing has not understood it: the batch has failed', async () => {
  const bench = await started();
  bench.receiver.react = () => answer(204);
  bench.append(samplesOf(3, 1));
  await bench.advance(5_000);
  assert.equal(bench.metrics.value('samples_failed_total'), 3);
  assert.equal(bench.receiver.requests.length, 1);
  assert.ok(bench.logged.some(({ message }) => message === 'non-recoverable error'));
  await closeBench(bench);
});

test('W-044 W-046 what a receiver of 2.0 says it did not write counts as failed and is not sent again', async () => {
  const bench = await started();
  bench.receiver.react = () => answer(200, { [WRITTEN]: '2' });
  bench.append(samplesOf(5, 1));
  await bench.advance(5_000);
  assert.equal(bench.metrics.value('samples_failed_total'), 3);
  assert.equal(bench.receiver.requests.length, 1);
  await closeBench(bench);
});

test('W-047 a receiver that does not know 2.0 gets the same samples as 1.0, and 1.0 from then on; what 1.0 cannot carry is counted', async () => {
  const bench = await started();
  bench.receiver.react = ({ request }) => answer(String(request.headers['content-type']).includes('v2') ? 415 : 204);
  append(
    bench,
    batchOf(bench.registry, [
      { labels: { __name__: 'a' }, value: 1 },
      { labels: { __name__: 'h' }, histogram: HISTOGRAM },
    ]),
  );
  await bench.advance(6_000);
  append(bench, batchOf(bench.registry, [{ labels: { __name__: 'a' }, value: 2 }], { timestampMs: 1_800_000_000_000 }));
  await bench.advance(6_000);
  assert.deepEqual(
    bench.receiver.requests.map(({ request }) => request.headers['x-prometheus-remote-write-version']),
    ['2.0.0', '0.1.0', '0.1.0'],
  );
  assert.deepEqual(
    bench.receiver.stored.map(({ value }) => value),
    [1, 2],
  );
  assert.equal(bench.metrics.value('histograms_dropped_total', 'nhcb_in_rw1_not_supported'), 1);
  assert.equal(bench.metrics.value('samples_failed_total'), 0);
  assert.equal(bench.metrics.value('histograms_pending'), 0);
  await closeBench(bench);
});

test('W-023 type and unit come from the labels that say so, the help from the target', async () => {
  const bench = await started();
  const labels = { __name__: 'bytes_total', __type__: 'counter', __unit__: 'bytes' };
  const batch = batchOf(bench.registry, [
    { labels, value: 1 },
    { labels: { __name__: 'a', __unit__: 'seconds' }, value: 1 },
  ]);
  const metadata = { family: 'bytes', type: 'gauge', help: 'Bytes.', unit: 'bits' } as const;
  append(bench, { ...batch, metadata: new Map([[0, metadata]]) });
  await bench.advance(5_000);
  const request = requestOf(bench);
  const described = request.timeseries.map(({ metadata: own }) => [
    own?.type,
    request.symbols[own?.helpRef ?? 0],
    request.symbols[own?.unitRef ?? 0],
  ]);
  assert.deepEqual(described, [
    [1, 'Bytes.', 'bytes'],
    [0, '', 'seconds'],
  ]);
  await closeBench(bench);
});
