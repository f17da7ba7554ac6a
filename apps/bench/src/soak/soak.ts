import { readdirSync } from 'node:fs';
import { settledMemory } from '../actors/memory.ts';
import { INTERVAL_MS, ScrapeRig } from '../actors/scrape-rig.ts';
import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { expositionBody } from '../exposition-body.ts';
import { AppendRig } from '../stages/append-rig.ts';
import type { Table } from '../table.ts';

/** Loops of the control plane, and targets of the data plane. */
const LOOPS = 1_000;
const TARGETS = 20;
const SERIES = 50;
/** After so many intervals a tenth of the targets goes and comes back. */
const CHURN_INTERVALS = 50;
/** Bodies that follow one another, so that values change and no series is always there. */
const BODY_COUNT = 7;
/** The share of the run after which growth counts: code is compiled and caches have their size. */
const WARM_UP_SHARE = 0.2;

/** What must not grow with the number of scrapes. */
export interface SoakSize {
  readonly heapBytes: number;
  readonly bufferBytes: number;
  readonly residentBytes: number;
  readonly lineMemoryBytes: number;
  readonly series: number;
  readonly loops: number;
  readonly timers: number;
  readonly descriptors: number;
}

/** As many scrapes as asked for, in virtual time: what is larger at the end than after the warm-up. */
export const soakBenchmark: Benchmark = benchmark({
  name: 'soak',
  summary: 'growth of heap, buffers, WebAssembly memory, series, timers and descriptors over many scrapes',
  settings: { soakScrapes: 1_000_000 },
  async run({ soakScrapes }, note): Promise<readonly Table[]> {
    const soak = new Soak();
    await soak.start();
    await soak.until(soakScrapes * WARM_UP_SHARE);
    const before = soak.size();
    note(`${soak.scrapes} scrapes are done`);
    await soak.until(soakScrapes);
    const after = soak.size();
    soak.stop();
    const row = (name: string, pick: (size: SoakSize) => number, scale = 1) =>
      [name, pick(before) / scale, pick(after) / scale, (pick(after) - pick(before)) / scale] as const;
    const MiB = 1024 ** 2;
    return [
      {
        title: `soak: ${soak.scrapes} scrapes of ${LOOPS} loops, ${soak.appends} bodies of ${SERIES} series appended`,
        columns: ['quantity', 'after the warm-up', 'at the end', 'growth'],
        rows: [
          row('heap, MiB', ({ heapBytes }) => heapBytes, MiB),
          row('array buffers, MiB', ({ bufferBytes }) => bufferBytes, MiB),
          row('RSS, MiB', ({ residentBytes }) => residentBytes, MiB),
          row('line memory, MiB', ({ lineMemoryBytes }) => lineMemoryBytes, MiB),
          row('series in the registry', ({ series }) => series),
          row('loops', ({ loops }) => loops),
          row('timers', ({ timers }) => timers),
          row('open descriptors', ({ descriptors }) => descriptors),
        ],
        notes: [
          `Every ${CHURN_INTERVALS} intervals a tenth of the targets goes and comes back; one line in five of a body is another one each time.`,
        ],
      },
    ];
  },
});

/** The control plane and the data plane of an agent, scraping side by side in virtual time. */
export class Soak {
  readonly #control = new ScrapeRig({ fetch: 'queue', time: 'virtual' });
  readonly #data = new AppendRig({ path: 'template', targetCount: TARGETS });
  readonly #bodies = Array.from({ length: BODY_COUNT }, (_, round) => changingBody(round));
  #intervals = 0;
  #appends = 0;

  /** Scrapes of the control plane so far. */
  get scrapes(): number {
    return this.#control.append.scrapes;
  }

  /** Bodies appended so far. */
  get appends(): number {
    return this.#appends;
  }

  async start(): Promise<void> {
    await this.#control.start();
    await this.#control.sync(LOOPS);
  }

  async until(scrapes: number): Promise<void> {
    while (this.scrapes < scrapes) {
      if (++this.#intervals % CHURN_INTERVALS === 0) {
        await this.#control.sync(LOOPS * 0.9);
        await this.#control.pass(3 * INTERVAL_MS);
        await this.#control.sync(LOOPS);
        for (let target = 0; target < TARGETS / 10; target++) this.#data.forget(target);
      }
      await this.#control.pass(INTERVAL_MS);
      this.#appendAll();
    }
  }

  size(): SoakSize {
    const { heapBytes, residentBytes } = settledMemory();
    return {
      heapBytes,
      bufferBytes: process.memoryUsage().arrayBuffers,
      residentBytes,
      lineMemoryBytes: this.#data.lines?.reservedBytes ?? 0,
      series: this.#data.registry.size,
      loops: this.#control.directory.size,
      timers: this.#control.wheel.pendingCount,
      descriptors: readdirSync('/proc/self/fd').length,
    };
  }

  stop(): void {
    this.#control.stop();
  }

  #appendAll(): void {
    this.#data.tick();
    for (let target = 0; target < TARGETS; target++) {
      this.#data.append(this.#bodies[(this.#intervals + target) % BODY_COUNT] ?? new Uint8Array(), target);
      this.#appends++;
    }
    this.#data.registry.reclaim(Infinity);
  }
}

/** One line in five carries the number of the body: it goes with the next one. */
function changingBody(round: number): Uint8Array {
  let samples = 0;
  const text = new TextDecoder().decode(expositionBody({ seriesCount: SERIES, format: 'text', round }));
  const lines = text
    .split('\n')
    .map((line) => (line.startsWith('#') || samples++ % 5 !== 0 ? line : line.replace('{', `{round="${round}",`)));
  return new TextEncoder().encode(lines.join('\n'));
}
