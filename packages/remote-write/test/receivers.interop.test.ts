import assert from 'node:assert/strict';
import test from 'node:test';
import { batchOf } from '@limpet/contract';
import type { SampleSpec } from '@limpet/contract';
import { Driver, liveClock, TimerWheel } from '@limpet/driver';
import { liveHttpEffects, openHttpClient } from '@limpet/http-client';
import { SeriesRegistry, silentMetrics } from '@limpet/model';
import { createRemoteWrite } from '../src/remote-write.ts';
import { configOf, receiverConfig } from './bench.ts';
import { findProgram, skipReason, startPrometheus, startVictoriaMetrics } from './receiver-program.ts';

const NAMES = 500;
const ROUNDS = 5;
const INTERVAL_MS = 15_000;

interface Sent {
  /** Time of the last round, milliseconds. */
  readonly lastMs: number;
}

/** Sends five scrapes of 500 series, the last one with a stale marker for series 0, through the real HTTP client. */
async function sendTo(url: string): Promise<Sent> {
  const registry = new SeriesRegistry();
  const driver = new Driver({ clock: new TimerWheel(liveClock), onFault: assert.ifError });
  const problems: string[] = [];
  const problem = (message: string, fields?: object): void => void problems.push(`${message} ${JSON.stringify(fields)}`);
  const userAgent = 'Limpet/test';
  const remoteWrite = createRemoteWrite({
    registry,
    driver,
    log: { debug: () => undefined, info: () => undefined, warn: problem, error: problem },
    metrics: silentMetrics,
    openHttpClient: (config) => openHttpClient(config, { effects: liveHttpEffects, userAgent }),
    userAgent,
  });
  const config = receiverConfig({ url }, { minShards: 3, maxSamplesPerSend: 400, batchSendDeadlineMs: 100 });
  const applied = await remoteWrite.apply(configOf([config], { cluster: 'test' }));
  assert.ok(applied.ok);
  const lastMs = Date.now();
  for (let round = 0; round < ROUNDS; round++) {
    const samples = Array.from({ length: NAMES }, (_, n) => sampleOf(n, round));
    const timestampMs = lastMs - (ROUNDS - 1 - round) * INTERVAL_MS;
    assert.ok(remoteWrite.append(batchOf(registry, samples, { timestampMs }), registry.nextSequence()).ok);
  }
  await remoteWrite.flush(AbortSignal.timeout(20_000));
  await remoteWrite.close();
  assert.deepEqual(problems, []);
  return { lastMs };
}

function sampleOf(n: number, round: number): SampleSpec {
  const isLast = round === ROUNDS - 1;
  return {
    labels: { __name__: 'limpet_interop', n: String(n), text: 'κείμενο "\\' },
    value: n === 0 && isLast ? 'stale' : n === 1 ? NaN : round * 1000 + n,
  };
}

interface QueryResult {
  readonly data: {
    readonly result: { readonly metric: Record<string, string>; readonly value: [number, string]; readonly values: [number, string][] }[];
  };
}

const prometheus = findProgram('PROMETHEUS_BIN', 'prometheus');
const victoriaMetrics = findProgram('VICTORIA_METRICS_BIN', 'victoria-metrics');

test('W-001 W-011 W-012 W-030 W-031 Prometheus takes what is sent and gives it back', { skip: skipReason(prometheus) }, async () => {
  assert.ok('path' in prometheus, 'missing' in prometheus ? prometheus.missing : '');
  const receiver = await startPrometheus(prometheus.path);
  try {
    const { lastMs } = await sendTo(`${receiver.url}/api/v1/write`);
    const range = (await receiver.json(`/api/v1/query?query=limpet_interop[2m]&time=${lastMs / 1000}`)) as QueryResult;
    assert.equal(range.data.result.length, NAMES);
    for (const { metric, values } of range.data.result) {
      const n = Number(metric['n']);
      assert.deepEqual(metric, { __name__: 'limpet_interop', cluster: 'test', n: String(n), text: 'κείμενο "\\' });
      const wanted = Array.from({ length: n === 0 ? ROUNDS - 1 : ROUNDS }, (_, round) => (n === 1 ? 'NaN' : String(round * 1000 + n)));
      assert.deepEqual(
        values.map(([, value]) => value),
        wanted,
      );
      assert.equal(Math.round((values[0]?.[0] ?? 0) * 1000), lastMs - (ROUNDS - 1) * INTERVAL_MS);
    }
    // Without the marker the series would still be found five minutes back.
    const now = (await receiver.json(`/api/v1/query?query=limpet_interop{n="0"}&time=${lastMs / 1000}`)) as QueryResult;
    assert.deepEqual(now.data.result, []);
  } finally {
    await receiver.stop();
  }
});

test('W-001 W-030 VictoriaMetrics takes what is sent and gives it back', { skip: skipReason(victoriaMetrics) }, async () => {
  assert.ok('path' in victoriaMetrics, 'missing' in victoriaMetrics ? victoriaMetrics.missing : '');
  const receiver = await startVictoriaMetrics(victoriaMetrics.path);
  try {
    const { lastMs } = await sendTo(`${receiver.url}/api/v1/write`);
    await receiver.text('/internal/force_flush');
    const span = `start=${lastMs / 1000 - 600}&end=${lastMs / 1000 + 600}`;
    const lines = (await receiver.text(`/api/v1/export?match[]=limpet_interop&${span}`)).trim().split('\n');
    const exported = lines.map(
      (line) => JSON.parse(line) as { metric: Record<string, string>; values: (number | null)[]; timestamps: number[] },
    );
    // It keeps no plain NaN, so series 1 is not there; a stale marker is exported as null.
    assert.deepEqual(
      new Set(exported.map(({ metric }) => Number(metric['n']))),
      new Set(Array.from({ length: NAMES }, (_, n) => n).filter((n) => n !== 1)),
    );
    for (const { metric, values, timestamps } of exported) {
      const n = Number(metric['n']);
      const wanted = Array.from({ length: ROUNDS }, (_, round) => (n === 0 && round === ROUNDS - 1 ? null : round * 1000 + n));
      assert.deepEqual(values, wanted);
      assert.equal(timestamps.at(-1), lastMs);
    }
  } finally {
    await receiver.stop();
  }
});
