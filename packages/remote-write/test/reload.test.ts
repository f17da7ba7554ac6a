import assert from 'node:assert/strict';
import test from 'node:test';
import { RELABEL_DEFAULTS } from '@limpet/relabel';
import { answer, closeBench, configOf, makeBench, receiverConfig, samplesOf } from './bench.ts';

test('C-181 an unchanged receiver keeps its queue over a reload; only its client is replaced, without cutting a request off', async () => {
  const bench = makeBench();
  await bench.remoteWrite.apply(configOf([receiverConfig()]));
  bench.receiver.react = () => answer(200, {}, 500);
  bench.append(samplesOf(3, 1));
  await bench.advance(5_100);
  const applied = await bench.remoteWrite.apply(configOf([receiverConfig()]));
  assert.deepEqual(applied.ok && applied.value, { kept: ['abc123'], started: [], stopped: [] });
  assert.equal(bench.receiver.closedClients.size, 0);
  await bench.advance(500);
  assert.equal(bench.receiver.stored.length, 3);
  bench.append(samplesOf(2, 2));
  await bench.advance(10_000);
  assert.deepEqual([...bench.receiver.closedClients], [0]);
  assert.deepEqual(
    bench.receiver.requests.map(({ connection }) => connection),
    [0, 1],
  );
  await closeBench(bench);
  assert.deepEqual([...bench.receiver.closedClients], [0, 1]);
});

test('W-082 a changed receiver is flushed before its successor sends, and what comes meanwhile is kept for the successor', async () => {
  const bench = makeBench();
  await bench.remoteWrite.apply(configOf([receiverConfig()]));
  bench.receiver.react = () => answer(200, {}, 2_000);
  bench.append(samplesOf(4, 1));
  const applied = await bench.remoteWrite.apply(configOf([receiverConfig()], { cluster: 'x' }));
  assert.deepEqual(applied.ok && applied.value, { kept: [], started: ['abc123'], stopped: ['abc123'] });
  bench.append(samplesOf(4, 2));
  await bench.advance(1_000);
  bench.append(samplesOf(4, 3));
  await bench.advance(20_000);
  const stored = bench.receiver.stored.map(({ series, value }) => [JSON.parse(series) as Record<string, string>, value] as const);
  assert.deepEqual(
    stored.map(([, value]) => value),
    [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
  );
  assert.deepEqual(
    stored.map(([labels]) => labels['cluster']),
    [...Array.from({ length: 4 }, () => undefined), ...Array.from({ length: 8 }, () => 'x')],
  );
  assert.equal(bench.receiver.inFlightMax, 1);
  await closeBench(bench);
});

test('a receiver that is taken away is flushed and ended, its metrics are forgotten', async () => {
  const bench = makeBench();
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'a' }), receiverConfig({ name: 'b' })]));
  bench.append(samplesOf(2, 1));
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'b' })]));
  await bench.advance(0);
  assert.deepEqual(
    bench.remoteWrite.receivers().map(({ name }) => name),
    ['b'],
  );
  assert.equal(bench.receiver.stored.length, 2);
  assert.ok(bench.metrics.removed.includes('prometheus_remote_storage_shards'));
  await closeBench(bench);
  assert.equal(bench.receiver.stored.length, 4);
  assert.equal(bench.clock.pendingCount, 0);
});

test('two reloads in quick succession lose nothing, also of the receiver that never began', async () => {
  const bench = makeBench();
  bench.receiver.react = () => answer(200, {}, 1_000);
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'a' })]));
  bench.append(samplesOf(1, 1));
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'b' })]));
  bench.append(samplesOf(1, 2));
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'c' })]));
  bench.append(samplesOf(1, 3));
  await bench.advance(30_000);
  assert.deepEqual(
    bench.receiver.stored.map(({ value }) => value),
    [1, 2, 3],
  );
  assert.equal(bench.receiver.inFlightMax, 1);
  await closeBench(bench);
});

test('a slow receiver holds back no other', async () => {
  const bench = makeBench({ logSamplesMax: 10 });
  await bench.remoteWrite.apply(
    configOf([receiverConfig({ name: 'a', url: 'http://slow/' }, { capacity: 1, maxSamplesPerSend: 1 }), receiverConfig({ name: 'b' })]),
  );
  bench.receiver.react = ({ request }) => (request.url === 'http://slow/' ? 'hang' : answer(200));
  for (let round = 0; round < 10; round++) bench.append(samplesOf(5, round));
  await bench.advance(5_000);
  assert.equal(bench.receiver.stored.length, 50);
  assert.ok((bench.metrics.values.get('limpet_remote_write_missed_samples_total full') ?? 0) > 0);
  await closeBench(bench);
});

test('write_relabel_configs are applied to what is sent', async () => {
  const bench = makeBench();
  const drop = { ...RELABEL_DEFAULTS, action: 'drop', sourceLabels: ['__name__'], regex: 's[12]' } as const;
  const rename = { ...RELABEL_DEFAULTS, action: 'replace', sourceLabels: ['cluster'], targetLabel: 'zone' } as const;
  await bench.remoteWrite.apply(configOf([receiverConfig({ writeRelabelConfigs: [drop, rename] })], { cluster: 'x' }));
  bench.append(samplesOf(4, 1));
  await bench.advance(5_000);
  assert.deepEqual(
    bench.receiver.requests[0]?.series.map(({ labels }) => labels),
    [
      { __name__: 's0', cluster: 'x', zone: 'x' },
      { __name__: 's3', cluster: 'x', zone: 'x' },
    ],
  );
  assert.equal(bench.metrics.value('samples_dropped_total', 'dropped_series'), 2);
  const bad = await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'bad', writeRelabelConfigs: [{ ...drop, regex: '(' }] })]));
  assert.equal(bad.ok ? '' : bad.error.code, 'LIMPET_REMOTE_WRITE_RULES');
  await closeBench(bench);
});
