import { batchOf } from '@limpet/contract';
import { SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import { openStore } from '../src/store.ts';

// Writes to the store named by the argument as fast as it can, and says after every write which round is on disk.
const registry = new SeriesRegistry();
const clock = { mono: () => 0, wall: () => Date.now(), setTimeout: () => ({}), clearTimeout: () => undefined };
const store = openStore({ path: process.argv[2] ?? '', registry, clock, log: silentLog, metrics: silentMetrics });
const { signal } = new AbortController();
for (let round = 1; ; round++) {
  const samples = Array.from({ length: 200 }, (_, n) => ({ labels: { n: String(n) }, value: round }));
  store.append(batchOf(registry, samples, { timestampMs: round }), registry.nextSequence());
  await store.flush(signal);
  process.stdout.write(`${round}\n`);
}
