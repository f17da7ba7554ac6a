import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { cpuOf } from '../process-cpu.ts';
import { median } from '../statistics.ts';
import type { Table } from '../table.ts';
import { settledMemory } from './memory.ts';
import { INTERVAL_MS, ScrapeRig } from './scrape-rig.ts';

/** CPU seconds that adding, and removing, this many targets in one sync may take. */
const GOAL_SECONDS = 1;

interface Round {
  readonly addSeconds: number;
  readonly removeSeconds: number;
  readonly endSeconds: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** What it costs when many targets come and go at once, and what an idle loop keeps in memory. */
export const churnBenchmark: Benchmark = benchmark({
  name: 'churn',
  summary: 'CPU of adding and removing all targets in one sync each, memory of an idle loop',
  settings: { loops: 10_000, rounds: 5 },
  async run({ loops, rounds }): Promise<readonly Table[]> {
    const rig = new ScrapeRig({ fetch: 'queue', time: 'virtual' });
    await rig.start();
    const results: Round[] = [];
    for (let round = 0; round < rounds; round++) results.push(await comeAndGo(rig, loops));
    rig.stop();
    const [first] = results;
    const row = (name: string, pick: (round: Round) => number, scale = 1) =>
      [name, first && pick(first) / scale, median(results.map(pick)) / scale] as const;
    const slowest = Math.max(
      median(results.map(({ addSeconds }) => addSeconds)),
      median(results.map(({ removeSeconds }) => removeSeconds)),
    );
    return [
      {
        title: `churn: ${loops} targets come and go, one sync each`,
        columns: ['quantity', 'first round', 'median'],
        rows: [
          row('add: CPU s until all loops wait for their first scrape', ({ addSeconds }) => addSeconds),
          row('remove: CPU s until all loops have let go of their targets', ({ removeSeconds }) => removeSeconds),
          row('  CPU s of end-of-run markers and of ending, later', ({ endSeconds }) => endSeconds),
          row('heap per idle loop, KiB', ({ heapBytes }) => heapBytes, 1024 * loops),
          row('RSS per idle loop, KiB', ({ residentBytes }) => residentBytes, 1024 * loops),
        ],
        notes: [
          `Goal: at most ${GOAL_SECONDS} s each: ${slowest <= GOAL_SECONDS ? 'met' : 'missed'}.`,
          'A loop here has its actor, timers, target, labels and table entries; no connection and no series.',
          'RSS is what the process grew by: memory that is kept after the first round shows up as none.',
        ],
      },
    ];
  },
});

async function comeAndGo(rig: ScrapeRig, loops: number): Promise<Round> {
  await rig.passToReload();
  const before = settledMemory();
  const added = await cpuOf(() => rig.sync(loops));
  const after = settledMemory();
  if (rig.directory.size !== loops) throw new Error(`${rig.directory.size} loops instead of ${loops}`);
  await rig.pass(INTERVAL_MS);
  await rig.passToReload();
  const removed = await cpuOf(() => rig.sync(0));
  const ended = await cpuOf(() => rig.pass(3 * INTERVAL_MS));
  if (rig.directory.size > 0) throw new Error(`${rig.directory.size} loops are left`);
  return {
    addSeconds: added.micros / 1e6,
    removeSeconds: removed.micros / 1e6,
    endSeconds: ended.micros / 1e6,
    heapBytes: after.heapBytes - before.heapBytes,
    residentBytes: after.residentBytes - before.residentBytes,
  };
}
