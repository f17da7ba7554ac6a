import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { silentLog, silentMetrics } from '@limpet/model';
import { createActor, fromPromise, fromTransition, setup } from 'xstate';
import type { ActorRefFrom, AnyMachineSnapshot } from 'xstate';
import { cannotReach, explore, isInevitable } from '../../test/exploration.ts';
import { leaf, spec } from '../../test/loop-harness.ts';
import type { LoopsEvent } from '../loops/loops-events.ts';
import type { LoopsLogic } from '../loops/loops.logic.ts';
import type { ClientOpened } from '../ports.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { PoolEvent, PoolReply } from './pool-events.ts';
import { bindPool } from './pool.effects.ts';
import { poolMachine } from './pool.machine.ts';
import type { PoolContext } from './pool.machine.ts';

const plan: Plan & { readonly ok: true } = {
  ok: true,
  start: [],
  retire: [],
  retarget: [],
  replace: [],
  keptCount: 0,
  droppedCount: 0,
  failedCount: 0,
  generation: 1,
  forced: null,
};
const one = { id: 'one', spec };

/** One pool whose effects complete when the test says so, below a parent and above a supervisor that keep what they hear. */
class PoolHarness {
  readonly clock = new VirtualClock();
  readonly replies: PoolReply[] = [];
  readonly orders: LoopsEvent[] = [];
  readonly planned: PlanInput[] = [];
  readonly closed: string[] = [];
  readonly pool: ActorRefFrom<typeof poolMachine>;
  #complete: ((value: never) => void) | undefined;
  #isOver = false;

  constructor() {
    const pending = () =>
      new Promise<never>((resolve) => {
        this.#complete = resolve;
      });
    const bound = bindPool(
      {
        clock: this.clock,
        accept: (_, deliver) => deliver(),
        log: silentLog,
        metrics: silentMetrics,
        openClient: pending,
        closeClient: (job) => void this.closed.push(job),
        plan: (input) => {
          this.planned.push(input);
          return pending();
        },
        poolReconciled() {},
      },
      fromTransition((state, event: LoopsEvent) => {
        if (!event.type.startsWith('xstate.')) this.orders.push(event);
        return state;
      }, undefined) as unknown as LoopsLogic,
    );
    const root = createActor(
      setup({
        types: { events: {} as PoolReply },
        actors: { pool: bound },
        actions: { keep: ({ event }) => void this.replies.push(event), end: () => void (this.#isOver = true) },
      }).createMachine({
        invoke: { id: 'pool', src: 'pool', input: { job: 'job', cfgRev: 1 }, onDone: { actions: 'end' } },
        on: { poolSynced: { actions: 'keep' }, poolConfigured: { actions: 'keep' } },
      }),
      { clock: this.clock },
    );
    root.start();
    this.pool = root.getSnapshot().children['pool'] as ActorRefFrom<typeof poolMachine>;
  }

  get state(): string {
    return this.#isOver ? 'stopped' : leaf(this.pool.getSnapshot().value);
  }

  get context(): PoolContext {
    return this.pool.getSnapshot().context;
  }

  send(event: PoolEvent): this {
    this.pool.send(event);
    return this;
  }

  async complete(value: ClientOpened | Plan): Promise<this> {
    this.#complete?.(value as never);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return this;
  }

  drained(): this {
    return this.send({ type: 'drained', token: this.context.token, overdueCount: 0 });
  }

  takeReplies(): readonly PoolReply[] {
    return this.replies.splice(0);
  }

  takeOrders(): readonly string[] {
    return this.orders.splice(0).map((order) => ('token' in order ? `${order.type} ${order.token}` : order.type));
  }
}

type State = 'opening' | 'failed' | 'running' | 'reconciling.planning' | 'reconciling.draining' | 'stopping';

const opened = { ok: true } as const;
const refused = { ok: false, error: 'no such file' } as const;
const into: Record<State, () => Promise<PoolHarness>> = {
  opening: async () => new PoolHarness(),
  failed: async () => (await into.opening()).complete(refused),
  running: async () => (await into.opening()).complete(opened),
  'reconciling.planning': async () => (await into.running()).send({ type: 'sync', rev: 2 }),
  'reconciling.draining': async () => (await into['reconciling.planning']()).complete({ ...plan, start: [one] }),
  stopping: async () => (await into['reconciling.draining']()).drained().send({ type: 'stop' }),
};

type Case = 'sync' | 'reconfigure' | 'stop' | 'repair' | 'drained' | 'staleDrained' | 'loopCrashed' | 'otherCrashed' | 'timer';
interface Expectation {
  readonly to: State | 'stopped';
  readonly orders?: readonly string[];
  readonly replies?: readonly string[];
  readonly context?: Partial<PoolContext>;
}

const kept = (to: State) => ({
  sync: { to, context: { pendingTargetsRev: 7 } },
  reconfigure: { to, context: { pendingCfgRev: 8 } },
  drained: { to },
  staleDrained: { to },
  otherCrashed: { to },
});
const ignored = (to: State) => ({ to });

const table: Record<State, Record<Case, Expectation>> = {
  opening: {
    ...kept('opening'),
    stop: { to: 'stopping', orders: ['stopAll 1'] },
    repair: { to: 'opening' },
    loopCrashed: { to: 'opening' },
    timer: { to: 'failed', replies: ['poolConfigured false'] },
  },
  failed: {
    ...kept('failed'),
    sync: { to: 'opening', context: { pendingTargetsRev: 7, candidateRev: 1 } },
    reconfigure: { to: 'opening', context: { candidateRev: 8, pendingCfgRev: null } },
    stop: { to: 'stopping', orders: ['stopAll 1'] },
    repair: { to: 'failed' },
    loopCrashed: { to: 'failed' },
    timer: { to: 'failed' },
  },
  running: {
    ...kept('running'),
    sync: { to: 'reconciling.planning', context: { targetsRev: 7, pendingTargetsRev: null, work: 'sync' } },
    reconfigure: { to: 'opening', context: { candidateRev: 8, pendingCfgRev: null } },
    stop: { to: 'stopping', orders: ['stopAll 1'] },
    repair: { to: 'running' },
    loopCrashed: { to: 'running' },
    timer: { to: 'running' },
  },
  'reconciling.planning': {
    ...kept('reconciling.planning'),
    stop: { to: 'stopping', orders: ['stopAll 1'] },
    repair: { to: 'reconciling.planning', context: { pendingTargetsRev: 2 } },
    loopCrashed: ignored('reconciling.planning'),
    timer: { to: 'running', replies: ['poolSynced false'], context: { isRepairPending: true } },
  },
  'reconciling.draining': {
    ...kept('reconciling.draining'),
    drained: { to: 'running', replies: ['poolSynced true'] },
    stop: { to: 'stopping', orders: ['stopAll 2'] },
    repair: { to: 'reconciling.draining', context: { pendingTargetsRev: 2 } },
    loopCrashed: { to: 'reconciling.draining', context: { loops: {}, isRepairPending: true, repairMs: 1_000 } },
    timer: { to: 'reconciling.draining', orders: ['killOverdue 1'] },
  },
  stopping: {
    sync: { to: 'stopping', context: { pendingTargetsRev: null } },
    reconfigure: { to: 'stopping', context: { pendingCfgRev: null } },
    stop: ignored('stopping'),
    repair: { to: 'stopping', context: { pendingTargetsRev: null } },
    drained: { to: 'stopped' },
    staleDrained: ignored('stopping'),
    loopCrashed: { to: 'stopping', context: { isRepairPending: false } },
    otherCrashed: ignored('stopping'),
    timer: { to: 'stopped', orders: ['killAll 2'] },
  },
};

function sendCase(harness: PoolHarness, name: Case): void {
  const { token } = harness.context;
  const events: Record<Exclude<Case, 'timer'>, PoolEvent> = {
    sync: { type: 'sync', rev: 7 },
    reconfigure: { type: 'reconfigure', cfgRev: 8 },
    stop: { type: 'stop' },
    repair: { type: 'repair' },
    drained: { type: 'drained', token, overdueCount: 0 },
    staleDrained: { type: 'drained', token: token - 1, overdueCount: 0 },
    loopCrashed: { type: 'loopCrashed', id: 'one', error: 'fault' },
    otherCrashed: { type: 'loopCrashed', id: 'retired', error: 'fault' },
  };
  if (name === 'timer') harness.clock.step(Infinity);
  else harness.send(events[name]);
}

for (const [state, row] of Object.entries(table)) {
  test(`the pool in ${state} answers every event as the table says`, async () => {
    for (const [name, expected] of Object.entries(row)) {
      const harness = await into[state as State]();
      assert.equal(harness.state, state);
      harness.takeOrders();
      harness.takeReplies();
      sendCase(harness, name as Case);
      const replies = harness.takeReplies().map(({ type, ok }) => `${type} ${ok}`);
      const seen = { to: harness.state, orders: harness.takeOrders(), replies };
      assert.deepEqual(seen, { to: expected.to, orders: expected.orders ?? [], replies: expected.replies ?? [] }, `${state} ${name}`);
      for (const [field, value] of Object.entries(expected.context ?? {})) {
        assert.deepEqual(harness.context[field as keyof PoolContext], value, `${state} ${name}: ${field}`);
      }
    }
  });
}

test('S-004 a pool whose first client cannot be opened fails, says so, and tries again with the next sync (S-003)', async () => {
  const harness = await into.failed();
  assert.deepEqual(harness.takeReplies(), [{ type: 'poolConfigured', job: 'job', cfgRev: 1, ok: false, error: 'no such file' }]);
  await harness.send({ type: 'sync', rev: 3 }).complete(opened);
  assert.equal(harness.state, 'reconciling.planning');
  assert.equal(harness.planned[0]?.targetsRev, 3);
});

test('S-021 a client of a new configuration that cannot be opened leaves the old one in force', async () => {
  const harness = await into.running();
  harness.takeReplies();
  await harness.send({ type: 'reconfigure', cfgRev: 2 }).complete(refused);
  assert.deepEqual([harness.state, harness.context.cfgRev], ['running', 1]);
  assert.deepEqual(harness.takeReplies(), [{ type: 'poolConfigured', job: 'job', cfgRev: 2, ok: false, error: 'no such file' }]);
});

test('S-023 a new configuration is carried out on the targets that run, and answered when all is drained', async () => {
  const harness = await into.running();
  harness.takeReplies();
  await harness.send({ type: 'reconfigure', cfgRev: 2 }).complete(opened);
  const { work, cfgRev, previousCfgRev } = harness.planned[0] ?? {};
  assert.deepEqual({ work, cfgRev, previousCfgRev }, { work: 'reload', cfgRev: 2, previousCfgRev: 1 });
  await harness.complete(plan);
  assert.deepEqual(harness.takeReplies(), []);
  assert.deepEqual(harness.drained().takeReplies(), [{ type: 'poolConfigured', job: 'job', cfgRev: 2, ok: true }]);
});

test('I13 S-046 one change at a time; of what comes meanwhile the newest of each waits, configuration first', async () => {
  const harness = await into['reconciling.draining']();
  for (const rev of [3, 4]) harness.send({ type: 'sync', rev });
  for (const cfgRev of [5, 6]) harness.send({ type: 'reconfigure', cfgRev });
  assert.equal(harness.planned.length, 1);
  harness.drained();
  assert.deepEqual([harness.state, harness.context.candidateRev], ['opening', 6]);
  await harness.complete(opened);
  assert.equal(harness.planned.at(-1)?.work, 'reload');
  (await harness.complete(plan)).drained();
  assert.deepEqual([harness.state, harness.context.targetsRev], ['reconciling.planning', 4]);
});

test('a configuration that comes while a client is being opened is not taken for the one that opens', async () => {
  const harness = await into.running();
  await harness.send({ type: 'reconfigure', cfgRev: 2 }).send({ type: 'reconfigure', cfgRev: 3 }).complete(opened);
  assert.deepEqual([harness.context.cfgRev, harness.context.pendingCfgRev], [2, 3]);
});

test('S-044 a forced error is told to running loops before the plan, given to new ones, and taken back the same way', async () => {
  const harness = await into['reconciling.planning']();
  await harness.complete({ ...plan, start: [one], forced: 'target_limit exceeded' });
  const [told, applied] = harness.orders;
  assert.deepEqual(told, { type: 'broadcast', event: { type: 'forcedError', error: 'target_limit exceeded' } });
  assert.equal(applied?.type === 'apply' ? applied.start[0]?.forcedError : undefined, 'target_limit exceeded');
  harness.drained();
  assert.equal(harness.takeReplies().at(-1)?.type, 'poolSynced');
  harness.takeOrders();
  await harness.send({ type: 'sync', rev: 3 }).complete({ ...plan, forced: 'target_limit exceeded' });
  assert.deepEqual(harness.takeOrders(), ['apply 2'], 'nothing changed, nothing told');
  await harness.drained().send({ type: 'sync', rev: 4 }).complete(plan);
  assert.deepEqual(harness.takeOrders(), ['broadcast', 'apply 3']);
});

test('I16 crashes are repaired after a back-off, one repair for all that crash before it', async () => {
  const harness = (await into['reconciling.draining']()).drained();
  harness.send({ type: 'loopCrashed', id: 'one', error: 'fault' }).send({ type: 'loopCrashed', id: 'two', error: 'fault' });
  assert.equal(harness.clock.pendingCount, 1);
  harness.clock.advance(1_000);
  assert.deepEqual([harness.state, harness.planned.at(-1)?.targetsRev], ['reconciling.planning', 2]);
  (await harness.complete({ ...plan, start: [one] })).drained();
  harness.send({ type: 'loopCrashed', id: 'one', error: 'fault' });
  assert.equal(harness.context.repairMs, 2_000);
});

test('a plan that fails is answered and tried again', async () => {
  const harness = await into['reconciling.planning']();
  harness.takeReplies();
  await harness.complete({ ok: false, error: 'unknown revision' });
  const [reply] = harness.takeReplies();
  assert.deepEqual([harness.state, reply?.type, reply?.ok], ['running', 'poolSynced', false]);
  harness.clock.advance(1_000);
  assert.equal(harness.state, 'reconciling.planning');
});

test('a client or a plan that arrives after its deadline changes nothing', async () => {
  const late = await into.opening();
  late.clock.advance(30_000);
  await late.complete(opened);
  assert.deepEqual([late.state, late.context.cfgRev], ['failed', null]);
  const planning = await into['reconciling.planning']();
  planning.clock.step(Infinity);
  await planning.complete({ ...plan, start: [one] });
  assert.deepEqual([planning.state, planning.context.loops], ['running', {}]);
});

test('S-045 the client closes when the pool has stopped', async () => {
  const harness = await into.stopping();
  assert.deepEqual(harness.closed, []);
  harness.drained();
  assert.deepEqual(harness.closed, ['job']);
});

test('I8 the stop deadline is the longest scrape and append, or the grace where that is shorter', async () => {
  const patient = await into.stopping();
  patient.clock.advance(spec.timeoutMs + spec.intervalMs + 4_999);
  assert.equal(patient.state, 'stopping');
  patient.clock.advance(1);
  assert.equal(patient.state, 'stopped');
  const hasty = (await into['reconciling.draining']()).send({ type: 'stop', graceMs: 500 });
  hasty.clock.advance(500);
  assert.equal(hasty.state, 'stopped');
});

// the whole machine, abstracted

const bare = bindPool(
  {
    clock: new VirtualClock(),
    accept() {},
    log: silentLog,
    metrics: silentMetrics,
    openClient: () => Promise.resolve(opened),
    closeClient() {},
    plan: () => Promise.resolve(plan),
    poolReconciled() {},
  },
  fromPromise(() => new Promise<void>(() => {})) as unknown as LoopsLogic,
).provide({
  actions: {
    tellConfigured() {},
    tellRefused() {},
    tellReconciled() {},
    tellUnplanned() {},
    tellForced() {},
    carryOut() {},
    killOverdue() {},
    killAll() {},
    stopAll() {},
  },
});

const contextOf = (snapshot: AnyMachineSnapshot): PoolContext => snapshot.context as PoolContext;
const pool = explore(bare, {
  input: { job: 'job', cfgRev: 1 },
  events: (snapshot) => {
    const { token } = contextOf(snapshot);
    const events: PoolEvent[] = [
      { type: 'sync', rev: 2 },
      { type: 'reconfigure', cfgRev: 3 },
      { type: 'stop' },
      { type: 'repair' },
      { type: 'loopCrashed', id: 'one', error: 'fault' },
      { type: 'drained', token, overdueCount: 0 },
      { type: 'drained', token: token - 1, overdueCount: 0 },
    ];
    return events;
  },
  completions: {
    'xstate.done.actor.openClient': [{ output: opened }, { output: refused }],
    'xstate.done.actor.plan': [
      { output: plan },
      { output: { ...plan, start: [one] } },
      { output: { ...plan, forced: 'limit' } },
      { output: refused },
    ],
    // the supervisor and the client's closer never end by themselves
    'xstate.error.actor.openClient': [],
    'xstate.error.actor.plan': [],
  },
  flags: (snapshot) => {
    const { cfgRev, pendingCfgRev, pendingTargetsRev, work, loops, forced, isRepairPending, targetsRev } = contextOf(snapshot);
    const isSet = (value: unknown) => value !== null;
    return [cfgRev, pendingCfgRev, pendingTargetsRev, targetsRev]
      .map(isSet)
      .concat([work === 'sync', Object.keys(loops).length > 0, isSet(forced), isRepairPending]);
  },
});

test('every transition of the pool is taken in the exploration', () => {
  assert.deepEqual(pool.untaken, ['pool.failed loopCrashed [isMissed]'], 'a pool that never had a client has no loops');
});

test('I8 from stopping, stopped is reached by timers alone; every state leads to running or failed by timers and answers', () => {
  const isAnswer = (edge: (typeof pool.edges)[number]) => isInevitable(edge) || edge.event.type === 'drained';
  const valueOf = (key: string) => pool.states.get(key)?.value;
  const isStopped = ({ status }: AnyMachineSnapshot) => status === 'done';
  assert.deepEqual(
    cannotReach(pool, isStopped, isInevitable).filter((key) => valueOf(key) === 'stopping'),
    [],
  );
  const atRest = ({ value, status }: AnyMachineSnapshot) => value === 'running' || value === 'failed' || status === 'done';
  assert.deepEqual(cannotReach(pool, atRest, isAnswer), []);
});

test('I13 no state plans while an earlier plan drains, and nothing that waits is left behind at rest', () => {
  for (const [key, { value, context }] of pool.states) {
    if (value !== 'running') continue;
    const { pendingCfgRev, pendingTargetsRev } = context as PoolContext;
    assert.deepEqual([pendingCfgRev, pendingTargetsRev], [null, null], key);
  }
  for (const { from, event, to } of pool.edges) {
    const [before, after] = [from, to].map((key) => leaf(pool.states.get(key)?.value ?? ''));
    if (before === 'reconciling.draining' && after === 'reconciling.planning') assert.equal(event.type, 'drained');
  }
});

test('every state of the pool has a description', () => {
  const states = Object.values(poolMachine.states).flatMap((state) => [state, ...Object.values(state.states)]);
  for (const state of states) assert.ok((state.description ?? '').length > 10, state.id);
});
