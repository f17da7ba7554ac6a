import { assign, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import type { LoopEvent, LoopInput, LoopSpec, ScrapePurpose, StopMode } from './loop-events.ts';

/**
 * One target, scraped once per interval until it is told to stop.
 *
 *   idle ──due──▶ fetching: queued ──slotGranted──▶ scraping ──response──▶ appending ──appended──▶ idle
 *         └──due, a slot is free──▶ scraping ──response, a short one──▶ idle
 *   scrapeNow: idle ──▶ fetching, beside the grid; elsewhere the scrape under way answers it
 *   stop: after the scrape that is running ──▶ ending ──▶ retiring ──▶ marking ──▶ stopped, or straight ──▶ stopped
 *
 * Entering `queued`, `appending` and `marking` calls a port; the answer comes as an event with the scrape's number, so
 * one that comes too late is recognised. The whole configuration, the target and the series are behind the ports. On
 * the way of an ordinary scrape context is assigned once: each assignment costs as much as half a transition.
 */
export interface LoopContext extends LoopInput {
  /** Place of the target in the interval, in [0, intervalMs). */
  readonly slotMs: number;
  /** Monotonic time at which the next scrape is due. */
  readonly nextTickMono: number;
  /** Wall time of the grid point that the last scrape belongs to (S-102). */
  readonly alignedAt: number;
  /** Number of the last scrape that started; its answers carry it. One that waits in the queue has the next number. */
  readonly seq: number;
  /** Timestamp of the scrape that is running, or ran last. */
  readonly scrapeAt: number;
  readonly startedMono: number;
  /** The loop owes end-of-run markers only where it has scraped (S-142). */
  readonly hasScraped: boolean;
  /** `release` overrides `retire`, never the reverse. */
  readonly stopMode: StopMode | null;
  /** Adopted when the running scrape has ended. */
  readonly pendingSpec: LoopSpec | null;
  readonly markAt: number;
  /** Number of the last scrape that somebody asked for, or asks for now; 0 = none yet. */
  readonly askedSeq: number;
  readonly askedPurpose: ScrapePurpose;
}

/** Tells the supervisor that the target may be scraped by another loop from now on. */
export interface LoopReleased {
  readonly type: 'loopReleased';
  readonly id: string;
}

/** What a tick does, the first one and every later one. */
const WHEN_DUE = [
  {
    guard: 'isForced',
    target: '#loop.appending',
    actions: ['startScrape', 'appendForced'],
    description: 'No request is made.',
  },
  {
    guard: 'isSlotFree',
    target: '#loop.fetching.scraping',
    actions: ['startScrape', 'fetchAtOnce'],
    description: 'Nobody waits and a slot is free, so it is taken without queueing.',
  },
  { target: '#loop.fetching' },
] as const;

const loop = setup({
  types: {
    input: {} as LoopInput,
    context: {} as LoopContext,
    events: {} as LoopEvent,
    tags: {} as 'live' | 'busy' | 'ending',
  },
  actions: {
    // of time: see loop.effects.ts
    align: notProvided('align'),
    startScrape: notProvided('startScrape'),
    startAskedScrape: notProvided('startAskedScrape'),
    planMarker: notProvided('planMarker'),
    // to the ports and the supervisor: see loop.effects.ts
    startFetch: notProvided('startFetch'),
    fetchAtOnce: notProvided('fetchAtOnce'),
    cancelFetch: notProvided('cancelFetch'),
    appendResponse: notProvided('appendResponse'),
    appendAtOnce: notProvided('appendAtOnce'),
    appendFailure: notProvided('appendFailure'),
    appendTimeout: notProvided('appendTimeout'),
    appendForced: notProvided('appendForced'),
    cancelAppend: notProvided('cancelAppend'),
    startMarking: notProvided('startMarking'),
    tellAdopted: notProvided('tellAdopted'),
    tellRefused: notProvided('tellRefused'),
    tellGrid: notProvided('tellGrid'),
    tellGridLeft: notProvided('tellGridLeft'),
    tellReleased: notProvided('tellReleased'),
    // of data
    setForced: assign(({ event }) => (event.type === 'forcedError' ? { forcedError: event.error } : {})),
    setStop: assign(({ context, event }) => (event.type === 'stop' && context.stopMode !== 'release' ? { stopMode: event.mode } : {})),
    noteAsked: assign(({ context, event }) =>
      event.type === 'scrapeNow' ? { askedSeq: context.seq + 1, askedPurpose: event.purpose } : {},
    ),
    forgetAsked: assign({ askedSeq: 0 }),
    setPending: assign(({ event }) => (event.type === 'retarget' ? { pendingSpec: event.spec } : {})),
    adoptSpec: assign(({ context }) =>
      context.pendingSpec === null ? {} : { spec: context.pendingSpec, pendingSpec: null, seq: context.seq + 1 },
    ),
  },
  guards: {
    /** Of the ports: see loop.effects.ts. Without one, every scrape queues. */
    isSlotFree: () => false,
    /** Of the ports as well: what is appended within the call. Without it, every append is waited for. */
    isCurrentAndShort: () => false,
    isNextAndAsked: ({ context, event }) => event.type === 'slotGranted' && event.seq === context.seq + 1 && event.seq === context.askedSeq,
    isNext: ({ context, event }) => event.type === 'slotGranted' && event.seq === context.seq + 1,
    isCurrent: ({ context, event }) => 'seq' in event && event.seq === context.seq,
    isForced: ({ context }) => context.forcedError !== null,
    isForcingAsked: ({ context, event }) => event.type === 'forcedError' && event.error !== null && context.askedSeq === context.seq + 1,
    isForcing: ({ event }) => event.type === 'forcedError' && event.error !== null,
    isCurrentAndUndisturbed: ({ context, event }) =>
      context.stopMode === null && context.pendingSpec === null && 'seq' in event && event.seq === context.seq,
    isCurrentAndStopAsked: ({ context, event }) => context.stopMode !== null && 'seq' in event && event.seq === context.seq,
    isCurrentAndRetargeted: ({ context, event }) => context.pendingSpec !== null && 'seq' in event && event.seq === context.seq,
    isStopAsked: ({ context }) => context.stopMode !== null,
    isRetargeted: ({ context }) => context.pendingSpec !== null,
    owesMarkers: ({ context }) => context.stopMode === 'retire' && context.hasScraped,
    isRelease: ({ event }) => event.type === 'stop' && event.mode === 'release',
  },
  delays: {
    untilAligned: notProvided('untilAligned'),
    untilNextTick: notProvided('untilNextTick'),
    untilStale: notProvided('untilStale'),
    scrapeTimeout: notProvided('scrapeTimeout'),
    appendDeadline: notProvided('appendDeadline'),
  },
});

/** Answers to a scrape that is over, or that another state waits for: they change nothing. */
const lateFetchAnswers = { slotGranted: {}, response: {}, fetchFailed: {} } as const;
const lateAnswers = { ...lateFetchAnswers, appended: {}, marked: {} } as const;

export const loopMachine = loop.createMachine({
  id: 'loop',
  description: 'One target, scraped once per interval until it is told to stop.',
  context: ({ input }) => ({
    ...input,
    slotMs: 0,
    nextTickMono: 0,
    alignedAt: 0,
    seq: 0,
    scrapeAt: 0,
    startedMono: 0,
    hasScraped: false,
    stopMode: null,
    pendingSpec: null,
    markAt: 0,
    askedSeq: 0,
    askedPurpose: 'tick',
  }),
  initial: 'idle',
  states: {
    idle: {
      description: 'No scrape is running; the next one has its time.',
      tags: 'live',
      initial: 'offset',
      on: {
        ...lateAnswers,
        stop: { target: 'ending', actions: 'setStop', description: 'Nothing runs, so it ends at once.' },
        retarget: { target: '.offset', reenter: true, actions: ['setPending', 'adoptSpec', 'tellAdopted'] },
        forcedError: { actions: 'setForced' },
        scrapeNow: [
          { guard: 'isForced', actions: 'tellRefused', description: 'No request is made while the pool has too many targets.' },
          {
            guard: 'isSlotFree',
            target: '#loop.fetching.scraping',
            actions: ['noteAsked', 'startAskedScrape', 'fetchAtOnce'],
            description: 'Beside the grid, which stays as it is.',
          },
          { target: 'fetching', actions: 'noteAsked' },
        ],
      },
      states: {
        offset: {
          description: "Waits for the target's slot in the interval, spread by hash so that targets do not come all at once.",
          entry: ['align', 'tellGrid'],
          after: {
            untilAligned: WHEN_DUE,
          },
        },
        waiting: {
          description: 'Waits for the next tick of its own grid.',
          after: {
            untilNextTick: WHEN_DUE,
          },
        },
      },
    },
    fetching: {
      description: 'A scrape is due: it waits for its turn, then for the target.',
      tags: ['live', 'busy'],
      initial: 'queued',
      on: {
        ...lateAnswers,
        stop: { actions: 'setStop', description: 'A running scrape is never cut short (S-103).' },
        retarget: { actions: 'setPending' },
        forcedError: { actions: 'setForced' },
        scrapeNow: { description: 'The scrape under way answers it: there are never two.' },
      },
      states: {
        queued: {
          description: 'Waits for a concurrency slot. The timeout does not run yet.',
          entry: 'startFetch',
          on: {
            slotGranted: [
              { guard: 'isNextAndAsked', target: 'scraping', actions: 'startAskedScrape' },
              { guard: 'isNext', target: 'scraping', actions: 'startScrape' },
            ],
            stop: { target: '#loop.ending', actions: ['setStop', 'cancelFetch'], description: 'Leaving the queue is immediate.' },
            retarget: {
              target: '#loop.idle.offset',
              actions: ['cancelFetch', 'setPending', 'adoptSpec', 'tellAdopted', 'tellRefused'],
            },
            forcedError: [
              {
                guard: 'isForcingAsked',
                target: '#loop.idle.waiting',
                actions: ['setForced', 'cancelFetch', 'forgetAsked', 'tellRefused'],
              },
              { guard: 'isForcing', target: '#loop.appending', actions: ['setForced', 'cancelFetch', 'startScrape', 'appendForced'] },
              { actions: 'setForced' },
            ],
          },
        },
        scraping: {
          description: 'The request is running; its timeout counts from the slot (S-104, S-190).',
          on: {
            response: [
              {
                guard: 'isCurrentAndShort',
                target: '#loop.idle.waiting',
                actions: 'appendAtOnce',
                description: 'It is appended within the transition, so there is nothing to wait for.',
              },
              { guard: 'isCurrent', target: '#loop.appending', actions: 'appendResponse' },
            ],
            fetchFailed: { guard: 'isCurrent', target: '#loop.appending', actions: 'appendFailure' },
          },
          after: { scrapeTimeout: { target: '#loop.appending', actions: ['cancelFetch', 'appendTimeout'] } },
        },
      },
    },
    appending: {
      description: 'Samples, stale markers of vanished series and report series are written, in one commit.',
      tags: ['live', 'busy'],
      on: {
        ...lateFetchAnswers,
        marked: {},
        stop: { actions: 'setStop' },
        retarget: { actions: 'setPending' },
        forcedError: { actions: 'setForced' },
        scrapeNow: {},
        appended: [
          { guard: 'isCurrentAndUndisturbed', target: 'idle.waiting' },
          { guard: 'isCurrentAndStopAsked', target: 'ending' },
          { guard: 'isCurrentAndRetargeted', target: 'idle.offset', actions: ['adoptSpec', 'tellAdopted'] },
        ],
      },
      after: {
        appendDeadline: [
          { guard: 'isStopAsked', target: 'ending', actions: 'cancelAppend' },
          { guard: 'isRetargeted', target: 'idle.offset', actions: ['cancelAppend', 'adoptSpec', 'tellAdopted'] },
          { target: 'idle.waiting', actions: 'cancelAppend', description: 'A lost answer must not silence the target for ever.' },
        ],
      },
    },
    ending: {
      description: 'Decides whether end-of-run markers are owed.',
      tags: 'ending',
      entry: 'tellGridLeft',
      always: [{ guard: 'owesMarkers', target: 'retiring' }, { target: 'stopped' }],
    },
    retiring: {
      description: 'The target has gone. It waits past the next scrape, in case the target comes back under a new loop.',
      tags: 'ending',
      entry: ['planMarker', 'tellReleased'],
      on: {
        ...lateAnswers,
        stop: { guard: 'isRelease', target: 'stopped', description: 'The process ends: no markers (S-142).' },
        retarget: {},
        forcedError: {},
        scrapeNow: { actions: 'tellRefused' },
      },
      after: { untilStale: 'marking' },
    },
    marking: {
      description: 'Writes stale markers for every series and report series.',
      tags: ['ending', 'busy'],
      entry: 'startMarking',
      on: {
        ...lateFetchAnswers,
        appended: {},
        marked: 'stopped',
        stop: {},
        retarget: {},
        forcedError: {},
        scrapeNow: { actions: 'tellRefused' },
      },
      after: { appendDeadline: { target: 'stopped', actions: 'cancelAppend' } },
    },
    stopped: { description: 'The loop is over.', type: 'final' },
  },
});
