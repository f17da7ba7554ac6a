import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@limpet/driver';
import { SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import { openStore } from '@limpet/store';
import { scrapeBatches } from './scrape-batches.ts';
import type { Stage } from './stage.ts';

const INTERVAL_MS = 15_000;
/** Targets whose batches come in one after the other, so that a write to the file holds more than one. */
const TARGET_COUNT = 10;

/** A stage that keeps a file. */
export interface StoreStage extends Stage {
  close(): Promise<void>;
}

/** The embedded store on a real file: batches are taken, written out once a second and now and then packed. */
export async function storeStage(bodies: readonly Uint8Array[], sampleCount: number): Promise<StoreStage> {
  const folder = await mkdtemp(join(tmpdir(), 'limpet-bench-'));
  const registry = new SeriesRegistry();
  const clock = new VirtualClock();
  const targets = Array.from({ length: TARGET_COUNT }, (_, target) => scrapeBatches(bodies, registry, `localhost:${9100 + target}`));
  const store = openStore({ path: join(folder, 'bench.sqlite'), registry, clock, log: silentLog, metrics: silentMetrics });
  let appended = 0;
  return {
    name: 'store append, writes included',
    sampleCount,
    run() {
      const target = appended % TARGET_COUNT;
      const batches = targets[target] ?? [];
      const batch = batches[Math.floor(appended / TARGET_COUNT) % batches.length];
      if (batch === undefined) throw new Error('there is no batch');
      appended++;
      if (target === 0) clock.advance(INTERVAL_MS);
      const verdict = store.append({ ...batch, timestampMs: clock.wall() }, registry.nextSequence());
      if (!verdict.ok) throw new Error(`the store refused a batch: ${verdict.reason} ${verdict.detail ?? ''}`);
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
