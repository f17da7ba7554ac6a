import assert from 'node:assert/strict';
import test from 'node:test';
import { LoopHarness, otherSpec } from '../../test/loop-harness.ts';
import type { LoopEvent } from './loop-events.ts';
import { loopMachine } from './loop.machine.ts';
import type { LoopContext } from './loop.machine.ts';

type State = 'idle.offset' | 'idle.waiting' | 'fetching.queued' | 'fetching.scraping' | 'appending' | 'retiring' | 'marking' | 'stopped';

/** Ways into each state. Scrapes have the number 2 in all of them but `idle.offset`. */
const into: Record<State, () => LoopHarness> = {
  'idle.offset': () => new LoopHarness(),
  'idle.waiting': () => new LoopHarness().scrapeOnce(),
  'fetching.queued': () => into['idle.waiting']().nextTimer(),
  'fetching.scraping': () => into['fetching.queued']().send({ type: 'slotGranted', seq: 2 }),
  appending: () => into['fetching.scraping']().send({ type: 'response', seq: 2, handle: 2, bytes: 1 }),
  retiring: () => into['idle.waiting']().send({ type: 'stop', mode: 'retire' }),
  marking: () => into.retiring().nextTimer(),
  stopped: () => into['idle.waiting']().send({ type: 'stop', mode: 'release' }),
};

/** Every event, and every case of it that a guard tells apart. */
const events = {
  slotGranted: { type: 'slotGranted', seq: 2 },
  staleSlotGranted: { type: 'slotGranted', seq: 1 },
  response: { type: 'response', seq: 2, handle: 7, bytes: 1 },
  staleResponse: { type: 'response', seq: 1, handle: 7, bytes: 1 },
  fetchFailed: { type: 'fetchFailed', seq: 2, reason: 'tls', error: 'bad certificate' },
  staleFetchFailed: { type: 'fetchFailed', seq: 1, reason: 'tls', error: 'bad certificate' },
  appended: { type: 'appended', seq: 2 },
  staleAppended: { type: 'appended', seq: 1 },
  marked: { type: 'marked' },
  retire: { type: 'stop', mode: 'retire' },
  release: { type: 'stop', mode: 'release' },
  retarget: { type: 'retarget', spec: otherSpec },
  forcedError: { type: 'forcedError', error: 'target_limit exceeded' },
  forcedErrorGone: { type: 'forcedError', error: null },
  view: { type: 'scrapeNow', purpose: 'view' },
  commit: { type: 'scrapeNow', purpose: 'commit' },
} as const satisfies Record<string, LoopEvent>;
type Case = keyof typeof events | 'timer';

interface Expectation {
  readonly to: State;
  readonly calls?: readonly string[];
  readonly context?: Partial<LoopContext>;
  readonly released?: true;
}

/** The event changes nothing. */
const ignored = (to: State): Expectation => ({ to });
const noted = (to: State, context: Partial<LoopContext>): Expectation => ({ to, context });

const allAnswersIgnored = (to: State) => ({
  slotGranted: ignored(to),
  staleSlotGranted: ignored(to),
  response: ignored(to),
  staleResponse: ignored(to),
  fetchFailed: ignored(to),
  staleFetchFailed: ignored(to),
  appended: ignored(to),
  staleAppended: ignored(to),
  marked: ignored(to),
});
const forcedNoted = (to: State) => ({
  forcedError: noted(to, { forcedError: 'target_limit exceeded' }),
  forcedErrorGone: noted(to, { forcedError: null }),
});
const forcedIgnored = (to: State) => ({ forcedError: noted(to, { forcedError: null }), forcedErrorGone: ignored(to) });

const asked = (to: State, seq: number, calls: readonly string[]) =>
  ({
    view: { to, calls, context: { askedSeq: seq, askedPurpose: 'view' } },
    commit: { to, calls, context: { askedSeq: seq, askedPurpose: 'commit' } },
  }) as const;
const askedInVain = (to: State) => ({ view: { to, calls: ['scrapeRefused'] }, commit: { to, calls: ['scrapeRefused'] } });
const askedMeanwhile = (to: State) => ({ view: ignored(to), commit: ignored(to) });

/** A stopped loop is no state of an actor that can be sent to: it is done. */
const table: Record<Exclude<State, 'stopped'>, Record<Case, Expectation>> = {
  'idle.offset': {
    ...allAnswersIgnored('idle.offset'),
    ...forcedNoted('idle.offset'),
    retire: { to: 'stopped' },
    release: { to: 'stopped' },
    retarget: { to: 'idle.offset', calls: ['loopRetargeted 2'], context: { spec: otherSpec, pendingSpec: null } },
    ...asked('fetching.queued', 1, ['startFetch 1 asked']),
    timer: { to: 'fetching.queued', calls: ['startFetch 1'] },
  },
  'idle.waiting': {
    ...allAnswersIgnored('idle.waiting'),
    ...forcedNoted('idle.waiting'),
    retire: { to: 'retiring', released: true },
    release: { to: 'stopped' },
    retarget: { to: 'idle.offset', calls: ['loopRetargeted 2'], context: { spec: otherSpec, pendingSpec: null } },
    ...asked('fetching.queued', 2, ['startFetch 2 asked']),
    timer: { to: 'fetching.queued', calls: ['startFetch 2'] },
  },
  'fetching.queued': {
    ...allAnswersIgnored('fetching.queued'),
    ...forcedNoted('fetching.queued'),
    ...askedMeanwhile('fetching.queued'),
    slotGranted: { to: 'fetching.scraping', context: { seq: 2 } },
    retire: { to: 'retiring', calls: ['cancelFetch'], released: true },
    release: { to: 'stopped', calls: ['cancelFetch'] },
    retarget: { to: 'idle.offset', calls: ['cancelFetch', 'loopRetargeted 2', 'scrapeRefused'], context: { spec: otherSpec } },
    forcedError: { to: 'appending', calls: ['cancelFetch', 'startAppend 2 forced'], context: { forcedError: 'target_limit exceeded' } },
    timer: ignored('fetching.queued'),
  },
  'fetching.scraping': {
    ...allAnswersIgnored('fetching.scraping'),
    ...forcedNoted('fetching.scraping'),
    ...askedMeanwhile('fetching.scraping'),
    response: { to: 'appending', calls: ['startAppend 2 response'] },
    fetchFailed: { to: 'appending', calls: ['startAppend 2 tls'] },
    retire: noted('fetching.scraping', { stopMode: 'retire' }),
    release: noted('fetching.scraping', { stopMode: 'release' }),
    retarget: noted('fetching.scraping', { pendingSpec: otherSpec }),
    timer: { to: 'appending', calls: ['cancelFetch', 'startAppend 2 timeout'] },
  },
  appending: {
    ...allAnswersIgnored('appending'),
    ...forcedNoted('appending'),
    ...askedMeanwhile('appending'),
    appended: { to: 'idle.waiting' },
    retire: noted('appending', { stopMode: 'retire' }),
    release: noted('appending', { stopMode: 'release' }),
    retarget: noted('appending', { pendingSpec: otherSpec }),
    // the tick that was missed meanwhile is made up at once
    timer: { to: 'fetching.queued', calls: ['cancelAppend', 'startFetch 3'] },
  },
  retiring: {
    ...allAnswersIgnored('retiring'),
    ...forcedIgnored('retiring'),
    ...askedInVain('retiring'),
    retire: ignored('retiring'),
    release: { to: 'stopped' },
    retarget: ignored('retiring'),
    timer: { to: 'marking', calls: ['startMarking'] },
  },
  marking: {
    ...allAnswersIgnored('marking'),
    ...forcedIgnored('marking'),
    ...askedInVain('marking'),
    marked: { to: 'stopped' },
    retire: ignored('marking'),
    release: ignored('marking'),
    retarget: ignored('marking'),
    timer: { to: 'stopped', calls: ['cancelAppend'] },
  },
};

for (const [state, row] of Object.entries(table)) {
  test(`the loop in ${state} answers every event as the table says`, () => {
    for (const [name, expected] of Object.entries(row)) {
      const harness = into[state as State]();
      assert.equal(harness.state, state);
      const before = harness.released;
      harness.takeCalls();
      if (name === 'timer') harness.nextTimer();
      else harness.send(events[name as keyof typeof events]);
      const seen = { to: harness.state, calls: harness.takeCalls(), released: harness.released - before };
      assert.deepEqual(
        seen,
        { to: expected.to, calls: expected.calls ?? [], released: expected.released === true ? 1 : 0 },
        `${state} ${name}`,
      );
      for (const [field, value] of Object.entries(expected.context ?? {})) {
        assert.deepEqual(harness.context[field as keyof LoopContext], value, `${state} ${name}: ${field}`);
      }
    }
  });
}

test('S-103 a scrape under way runs to its end before the loop stops', () => {
  const harness = into['fetching.scraping']().send({ type: 'stop', mode: 'release' });
  assert.equal(harness.state, 'fetching.scraping');
  harness.send({ type: 'response', seq: 2, handle: 1, bytes: 1 });
  assert.equal(harness.state, 'appending');
  harness.send({ type: 'appended', seq: 2 });
  assert.equal(harness.state, 'stopped');
});

test('a scrape that is asked for has its own time and purpose and leaves the grid as it is', () => {
  const harness = new LoopHarness().scrapeOnce().wait(4_000);
  const { nextTickMono, alignedAt } = harness.context;
  harness.send(events.commit).send({ type: 'slotGranted', seq: 2 });
  assert.deepEqual([harness.context.scrapeAt, harness.context.nextTickMono], [harness.clock.wall(), nextTickMono]);
  harness.send({ type: 'response', seq: 2, handle: 2, bytes: 1 }).send({ type: 'appended', seq: 2 });
  assert.deepEqual([harness.state, harness.appends.at(-1)?.purpose], ['idle.waiting', 'commit']);
  harness.nextTimer().send({ type: 'slotGranted', seq: 3 }).send({ type: 'response', seq: 3, handle: 3, bytes: 1 });
  assert.deepEqual([harness.clock.mono(), harness.appends.at(-1)?.purpose], [nextTickMono, 'tick']);
  assert.equal(harness.context.scrapeAt, alignedAt + 15_000, 'the tick after it is on the grid');
});

test('a tick that comes due during a scrape that was asked for follows at once', () => {
  const harness = new LoopHarness().scrapeOnce().wait(14_000);
  harness.send(events.view).send({ type: 'slotGranted', seq: 2 }).wait(3_000);
  harness.send({ type: 'response', seq: 2, handle: 2, bytes: 1 }).send({ type: 'appended', seq: 2 }).wait(0);
  assert.deepEqual([harness.state, harness.takeCalls().at(-1)], ['fetching.queued', 'startFetch 3']);
});

test('S-142 a target that was only looked at owes no end-of-run markers', () => {
  const after = (event: LoopEvent) =>
    new LoopHarness()
      .send(event)
      .send({ type: 'slotGranted', seq: 1 })
      .send({ type: 'response', seq: 1, handle: 1, bytes: 1 })
      .send({ type: 'appended', seq: 1 });
  assert.equal(after(events.view).send(events.retire).state, 'stopped');
  assert.equal(after(events.commit).send(events.retire).state, 'retiring');
});

test('no scrape is made for somebody while the pool has too many targets', () => {
  const forced = new LoopHarness({ forcedError: 'limit' }).send(events.view);
  assert.deepEqual([forced.state, forced.takeCalls()], ['idle.offset', ['scrapeRefused']]);
  const queued = new LoopHarness().scrapeOnce().send(events.view);
  queued.takeCalls();
  queued.send(events.forcedError);
  assert.deepEqual([queued.state, queued.takeCalls()], ['idle.waiting', ['cancelFetch', 'scrapeRefused']]);
  queued.nextTimer();
  assert.deepEqual(queued.appends.at(-1)?.purpose, 'tick', 'the next tick is one, and forced');
});

test('a short body is appended within the transition, a long one is waited for', () => {
  const harness = new LoopHarness({ isAppendShort: (bytes) => bytes <= 10 }).nextTimer();
  harness.send({ type: 'slotGranted', seq: 1 }).send({ type: 'response', seq: 1, handle: 4, bytes: 10 });
  assert.deepEqual([harness.state, harness.appends.map(({ isAtOnce }) => isAtOnce)], ['idle.waiting', [true]]);
  harness.nextTimer().send({ type: 'slotGranted', seq: 2 }).send({ type: 'response', seq: 2, handle: 5, bytes: 11 });
  assert.deepEqual([harness.state, harness.appends.map(({ isAtOnce }) => isAtOnce)], ['appending', [true, false]]);
});

test('a short body of another scrape is not appended', () => {
  const harness = new LoopHarness({ isAppendShort: () => true }).nextTimer().send({ type: 'slotGranted', seq: 1 });
  harness.send({ type: 'response', seq: 2, handle: 4, bytes: 1 });
  assert.deepEqual([harness.state, harness.appends], ['fetching.scraping', []]);
});

test('S-142 a loop that never scraped, or that is released, owes no end-of-run markers', () => {
  assert.equal(new LoopHarness().send({ type: 'stop', mode: 'retire' }).state, 'stopped');
  assert.equal(into['fetching.scraping']().send({ type: 'stop', mode: 'release' }).wait(120_000).calls.includes('startMarking'), false);
});

test('I11 a release overrides a retire, never the reverse', () => {
  const end = (harness: LoopHarness) => harness.send({ type: 'appended', seq: 2 }).state;
  assert.equal(end(into.appending().send(events.retire).send(events.release)), 'stopped');
  assert.equal(end(into.appending().send(events.release).send(events.retire)), 'stopped');
  assert.equal(end(into.appending().send(events.retire)), 'retiring');
});

test('S-141 end-of-run markers carry the time of the next scrape and are written an interval and a tenth after it', () => {
  const harness = new LoopHarness().scrapeOnce(); // scraped at the slot, …025 000
  harness.wait(4_000).send(events.retire);
  assert.equal(harness.context.markAt, 1_700_000_040_000);
  harness.wait(11_000 + 16_499);
  assert.equal(harness.state, 'retiring');
  harness.wait(1);
  assert.equal(harness.state, 'marking');
});

test('S-141 a next scrape that is overdue gives its markers the present time', () => {
  const harness = into['fetching.scraping']().wait(9_000).send(events.response).wait(8_000).send(events.retire);
  harness.send(events.appended);
  assert.equal(harness.context.markAt, harness.clock.wall());
});

test('S-101 a scrape longer than its interval is followed at once by the next; further ticks are lost', () => {
  const harness = into.appending(); // started at 20 000 monotonic, on a grid of 15 000 from 5 000
  const startedMono = harness.context.startedMono;
  harness.wait(9_000).send({ type: 'appended', seq: 2 });
  assert.equal(harness.state, 'idle.waiting');
  harness.nextTimer().send({ type: 'slotGranted', seq: 3 }).send({ type: 'response', seq: 3, handle: 3, bytes: 1 });
  assert.equal(harness.context.startedMono, startedMono + 15_000);
  const late = new LoopHarness({ spec: { ...otherSpec, intervalMs: 1_000, timeoutMs: 1_000 } }).scrapeOnce().nextTimer();
  late.send({ type: 'slotGranted', seq: 2 }).send({ type: 'response', seq: 2, handle: 2, bytes: 1 });
  const started = late.context.startedMono;
  late.wait(3_400).send({ type: 'appended', seq: 2 }).wait(0);
  assert.equal(late.state, 'fetching.queued', 'the missed tick is made up at once');
  late.send({ type: 'slotGranted', seq: 3 }).send({ type: 'response', seq: 3, handle: 3, bytes: 1 }).send({ type: 'appended', seq: 3 });
  late.nextTimer();
  assert.deepEqual([late.state, late.clock.mono()], ['fetching.queued', started + 4_000], 'and the next one is on the grid');
});

test('I7 the timeout counts from the slot, not from the time in the queue (S-104, S-190)', () => {
  const harness = into['fetching.queued']().wait(40_000);
  assert.equal(harness.state, 'fetching.queued');
  harness.send(events.slotGranted).wait(9_999);
  assert.equal(harness.state, 'fetching.scraping');
  harness.wait(1);
  assert.equal(harness.state, 'appending');
  assert.deepEqual(harness.appends.at(-1)?.outcome, { kind: 'failed', reason: 'timeout', error: 'context deadline exceeded' });
});

test('I12 a forced error makes an empty scrape without a request, from the first tick on (S-044)', () => {
  const harness = new LoopHarness({ forcedError: 'target_limit exceeded' }).nextTimer();
  assert.deepEqual(harness.takeCalls(), ['startAppend 1 forced']);
  harness.send({ type: 'appended', seq: 1 }).nextTimer();
  assert.deepEqual(harness.takeCalls(), ['startAppend 2 forced']);
  harness.send({ type: 'forcedError', error: null }).send({ type: 'appended', seq: 2 }).nextTimer();
  assert.deepEqual(harness.takeCalls(), ['startFetch 3']);
});

test('a retarget during a scrape is adopted after it and aligns the loop anew', () => {
  const harness = into['fetching.scraping']().send(events.retarget).send(events.response);
  assert.equal(harness.appends.at(-1)?.spec.cfgRev, 1, 'the scrape under way keeps its spec');
  harness.send(events.appended);
  assert.deepEqual([harness.state, harness.context.spec, harness.context.pendingSpec], ['idle.offset', otherSpec, null]);
  harness.nextTimer();
  assert.equal(harness.clock.wall() % 30_000, 0, "the slot is the new interval's");
});

test('a stop outweighs a retarget that waits', () => {
  const harness = into.appending().send(events.retarget).send(events.release).send(events.appended);
  assert.equal(harness.state, 'stopped');
  const overdue = into.appending().send(events.retarget).send(events.release).wait(15_000);
  assert.equal(overdue.state, 'stopped');
});

test('a retarget is adopted also when the append misses its deadline', () => {
  const harness = into.appending().send(events.retarget).wait(15_000);
  assert.deepEqual([harness.state, harness.context.spec.cfgRev], ['idle.offset', 2]);
});

test('a slot that a given-up request was granted does not count for the next one', () => {
  const harness = into['fetching.queued']().send(events.retarget).nextTimer();
  assert.equal(harness.state, 'fetching.queued');
  assert.equal(harness.send(events.slotGranted).state, 'fetching.queued');
  assert.equal(harness.send({ type: 'slotGranted', seq: 3 }).state, 'fetching.scraping');
});

test('S-029 an initial offset is added to the wait for the first slot', () => {
  const harness = new LoopHarness({ initialScrapeOffsetMs: 2_000 }).nextTimer();
  assert.equal(harness.clock.mono(), 7_000);
});

test('every state of the loop has a description', () => {
  const states = Object.values(loopMachine.states).flatMap((state) => [state, ...Object.values(state.states)]);
  for (const state of states) assert.ok((state.description ?? '').length > 10, state.id);
});
