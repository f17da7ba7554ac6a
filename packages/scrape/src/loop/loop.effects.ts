import { assign, sendParent } from 'xstate';
import type { ScrapeOutcome, ScrapePorts } from '../ports.ts';
import { appendDeadlineMs, followingTick, gridTick, markerDelayMs, markerTime, msToSlot, offsetMs, sampleTime } from './grid.ts';
import { loopMachine } from './loop.machine.ts';
import type { LoopContext, LoopReleased } from './loop.machine.ts';

/** What a loop reaches of the world. */
export type LoopPorts = Pick<
  ScrapePorts,
  | 'clock'
  | 'isSlotFree'
  | 'startFetch'
  | 'cancelFetch'
  | 'isAppendShort'
  | 'startAppend'
  | 'cancelAppend'
  | 'startMarking'
  | 'loopRetargeted'
  | 'gridMoved'
  | 'scrapeRefused'
>;

export interface LoopOptions {
  /** Added to the wait for the first slot of every loop (S-029). 0 by default. */
  readonly initialScrapeOffsetMs?: number;
  /** How far a timestamp is moved onto the grid at most, milliseconds; 0 = never (S-102). 2 by default. */
  readonly timestampToleranceMs?: number;
}

/** The loop machine on its ports. Once per process, never per loop: `.provide` builds a whole machine. */
export function bindLoop(ports: LoopPorts, { initialScrapeOffsetMs = 0, timestampToleranceMs }: LoopOptions = {}): typeof loopMachine {
  const { clock } = ports;
  return loopMachine.provide({
    actions: {
      align: assign(({ context }) => {
        const { offsetHash, intervalMs } = context.spec;
        const slotMs = offsetMs(offsetHash, intervalMs);
        const waitMs = msToSlot(clock.wall(), slotMs, intervalMs) + initialScrapeOffsetMs;
        return { slotMs, nextTickMono: clock.mono() + waitMs, alignedAt: Math.trunc(clock.wall() + waitMs) };
      }),
      startScrape: assign(({ context: { nextTickMono, alignedAt, spec, seq } }) => ({
        ...sampleTime(clock.wall(), alignedAt, spec.intervalMs, timestampToleranceMs),
        nextTickMono: followingTick(nextTickMono, clock.mono(), spec.intervalMs),
        startedMono: clock.mono(),
        seq: seq + 1,
        hasScraped: true,
      })),
      startAskedScrape: assign(({ context: { seq, askedPurpose, hasScraped } }) => ({
        scrapeAt: Math.trunc(clock.wall()),
        startedMono: clock.mono(),
        seq: seq + 1,
        hasScraped: hasScraped || askedPurpose === 'commit',
      })),
      planMarker: assign(({ context: { nextTickMono, alignedAt, spec } }) => ({
        markAt: markerTime(clock.wall(), nextTickMono - clock.mono(), alignedAt, spec.intervalMs),
      })),
      startFetch: ({ context: { id, job, seq, spec, askedSeq } }) =>
        ports.startFetch({ loopId: id, job, seq: seq + 1, timeoutMs: spec.timeoutMs, isAsked: askedSeq === seq + 1 }),
      fetchAtOnce: ({ context: { id, job, seq, spec, askedSeq } }) =>
        ports.startFetch({ loopId: id, job, seq, timeoutMs: spec.timeoutMs, hasSlot: true, isAsked: askedSeq === seq }),
      cancelFetch: ({ context }) => ports.cancelFetch(context.id),
      appendResponse: ({ context, event }) => {
        if (event.type === 'response') startAppend(ports, context, { kind: 'response', handle: event.handle, bytes: event.bytes });
      },
      appendAtOnce: ({ context, event }) => {
        if (event.type === 'response') startAppend(ports, context, { kind: 'response', handle: event.handle, bytes: event.bytes }, true);
      },
      appendFailure: ({ context, event }) => {
        if (event.type === 'fetchFailed') startAppend(ports, context, { kind: 'failed', reason: event.reason, error: event.error });
      },
      appendTimeout: ({ context }) =>
        startAppend(ports, context, { kind: 'failed', reason: 'timeout', error: 'context deadline exceeded' }),
      appendForced: ({ context }) => startAppend(ports, context, { kind: 'forced', error: context.forcedError ?? '' }),
      cancelAppend: ({ context }) => ports.cancelAppend(context.id),
      startMarking: ({ context }) => ports.startMarking({ loopId: context.id, markAt: context.markAt }),
      tellRefused: ({ context }) => ports.scrapeRefused?.(context.id),
      tellAdopted: ({ context: { id, job, spec } }) => ports.loopRetargeted({ loopId: id, job, spec }),
      tellGrid: ({ context: { id, nextTickMono, alignedAt, spec } }) =>
        ports.gridMoved({ loopId: id, grid: { dueMono: nextTickMono, dueWallMs: alignedAt, intervalMs: spec.intervalMs } }),
      tellGridLeft: ({ context }) => ports.gridMoved({ loopId: context.id, grid: null }),
      tellReleased: sendParent(({ context }): LoopReleased => ({ type: 'loopReleased', id: context.id })),
    },
    guards: {
      isSlotFree: () => ports.isSlotFree?.() === true,
      isCurrentAndShort: ({ context: { id, stopMode, pendingSpec, seq }, event }) =>
        event.type === 'response' &&
        event.seq === seq &&
        stopMode === null &&
        pendingSpec === null &&
        ports.isAppendShort?.(event.bytes, id) === true,
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

function startAppend(ports: LoopPorts, context: LoopContext, outcome: ScrapeOutcome, isAtOnce = false): void {
  const { id, job, seq, spec, slotMs, alignedAt, scrapeAt, startedMono, askedSeq, askedPurpose } = context;
  const purpose = askedSeq === seq ? askedPurpose : 'tick';
  const tick = gridTick(alignedAt, slotMs, spec.intervalMs);
  ports.startAppend({ loopId: id, job, seq, scrapeAt, tick, startedMono, spec, outcome, isAtOnce, purpose });
}
