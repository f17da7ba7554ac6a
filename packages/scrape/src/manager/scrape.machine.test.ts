import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { silentLog } from '@limpet/model';
import { createActor, fromPromise, setup } from 'xstate';
import type { ActorRefFrom, AnyActorRef, AnyMachineSnapshot } from 'xstate';
import { cannotReach, explore } from '../../test/exploration.ts';
import { leaf } from '../../test/loop-harness.ts';
import type { PoolEvent, PoolInput, PoolReply } from '../pool/pool-events.ts';
import type { poolMachine } from '../pool/pool.machine.ts';
import type { ConfigDifferences, JobsToSync } from '../ports.ts';
import type { ConfigApplied, ScrapeEvent } from './manager-events.ts';
import { bindManager } from './scrape.effects.ts';
import { msToReloadTick } from './reload-tick.ts';
import { scrapeMachine } from './scrape.machine.ts';
import type { ScrapeContext } from './scrape.machine.ts';

/** A pool that does nothing but keep what it hears, end when told to, and crash when told to. */
function fakePool(heard: string[]): typeof poolMachine {
  return setup({
    types: { input: {} as PoolInput, context: {} as { job: string }, events: {} as PoolEvent | { type: 'crash' } | { type: 'end' } },
    actions: {
      hear: ({ context, event }) => void heard.push(`${context.job} ${event.type}${'rev' in event ? ` ${event.rev}` : ''}`),
      fail: () => {
        throw new Error('a fault in the pool');
      },
    },
  }).createMachine({
    context: ({ input }) => ({ job: input.job }),
    initial: 'alive',
    states: {
      alive: {
        on: {
          sync: { actions: 'hear' },
          reconfigure: { actions: 'hear' },
          stop: { actions: 'hear' },
          crash: { actions: 'fail' },
          end: 'ended',
        },
      },
      ended: { type: 'final' },
    },
  }) as unknown as typeof poolMachine;
}

class ManagerHarness {
  readonly clock = new VirtualClock();
  readonly heard: string[] = [];
  readonly told: ConfigApplied[] = [];
  readonly closed: string[] = [];
  differences: ConfigDifferences = { removed: [], changed: [] };
  toSync: JobsToSync = { jobs: ['a', 'b'], unknownJobs: [] };
  readonly manager: ActorRefFrom<typeof scrapeMachine>;

  constructor({ reloadOnStartup = false }: { readonly reloadOnStartup?: boolean } = {}) {
    const bound = bindManager(
      {
        clock: this.clock,
        log: silentLog,
        configDifferences: () => this.differences,
        jobsToSync: () => this.toSync,
        closeClient: (job) => void this.closed.push(job),
      },
      fakePool(this.heard),
    );
    const root = createActor(
      setup({
        types: { events: {} as ConfigApplied },
        actors: { scrape: bound },
        actions: { keep: ({ event }) => void this.told.push(event) },
      }).createMachine({
        invoke: { id: 'scrape', src: 'scrape', input: { reloadOnStartup }, onDone: {} },
        on: { configApplied: { actions: 'keep' } },
      }),
      { clock: this.clock },
    );
    root.start();
    this.manager = root.getSnapshot().children['scrape'] as ActorRefFrom<typeof scrapeMachine>;
  }

  get state(): string {
    return leaf(this.manager.getSnapshot().value);
  }

  get context(): ScrapeContext {
    return this.manager.getSnapshot().context;
  }

  get pools(): readonly string[] {
    return Object.keys(this.manager.getSnapshot().children);
  }

  send(event: ScrapeEvent): this {
    this.manager.send(event);
    return this;
  }

  toPool(job: string, type: 'crash' | 'end'): this {
    (this.manager.getSnapshot().children[`pool:${job}`] as AnyActorRef | undefined)?.send({ type });
    return this;
  }

  synced(job: string, rev = 1, ok = true): this {
    return this.send({ type: 'poolSynced', job, rev, ok, forced: false, added: 0, kept: 0, removed: 0, dropped: 0 });
  }

  configured(job: string, ok = true, cfgRev = 2): this {
    const reply: PoolReply = { type: 'poolConfigured', job, cfgRev, ok };
    return this.send(ok ? reply : { ...reply, error: 'no such file' });
  }

  takeHeard(): readonly string[] {
    return this.heard.splice(0);
  }
}

type State = 'unconfigured' | 'settled' | 'throttled' | 'reloading' | 'applying' | 'stopping';

const into: Record<State, () => ManagerHarness> = {
  unconfigured: () => new ManagerHarness(),
  settled: () => into.reloading().synced('a').synced('b'),
  throttled: () => new ManagerHarness().send({ type: 'applyConfig', rev: 1 }).send({ type: 'targetsUpdated', rev: 1 }),
  reloading: () => {
    const harness = into.throttled();
    harness.clock.advance(5_000);
    return harness;
  },
  applying: () => {
    const harness = into.settled();
    harness.differences = { removed: ['b'], changed: ['a'] };
    return harness.send({ type: 'applyConfig', rev: 2 });
  },
  stopping: () => into.settled().send({ type: 'stop' }),
};

type Case =
  | 'applyConfig'
  | 'targetsUpdated'
  | 'triggerReload'
  | 'stop'
  | 'poolSynced'
  | 'staleSynced'
  | 'poolConfigured'
  | 'poolRefused'
  | 'staleConfigured'
  | 'poolEnds'
  | 'poolCrashes'
  | 'timer';
const cases: Record<Case, (harness: ManagerHarness) => unknown> = {
  applyConfig: (harness) => {
    harness.differences = { removed: [], changed: [] };
    harness.send({ type: 'applyConfig', rev: 9 });
  },
  targetsUpdated: (harness) => harness.send({ type: 'targetsUpdated', rev: 9 }),
  triggerReload: (harness) => harness.send({ type: 'triggerReload' }),
  stop: (harness) => harness.send({ type: 'stop' }),
  poolSynced: (harness) => harness.synced('a'),
  staleSynced: (harness) => harness.synced('a', 0),
  poolConfigured: (harness) => harness.configured('a'),
  poolRefused: (harness) => harness.configured('a', false),
  staleConfigured: (harness) => harness.configured('a', true, 1),
  poolEnds: (harness) => harness.toPool('b', 'end'),
  poolCrashes: (harness) => harness.toPool('b', 'crash'),
  timer: (harness) => harness.clock.step(Infinity),
};

interface Expectation {
  readonly to: State | 'stopped';
  readonly heard?: readonly string[];
  readonly told?: readonly boolean[];
  readonly context?: Partial<ScrapeContext>;
}
const ignored = (to: State): Expectation => ({ to });
const both = { a: true, b: true } as const;
const quietReplies = (to: State) => ({
  poolSynced: ignored(to),
  staleSynced: ignored(to),
  poolConfigured: ignored(to),
  poolRefused: ignored(to),
  staleConfigured: ignored(to),
});
const stopsBoth: Expectation = { to: 'stopping', heard: ['a stop', 'b stop'] };

const table: Record<State, Record<Case, Expectation>> = {
  unconfigured: {
    ...quietReplies('unconfigured'),
    applyConfig: { to: 'settled', told: [true], context: { cfgRev: 9 } },
    targetsUpdated: { to: 'unconfigured', context: { targetsRev: 9, dirty: true } },
    triggerReload: { to: 'unconfigured', context: { dirty: true } },
    stop: { to: 'stopped' },
    poolEnds: ignored('unconfigured'),
    poolCrashes: ignored('unconfigured'),
    timer: ignored('unconfigured'),
  },
  settled: {
    ...quietReplies('settled'),
    applyConfig: { to: 'settled', told: [true], context: { cfgRev: 9, pendingCfgRev: null } },
    targetsUpdated: { to: 'throttled', context: { targetsRev: 9 } },
    triggerReload: { to: 'throttled' },
    stop: stopsBoth,
    poolEnds: { to: 'settled', context: { pools: { a: 1 } } },
    poolCrashes: { to: 'throttled', context: { pools: { a: 1 } } },
    timer: ignored('settled'),
  },
  throttled: {
    ...quietReplies('throttled'),
    applyConfig: { to: 'throttled', told: [true], context: { cfgRev: 9 } },
    targetsUpdated: { to: 'throttled', context: { targetsRev: 9 } },
    triggerReload: ignored('throttled'),
    stop: { to: 'stopped' },
    poolEnds: ignored('throttled'),
    poolCrashes: ignored('throttled'),
    timer: { to: 'reloading', heard: ['a sync 1', 'b sync 1'], context: { dirty: false, waiting: both, pools: { a: 1, b: 1 } } },
  },
  reloading: {
    applyConfig: { to: 'reloading', context: { pendingCfgRev: 9, cfgRev: 1 } },
    targetsUpdated: { to: 'reloading', context: { targetsRev: 9, dirty: true } },
    triggerReload: { to: 'reloading', context: { dirty: true } },
    stop: stopsBoth,
    poolSynced: { to: 'reloading', context: { waiting: { b: true } } },
    staleSynced: { to: 'reloading', context: { waiting: both } },
    poolConfigured: { to: 'reloading', context: { waiting: both } },
    poolRefused: { to: 'reloading', context: { waiting: { b: true } } },
    staleConfigured: { to: 'reloading', context: { waiting: both } },
    poolEnds: { to: 'reloading', context: { waiting: { a: true }, pools: { a: 1 } } },
    poolCrashes: { to: 'reloading', context: { waiting: { a: true }, pools: { a: 1 }, dirty: true } },
    timer: { to: 'settled' },
  },
  applying: {
    applyConfig: { to: 'applying', context: { pendingCfgRev: 9, cfgRev: 2 } },
    targetsUpdated: { to: 'applying', context: { targetsRev: 9, dirty: true } },
    triggerReload: { to: 'applying', context: { dirty: true } },
    stop: stopsBoth,
    poolSynced: { to: 'applying', context: { waiting: both } },
    staleSynced: ignored('applying'),
    poolConfigured: { to: 'applying', context: { waiting: { b: true }, pools: { a: 2, b: 1 }, failed: [] } },
    poolRefused: { to: 'applying', context: { waiting: { b: true }, pools: { a: 1, b: 1 }, failed: ['a: no such file'] } },
    staleConfigured: { to: 'applying', context: { waiting: both } },
    poolEnds: { to: 'applying', context: { waiting: { a: true }, pools: { a: 1 } } },
    poolCrashes: { to: 'applying', context: { waiting: { a: true }, failed: ['b: the pool crashed'] } },
    timer: ignored('applying'),
  },
  stopping: {
    ...quietReplies('stopping'),
    applyConfig: { to: 'stopping', context: { pendingCfgRev: null } },
    targetsUpdated: { to: 'stopping', context: { targetsRev: 1 } },
    triggerReload: ignored('stopping'),
    stop: ignored('stopping'),
    poolEnds: { to: 'stopping', context: { pools: { a: 1 } } },
    poolCrashes: { to: 'stopping', context: { pools: { a: 1 } } },
    timer: { to: 'stopped' },
  },
};

for (const [state, row] of Object.entries(table)) {
  test(`the manager in ${state} answers every event as the table says`, () => {
    for (const [name, expected] of Object.entries(row)) {
      const harness = into[state as State]();
      assert.equal(harness.state, state);
      harness.takeHeard();
      harness.told.length = 0;
      cases[name as Case](harness);
      const seen = { to: harness.state, heard: harness.takeHeard(), told: harness.told.map(({ ok }) => ok) };
      assert.deepEqual(seen, { to: expected.to, heard: expected.heard ?? [], told: expected.told ?? [] }, `${state} ${name}`);
      for (const [field, value] of Object.entries(expected.context ?? {})) {
        assert.deepEqual(harness.context[field as keyof ScrapeContext], value, `${state} ${name}: ${field}`);
      }
    }
  });
}

test('S-001 a snapshot replaces the one that waits; receiving it waits for nothing', () => {
  const harness = into.reloading().send({ type: 'targetsUpdated', rev: 2 }).send({ type: 'targetsUpdated', rev: 3 });
  assert.deepEqual([harness.state, harness.context.targetsRev, harness.context.dirty], ['reloading', 3, true]);
});

test('S-003 targets that come while a reload waits for its pools do not make it miss their answers', () => {
  const harness = into.reloading().send({ type: 'targetsUpdated', rev: 9 }).synced('a').synced('b');
  assert.deepEqual([harness.state, harness.context.targetsRev], ['throttled', 9]);
});

test('S-002 I14 the first targets wait for the tick at 5 s; under constant change there is one reload per tick', () => {
  const harness = new ManagerHarness().send({ type: 'applyConfig', rev: 1 });
  const reloads: number[] = [];
  for (let rev = 1; rev <= 170; rev++) {
    harness.send({ type: 'targetsUpdated', rev });
    harness.clock.advance(100);
    if (harness.takeHeard().length > 0) reloads.push(harness.clock.mono());
    harness.synced('a', rev).synced('b', rev);
  }
  assert.deepEqual(reloads, [5_000, 10_000, 15_000]);
});

test('S-002 with reload on startup the first targets are taken at once and the ticks count from then', () => {
  const harness = new ManagerHarness({ reloadOnStartup: true }).send({ type: 'applyConfig', rev: 1 }).send({ type: 'triggerReload' });
  harness.clock.advance(1_300);
  harness.send({ type: 'targetsUpdated', rev: 1 });
  harness.clock.step(0);
  assert.deepEqual(harness.takeHeard(), ['a sync 1', 'b sync 1']);
  harness.synced('a').synced('b').send({ type: 'targetsUpdated', rev: 2 });
  harness.clock.advance(4_999);
  assert.deepEqual(harness.takeHeard(), []);
  harness.clock.advance(1);
  assert.deepEqual(harness.takeHeard(), ['a sync 2', 'b sync 2']);
});

test('S-002 ticks lie at multiples of five seconds after the start', () => {
  assert.deepEqual(
    [0, 1, 4_999, 5_000, 12_000].map((now) => msToReloadTick(now, 0)),
    [5_000, 4_999, 1, 5_000, 3_000],
  );
});

test('S-003 a job without configuration is skipped; a pool is created by the first targets that name its job', () => {
  const harness = new ManagerHarness().send({ type: 'applyConfig', rev: 1 });
  assert.deepEqual(harness.pools, []);
  harness.toSync = { jobs: ['a'], unknownJobs: ['ghost'] };
  harness.send({ type: 'targetsUpdated', rev: 1 }).clock.advance(5_000);
  assert.deepEqual([harness.pools, harness.takeHeard()], [['pool:a'], ['a sync 1']]);
});

test('S-020 S-022 removed jobs stop, changed ones take on the configuration, others hear nothing; the answer comes when all are done', () => {
  const harness = into.applying();
  assert.deepEqual(harness.takeHeard().slice(-2), ['b stop', 'a reconfigure']);
  assert.equal(harness.told.length, 1, 'the first configuration alone');
  harness.configured('a').toPool('b', 'end');
  assert.deepEqual(harness.told.at(-1), { type: 'configApplied', who: 'scrape', rev: 2, ok: true });
  assert.deepEqual([harness.state, harness.pools], ['settled', ['pool:a']]);
});

test('S-021 a pool that refuses keeps its revision; the answer names it', () => {
  const harness = into.applying().configured('a', false).toPool('b', 'end');
  assert.deepEqual(harness.told.at(-1), { type: 'configApplied', who: 'scrape', rev: 2, ok: false, error: 'a: no such file' });
  assert.deepEqual(harness.context.pools, { a: 1 });
});

test('C-182 a revision that is refused changes nothing, and the answer says why', () => {
  const harness = into.settled();
  harness.takeHeard();
  harness.differences = { removed: [], changed: [], refusal: 'no such folder' };
  harness.send({ type: 'applyConfig', rev: 2 });
  assert.deepEqual(harness.told.at(-1), { type: 'configApplied', who: 'scrape', rev: 2, ok: false, error: 'no such folder' });
  assert.deepEqual([harness.state, harness.context.cfgRev, harness.takeHeard()], ['settled', 1, []]);
  harness.differences = { removed: [], changed: [] };
  harness.send({ type: 'applyConfig', rev: 3 });
  assert.deepEqual(harness.told.at(-1), { type: 'configApplied', who: 'scrape', rev: 3, ok: true });
  assert.equal(harness.context.cfgRev, 3);
});

test('a pool that crashes is cleaned up after and built anew at the next tick, under the configuration in force', () => {
  const harness = into.settled().toPool('b', 'crash');
  assert.deepEqual([harness.closed, harness.pools], [['b'], ['pool:a']]);
  harness.takeHeard();
  harness.clock.advance(5_000);
  assert.deepEqual(
    [harness.pools, harness.takeHeard()],
    [
      ['pool:a', 'pool:b'],
      ['a sync 1', 'b sync 1'],
    ],
  );
});

test('S-028 the manager has stopped when all pools have; the grace bounds the wait', () => {
  const harness = into.stopping().toPool('a', 'end');
  assert.equal(harness.state, 'stopping');
  assert.equal(harness.toPool('b', 'end').state, 'stopped');
  const hasty = into.settled().send({ type: 'stop', graceMs: 300 });
  assert.deepEqual(hasty.takeHeard().slice(-2), ['a stop', 'b stop']);
  hasty.clock.advance(1_299);
  assert.equal(hasty.state, 'stopping');
  hasty.clock.advance(1);
  const left = Object.values(hasty.manager.getSnapshot().children).map((pool) => (pool as AnyActorRef).getSnapshot().status as string);
  assert.deepEqual([hasty.state, left], ['stopped', ['stopped', 'stopped']]);
});

test('late pools do not hold up later reloads', () => {
  const harness = into.reloading().synced('a').send({ type: 'targetsUpdated', rev: 2 });
  harness.clock.advance(120_000);
  assert.equal(harness.state, 'throttled');
  harness.synced('b', 1).clock.advance(5_000);
  assert.deepEqual([harness.state, harness.context.waiting], ['reloading', both]);
});

// the whole machine, abstracted

const machine = bindManager(
  {
    clock: new VirtualClock(),
    log: silentLog,
    configDifferences: () => ({ removed: [], changed: [] }),
    jobsToSync: () => ({ jobs: [], unknownJobs: [] }),
    closeClient() {},
  },
  fromPromise(() => new Promise<void>(() => {})) as unknown as typeof poolMachine,
).provide({ actions: { tellApplied() {} } });

const manager = explore(machine, {
  input: { reloadOnStartup: false },
  events: () => [
    { type: 'applyConfig', rev: 1 },
    { type: 'targetsUpdated', rev: 1 },
    { type: 'triggerReload' },
    { type: 'stop' },
    { type: 'xstate.error.actor.pool:a', actorId: 'pool:a', error: new Error('fault') },
  ],
  flags: (snapshot) => {
    const { pendingCfgRev, targetsRev, dirty } = snapshot.context as ScrapeContext;
    return [pendingCfgRev !== null, targetsRev !== null, dirty];
  },
});

test('I8 every state of the manager leads to rest by timers alone, and whatever waits there is nothing', () => {
  const atRest = ({ value, status }: AnyMachineSnapshot) => ['unconfigured', 'settled'].includes(String(value)) || status === 'done';
  assert.deepEqual(
    cannotReach(manager, atRest, ({ event }) => event.type.startsWith('xstate.after.')),
    [],
  );
  for (const { value, context } of manager.states.values()) {
    const { pendingCfgRev, dirty, targetsRev } = context as ScrapeContext;
    if (value === 'settled') assert.deepEqual([pendingCfgRev, dirty && targetsRev !== null], [null, false]);
  }
});

test('I13 a configuration that waits goes before a reload', () => {
  const harness = into.reloading().send({ type: 'targetsUpdated', rev: 2 }).send({ type: 'applyConfig', rev: 2 });
  harness.differences = { removed: [], changed: ['a'] };
  harness.synced('a').synced('b');
  assert.equal(harness.state, 'applying');
  harness.configured('a');
  assert.equal(harness.state, 'throttled');
});

test('every state of the manager has a description', () => {
  for (const state of Object.values(scrapeMachine.states)) assert.ok((state.description ?? '').length > 10, state.id);
});
