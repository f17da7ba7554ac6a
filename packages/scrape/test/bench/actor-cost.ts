/**
 * CPU of the scrape machines and their timers, without HTTP and appending: 10,000 loops under fake ports.
 *
 *   node packages/scrape/test/bench/actor-cost.ts [loops] [scrapes per loop]
 */
import { Driver, indexTimers, TimerWheel, VirtualClock } from '@limpet/driver';
import { createActor, createMachine } from 'xstate';
import { bindLoop } from '../../src/loop/loop.effects.ts';
import type { LoopEvent, LoopInput } from '../../src/loop/loop-events.ts';
import { bindLoops } from '../../src/loops/loops.logic.ts';

const [loopCount = 10_000, scrapeCount = 10] = process.argv.slice(2).map(Number);
const INTERVAL_MS = 15_000;

const clock = new VirtualClock();
const wheel = new TimerWheel(clock);
const driver = new Driver({ clock: wheel, onFault: (fault) => console.error(fault) });
const tells = new Map<string, (event: LoopEvent) => void>();
let appendedCount = 0;

function answer(loopId: string, event: LoopEvent): void {
  driver.accept({ kind: 'derived', key: loopId }, () => tells.get(loopId)?.(event));
}

const ports = {
  clock: driver.clock,
  loopStarted: ({ loopId, tell }: { loopId: string; tell: (event: LoopEvent) => void }) => void tells.set(loopId, tell),
  loopRetargeted() {},
  release: (loopId: string) => void tells.delete(loopId),
  startFetch({ loopId, seq }: { loopId: string; seq: number }) {
    answer(loopId, { type: 'slotGranted', seq });
    clock.setTimeout(
      () => driver.accept({ kind: 'effect', key: loopId }, () => tells.get(loopId)?.({ type: 'response', seq, handle: seq, bytes: 1000 })),
      20,
    );
  },
  cancelFetch() {},
  startAppend({ loopId, seq }: { loopId: string; seq: number }) {
    appendedCount++;
    answer(loopId, { type: 'appended', seq });
  },
  cancelAppend() {},
  startMarking: ({ loopId }: { loopId: string }) => answer(loopId, { type: 'marked' }),
};

const loops = bindLoops(ports, bindLoop(ports));
const root = createActor(createMachine({ invoke: { id: 'loops', src: loops, input: { job: 'bench' } }, on: { drained: {} } }), {
  clock: driver.clock,
});
indexTimers(root.system);
root.start();
const supervisor = root.getSnapshot().children['loops'];

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
function send(event: object): void {
  driver.accept({ kind: 'command', key: 'bench' }, () => supervisor?.send(event));
}

const start: LoopInput[] = Array.from({ length: loopCount }, (_, index) => ({
  id: `bench/10.0.0.${index}:9100#000000~1`,
  job: 'bench',
  forcedError: null,
  spec: {
    key: `${index}`,
    intervalMs: INTERVAL_MS,
    timeoutMs: 10_000,
    cfgRev: 1,
    offsetHash: ((BigInt(index) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0'),
  },
}));
const heapBefore = process.memoryUsage().heapUsed;
const addedMs = cpuMs(() => send({ type: 'apply', token: 1, start, tell: [], stop: [] }));
console.log(
  `add ${loopCount} loops: ${addedMs.toFixed(0)} ms CPU, ${((process.memoryUsage().heapUsed - heapBefore) / loopCount / 1024).toFixed(1)} KB each`,
);

clock.advance(2 * INTERVAL_MS);
for (let round = 0; round < 3; round++) {
  appendedCount = 0;
  const ms = cpuMs(() => clock.advance(scrapeCount * INTERVAL_MS));
  console.log(`scrapes: ${appendedCount}, ${((ms * 1000) / appendedCount).toFixed(1)} µs CPU each`);
}
const stop = start.map(({ id }) => ({ id, event: { type: 'stop', mode: 'release' } }));
const removedMs = cpuMs(() => send({ type: 'apply', token: 2, start: [], tell: [], stop }));
console.log(`remove ${loopCount} loops: ${removedMs.toFixed(0)} ms CPU; left: ${tells.size} loops, ${wheel.pendingCount} timers`);
