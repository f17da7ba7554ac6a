import { assign, sendParent } from 'xstate';
import type { ScrapePorts } from '../ports.ts';
import { appendDeadlineMs, followingTick, gridTick, markerDelayMs, markerTime, msToSlot, offsetMs, sampleTime } from './grid.ts';
import { loopMachine } from './loop.machine.ts';
import type { LoopContext, LoopReleased } from './loop.machine.ts';

/** What a loop reaches of the world. */
export type LoopPorts = Pick<
  ScrapePorts,
  'clock' | 'startFetch' | 'cancelFetch' | 'startAppend' | 'cancelAppend' | 'startMarking' | 'loopRetargeted'
>;

export interface LoopOptions {
  /** Added to the wait for the first slot of every loop (S-029). 0 by default. */
  readonly initialScrapeOffsetMs?: number;
}

/** The loop machine on its ports. Once per process, never per loop: `.provide` builds a whole machine. */
export function bindLoop(ports: LoopPorts, { initialScrapeOffsetMs = 0 }: LoopOptions = {}): typeof loopMachine {
  const { clock } = ports;
  return loopMachine.provide({
    actions: {
      align: assign(({ context }) => {
        const { offsetHash, intervalMs } = context.spec;
        const slotMs = offsetMs(offsetHash, intervalMs);
        const waitMs = msToSlot(clock.wall(), slotMs, intervalMs) + initialScrapeOffsetMs;
        return { slotMs, nextTickMono: clock.mono() + waitMs, alignedAt: clock.wall() + waitMs };
      }),
      beginGrid: assign(({ context }) => ({
        alignedAt: Math.trunc(clock.wall()),
        nextTickMono: clock.mono() + context.spec.intervalMs,
        seq: context.seq + 1,
      })),
      takeTick: assign(({ context }) => ({
        nextTickMono: followingTick(context.nextTickMono, clock.mono(), context.spec.intervalMs),
        seq: context.seq + 1,
      })),
      startScrape: assign(({ context }) => scrapeStart(context, ports)),
      startForced: assign(({ context }) => ({
        ...scrapeStart(context, ports),
        outcome: { kind: 'forced', error: context.forcedError ?? '' } as const,
      })),
      planMarker: assign(({ context: { nextTickMono, alignedAt, spec } }) => ({
        markAt: markerTime(clock.wall(), nextTickMono - clock.mono(), alignedAt, spec.intervalMs),
      })),
      startFetch: ({ context: { id, job, seq, spec } }) => ports.startFetch({ loopId: id, job, seq, timeoutMs: spec.timeoutMs }),
      cancelFetch: ({ context }) => ports.cancelFetch(context.id),
      startAppend: ({ context }) => startAppend(context, ports),
      cancelAppend: ({ context }) => ports.cancelAppend(context.id),
      startMarking: ({ context }) => ports.startMarking({ loopId: context.id, markAt: context.markAt }),
      tellAdopted: ({ context: { id, job, spec } }) => ports.loopRetargeted({ loopId: id, job, spec }),
      tellReleased: sendParent(({ context }): LoopReleased => ({ type: 'loopReleased', id: context.id })),
    },
    delays: {
      untilAligned: ({ context }) => Math.max(context.nextTickMono - clock.mono(), 0),
      untilNextTick: ({ context }) => Math.max(context.nextTickMono - clock.mono(), 0),
      untilStale: ({ context }) => Math.max(context.markAt - clock.wall(), 0) + markerDelayMs(context.spec.intervalMs),
      scrapeTimeout: ({ context }) => context.spec.timeoutMs,
      appendDeadline: ({ context }) => appendDeadlineMs(context.spec.intervalMs),
    },
  });
}

function scrapeStart(context: LoopContext, { clock }: LoopPorts): Partial<LoopContext> {
  const { scrapeAt, alignedAt } = sampleTime(clock.wall(), context.alignedAt, context.spec.intervalMs);
  return { scrapeAt, alignedAt, startedMono: clock.mono(), hasScraped: true };
}

function startAppend({ id, job, seq, spec, slotMs, alignedAt, scrapeAt, startedMono, outcome }: LoopContext, ports: LoopPorts): void {
  if (outcome === null) return; // every way into `appending` keeps one
  const tick = gridTick(alignedAt, slotMs, spec.intervalMs);
  ports.startAppend({ loopId: id, job, seq, scrapeAt, tick, startedMono, spec, outcome });
}
