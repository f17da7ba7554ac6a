import { Inspector, StatelyViewer, Viewer } from '@limpet/inspect';
import { cpuOf } from '../process-cpu.ts';
import { median } from '../statistics.ts';
import type { Table } from '../table.ts';
import { INTERVAL_MS, ScrapeRig } from './scrape-rig.ts';

/** Scrapes that begin in one turn of the event loop. */
const SCRAPES_PER_STEP = 10;
/** Intervals before a mode counts for the first time, so that its code is compiled. */
const WARM_UP_INTERVALS = 2;
const SPOTLIGHTS = 20;

/** Somebody who watches, and says with how many characters of messages he was told. */
interface Watcher {
  readonly characterCount: number;
  close(): void;
}

interface WatchMode {
  readonly name: string;
  readonly watch: (rig: ScrapeRig) => Watcher;
}

const MODES: readonly WatchMode[] = [
  { name: 'inspection off', watch: () => ({ characterCount: 0, close: () => {} }) },
  { name: 'counts only', watch: (rig) => reader(rig, (inspector) => new Viewer(inspector, { wantsSteps: false })) },
  { name: 'counts and ring', watch: (rig) => reader(rig, (inspector) => new Viewer(inspector)) },
  {
    name: `counts, ring and ${SPOTLIGHTS} spotlights`,
    watch: (rig) => reader(rig, (inspector) => new Viewer(inspector, { spotlight: spotlight(rig) })),
  },
  {
    name: `Stately's messages of ${SPOTLIGHTS} loops`,
    watch: (rig) => reader(rig, (inspector) => new StatelyViewer(inspector, spotlight(rig))),
  },
];

/** What one mode costs: CPU of a whole scrape, and what its viewer is sent. */
export interface WatchedCost {
  readonly name: string;
  readonly micros: number;
  readonly charactersPerScrape: number;
}

/** CPU of a scrape in every mode, in one process whose rounds take turns, so that a busy machine is busy for all of them. */
export async function watchedMicros(loops: number, rounds: number): Promise<readonly WatchedCost[]> {
  const rig = new ScrapeRig({ fetch: 'queue', time: 'virtual' });
  await rig.start();
  await rig.sync(loops);
  const stepMs = (INTERVAL_MS * SCRAPES_PER_STEP) / loops;
  const costs = MODES.map(() => ({ micros: [] as number[], characters: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [index, { watch }] of MODES.entries()) {
      const watcher = watch(rig);
      if (round < 0) await rig.pass(WARM_UP_INTERVALS * INTERVAL_MS, stepMs);
      const before = { scrapes: rig.append.scrapes, characters: watcher.characterCount };
      const { micros } = await cpuOf(() => rig.pass(INTERVAL_MS, stepMs));
      const scrapes = rig.append.scrapes - before.scrapes;
      if (round >= 0) costs[index]?.micros.push(micros / scrapes);
      if (round >= 0) costs[index]?.characters.push((watcher.characterCount - before.characters) / scrapes);
      watcher.close();
    }
  }
  rig.stop();
  return MODES.map(({ name }, index) => ({
    name,
    micros: median(costs[index]?.micros ?? []),
    charactersPerScrape: median(costs[index]?.characters ?? []),
  }));
}

export function watchedTable(
  costs: readonly WatchedCost[],
  { loops, perSecond }: { readonly loops: number; readonly perSecond: number },
): Table {
  const [off] = costs;
  return {
    title: `actors that are watched: ${loops} loops, one scrape every ${INTERVAL_MS / 1000} s each`,
    columns: [
      'one viewer',
      'µs CPU per scrape',
      'of these, watching',
      `% of a core at ${Math.round(perSecond)} scrapes/s`,
      'B sent per scrape',
    ],
    rows: costs.map(({ name, micros, charactersPerScrape }) => {
      const added = micros - (off?.micros ?? 0);
      return name === off?.name
        ? [name, micros, undefined, undefined, undefined]
        : [name, micros, added, (added * perSecond) / 10_000, charactersPerScrape];
    }),
    notes: ['Everything is in it: the observer, publication four times a second, and writing the messages as JSON; sockets are not.'],
  };
}

/** Reads what a viewer is told as a connection would. */
function reader(rig: ScrapeRig, open: (inspector: Inspector) => Viewer | StatelyViewer): Watcher {
  const inspector = new Inspector({
    source: rig.inspectSource,
    wall: () => rig.wheel.wall(),
    every: (intervalMs, run) => repeated(rig, intervalMs, run),
    onFault: (error) => {
      throw error;
    },
  });
  const viewer = open(inspector);
  let characterCount = 0;
  const read = async (): Promise<void> => {
    while (await viewer.ready()) for (const message of viewer.take()) characterCount += JSON.stringify(message).length;
  };
  void read();
  return {
    get characterCount() {
      return characterCount;
    },
    close: () => viewer.close(),
  };
}

function repeated({ wheel }: ScrapeRig, intervalMs: number, run: () => void): () => void {
  let isOver = false;
  const again = (): void => {
    if (isOver) return;
    run();
    wheel.setTimeout(again, intervalMs);
  };
  wheel.setTimeout(again, intervalMs);
  return () => (isOver = true);
}

/** Paths of some loops. */
function spotlight({ inspectSource }: ScrapeRig): readonly string[] {
  const paths: string[] = [];
  for (const actor of inspectSource.actors()) {
    if (actor._parent?.id === 'loops') paths.push(pathOf(actor));
    if (paths.length === SPOTLIGHTS) break;
  }
  return paths;
}

function pathOf({ id, _parent }: { readonly id: string; readonly _parent?: unknown }): string {
  return _parent === undefined ? id : `${pathOf(_parent as Parameters<typeof pathOf>[0])}/${id}`;
}
