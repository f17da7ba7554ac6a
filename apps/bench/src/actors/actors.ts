import PQueue from 'p-queue';
import { benchmark } from '../benchmark.ts';
import type { Benchmark } from '../benchmark.ts';
import { cpuOf } from '../process-cpu.ts';
import { median } from '../statistics.ts';
import type { Table } from '../table.ts';
import { bareTransitionMicros } from './bare-transition.ts';
import { bareWakeUpMicros } from './bare-wake-up.ts';
import { INTERVAL_MS, ScrapeRig } from './scrape-rig.ts';
import type { RigOptions } from './scrape-rig.ts';
import { watchedMicros, watchedTable } from './watched-actors.ts';

/** The most that the control plane of a scrape may cost, and what is aimed at; microseconds of CPU. */
const GOAL_MICROS = 35;
const AIM_MICROS = 25;
/** Scrapes that begin in one turn of the event loop in virtual time: turns themselves then cost little. */
const SCRAPES_PER_STEP = 10;
/** Scrapes before a run counts, so that its code is compiled, and scrapes of a round; a multiple of all loops either way. */
const SCRAPES_OF_WARM_UP = 30_000;
const SCRAPES_OF_ROUND = 10_000;
/** Real time that passes before the paced run counts. */
const WARM_UP_MS = 5_000;

/** What the actors cost for each scrape. */
export const actorsBenchmark: Benchmark = benchmark({
  name: 'actors',
  summary: 'CPU of the machines, timers and p-queue for each scrape',
  settings: { loops: 10_000, rounds: 5, pacedMs: 20_000 },
  async run({ loops, rounds, pacedMs }, note): Promise<readonly Table[]> {
    const machines = await scrapeMicros({ fetch: 'direct', time: 'virtual' }, loops, rounds);
    note('the machines alone are done');
    const whole = await scrapeMicros({ fetch: 'queue', time: 'virtual' }, loops, rounds);
    note('machines with p-queue are done');
    const bare = await bareTransitionMicros(loops);
    const perSecond = (loops * 1000) / INTERVAL_MS;
    const paced = pacedMs > 0 ? await pacedMicros(loops, pacedMs) : undefined;
    const wakeUp = pacedMs > 0 ? await bareWakeUpMicros(perSecond, WARM_UP_MS) : undefined;
    note('what is paid without anybody watching is done');
    const watched = await watchedMicros(loops, rounds);
    return [
      {
        title: `actors: ${loops} loops, one scrape every ${INTERVAL_MS / 1000} s each`,
        columns: ['part', 'µs CPU per scrape', '× bare transition'],
        rows: (
          [
            ['machines and timers', machines],
            ['fetch port with p-queue and promises', whole - machines],
            ['  of these, p-queue alone', await queueMicros()],
            ['together', whole],
            [`together, paced in real time: ${Math.round(perSecond)} scrapes/s`, paced],
            ['  of these, a process that only wakes up as often', wakeUp],
            ['yardstick: a bare transition, in as many actors', bare],
          ] as const
        ).map(([part, micros]) => [part, micros, micros === undefined ? undefined : micros / bare]),
        notes: [
          `Goal: together at most ${GOAL_MICROS}, ${AIM_MICROS} is the aim: ${whole <= GOAL_MICROS ? 'met' : 'missed'}.`,
          'Virtual time runs as fast as the work allows. The paced run also pays for wake-ups and cold caches.',
        ],
      },
      watchedTable(watched, { loops, perSecond }),
    ];
  },
});

/** Median over rounds of one interval each, or of as many as it takes to see enough scrapes. */
async function scrapeMicros(options: RigOptions, loops: number, rounds: number): Promise<number> {
  const rig = new ScrapeRig(options);
  await rig.start();
  await rig.sync(loops);
  const stepMs = (INTERVAL_MS * SCRAPES_PER_STEP) / loops;
  await rig.pass(INTERVAL_MS * (1 + Math.ceil(SCRAPES_OF_WARM_UP / loops)), stepMs);
  const roundMs = INTERVAL_MS * Math.ceil(SCRAPES_OF_ROUND / loops);
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = rig.append.scrapes;
    const { micros } = await cpuOf(() => rig.pass(roundMs, stepMs));
    costs.push(micros / (rig.append.scrapes - before));
  }
  rig.stop();
  return median(costs);
}

async function pacedMicros(loops: number, pacedMs: number): Promise<number> {
  const rig = new ScrapeRig({ fetch: 'queue', time: 'real' });
  await rig.start();
  await rig.sync(loops);
  await rig.pass(WARM_UP_MS);
  const before = rig.append.scrapes;
  const { micros } = await cpuOf(() => rig.pass(pacedMs));
  const scrapes = rig.append.scrapes - before;
  rig.stop();
  return micros / scrapes;
}

/** A task through p-queue that finds a free slot, as nearly every scrape does. */
async function queueMicros(): Promise<number> {
  const queue = new PQueue({ concurrency: 1000 });
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS_OF_QUEUE; round++) {
    const { micros } = await cpuOf(async () => {
      for (let batch = 0; batch < TASKS_OF_QUEUE; batch += BATCH_OF_QUEUE) {
        await Promise.all(Array.from({ length: BATCH_OF_QUEUE }, () => queue.add(() => Promise.resolve())));
      }
    });
    costs.push(micros / TASKS_OF_QUEUE);
  }
  return median(costs);
}

const ROUNDS_OF_QUEUE = 7;
const TASKS_OF_QUEUE = 10_000;
const BATCH_OF_QUEUE = 10;
