import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { crowdMembers, RING_STEPS_MAX, SPOTLIGHT_MAX, statechartOf, Viewer, WAITING_STEPS_MAX } from '../src/index.ts';
import { countsIn, of, WatchedSystem } from './watched-system.ts';

const HOUSE = 'street/house';

test('the observer and its timer are there while somebody watches and at no other time', () => {
  const system = new WatchedSystem();
  assert.deepEqual([system.observerCount, system.isTicking], [0, false]);
  const first = new Viewer(system.inspector);
  const second = new Viewer(system.inspector, { wantsSteps: false });
  assert.deepEqual([system.observerCount, system.isTicking], [1, true], 'one for all viewers');
  first.close();
  assert.deepEqual([system.observerCount, system.isTicking], [1, true]);
  second.close();
  second.close();
  assert.deepEqual([system.observerCount, system.isTicking, system.inspector.isAttached], [0, false, false]);
});

test('a viewer is greeted with the machines and the tree, in which members of a crowd are counted and not named', () => {
  const system = new WatchedSystem();
  for (const id of ['a', 'b', 'c']) system.add(id);
  system.tell('b', { type: 'press' });
  const [hello, tree, ...rest] = new Viewer(system.inspector).take();
  assert.equal(hello?.type === 'hello' && Object.keys(hello.machines).join(), 'street,lamp');
  assert.deepEqual(tree?.type === 'tree' && tree.actors.map(({ path, machine, state, isCrowd }) => [path, machine, state, isCrowd]), [
    ['street', 'street', 'day', false],
    [HOUSE, null, '', true],
  ]);
  assert.deepEqual(rest, [{ type: 'counts', t: 1_000, crowds: [{ path: HOUSE, total: 3, states: { off: 2, 'on.bright': 1 } }] }]);
});

test('counts tell of what has changed, on every tick, whatever the number of steps', () => {
  const system = new WatchedSystem();
  for (let index = 0; index < 100; index++) system.add(`l${index}`);
  const viewer = new Viewer(system.inspector, { wantsSteps: false });
  viewer.take();
  assert.equal(system.tickMs, 250, 'four times a second');
  system.tick();
  assert.deepEqual(viewer.take(), [{ type: 'counts', t: 1_250, crowds: [] }]);
  for (let index = 0; index < 100; index++) system.tell(`l${index}`, { type: 'press' });
  assert.deepEqual(viewer.take(), [], 'not before the tick');
  system.tick();
  assert.deepEqual(viewer.take(), [{ type: 'counts', t: 1_500, crowds: [{ path: HOUSE, total: 100, states: { 'on.bright': 100 } }] }]);
});

test('counts equal reality however actors come, go, end, crash and are killed', () => {
  const operation = fc.record({
    do: fc.constantFrom('add', 'press', 'press', 'end', 'break', 'kill'),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  });
  let crashCount = 0;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40, size: 'max' }), fc.nat(20), (operations, attachAt) => {
      const system = new WatchedSystem();
      let viewer: Viewer | undefined;
      let seen: Readonly<Record<string, number>> = {};
      for (const [index, { do: what, id }] of operations.entries()) {
        if (index === attachAt) viewer = new Viewer(system.inspector, { wantsSteps: false });
        if (what === 'add') {
          if (![...system.actors()].some((ref) => ref.id === id)) system.add(id, id.charCodeAt(0) % 4);
        } else if (what === 'kill') system.kill(id);
        else system.tell(id, { type: what });
        if (what === 'break') crashCount++;
        if (viewer === undefined) continue;
        system.tick();
        seen = countsIn(viewer, HOUSE) ?? seen;
        assert.deepEqual(seen, realCounts(system));
      }
      assert.deepEqual(system.faults, []);
    }),
    { numRuns: 300 },
  );
  assert.ok(crashCount > 100);
});

function realCounts(system: WatchedSystem): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of crowdMembers(system.actors(), { countMax: 100 }).members) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

test('a step names the edge of the statechart that was taken, transitions without an event included', () => {
  const system = new WatchedSystem();
  system.add('a', 3);
  const viewer = new Viewer(system.inspector, { spotlight: [`${HOUSE}/a`] });
  viewer.take();
  system.tell('a', { type: 'press' });
  const steps = of(viewer.take(), 'step');
  assert.deepEqual(
    steps.map(({ event, from, to, guard, state, seq }) => [seq, event, guard, from, to, state]),
    [
      [0, 'press', undefined, 'lamp.off', 'lamp.on', 'on.bright'],
      [1, 'always', 'isWorn', 'lamp.on.bright', 'lamp.on.dim', 'on.dim'],
    ],
  );
  const ref = [...system.actors()].find(({ id }) => id === 'a');
  const { edges } = statechartOf((ref as unknown as { logic: Parameters<typeof statechartOf>[0] }).logic);
  for (const { edge, from, to, event } of steps) assert.deepEqual({ ...edges[edge], from, to, event }, edges[edge]);
});

test('steps are told of the machines that are few and of the members in the spotlight, not of the others', () => {
  const system = new WatchedSystem();
  for (const id of ['a', 'b']) system.add(id);
  const viewer = new Viewer(system.inspector, { spotlight: [`${HOUSE}/a`] });
  const watcher = new Viewer(system.inspector);
  viewer.take();
  watcher.take();
  for (const id of ['a', 'b', 'street']) system.tell(id, { type: id === 'street' ? 'light' : 'press' });
  assert.deepEqual(
    of(viewer.take(), 'step').map(({ path }) => path),
    [`${HOUSE}/a`, 'street'],
  );
  assert.deepEqual(
    of(watcher.take(), 'step').map(({ path }) => path),
    ['street'],
  );
});

test('an actor in the spotlight shows its state, its context without secrets, and the timers it waits for', () => {
  const system = new WatchedSystem();
  system.add('a');
  system.timers.push({ id: 'xstate.after.glow.lamp.on.bright', remainingMs: 4_000 });
  const viewer = new Viewer(system.inspector, { spotlight: [`${HOUSE}/a`] });
  assert.deepEqual(of(viewer.take(), 'detail'), [
    {
      type: 'detail',
      path: `${HOUSE}/a`,
      t: 1_000,
      status: 'active',
      state: 'off',
      tags: [],
      context: { password: '<secret>', url: 'http://<secret>@host/?token=<secret>', uses: 0 },
      timers: [{ event: 'after glow', state: 'lamp.on.bright', dueAt: 5_000 }],
    },
  ]);
  system.tell('a', { type: 'press' });
  system.tell('a', { type: 'look' });
  assert.deepEqual(
    of(viewer.take(), 'detail').map(({ state }) => state),
    ['on.bright'],
    'once, as it is when it is taken',
  );
});

test('an actor that is in the spotlight before it exists is told of when it comes and when it goes, and how', () => {
  for (const [how, end] of [
    ['done', (system: WatchedSystem) => system.tell('a', { type: 'end' })],
    ['stopped', (system: WatchedSystem) => system.kill('a')],
    ['crashed', (system: WatchedSystem) => system.tell('a', { type: 'break' })],
  ] as const) {
    const system = new WatchedSystem();
    const viewer = new Viewer(system.inspector, { spotlight: [`${HOUSE}/a`] });
    viewer.take();
    system.add('a');
    assert.deepEqual(
      of(viewer.take(), 'actor').map(({ path, state, parent }) => [path, state, parent]),
      [[`${HOUSE}/a`, 'off', HOUSE]],
    );
    end(system);
    assert.deepEqual(of(viewer.take(), 'gone'), [{ type: 'gone', path: `${HOUSE}/a`, how }]);
  }
});

test('a viewer that comes late is told the steps of the past that it would have seen, after the one it names', () => {
  const system = new WatchedSystem();
  for (const id of ['a', 'b']) system.add(id);
  const first = new Viewer(system.inspector);
  for (const id of ['a', 'b', 'a', 'a']) system.tell(id, { type: 'press' });
  const late = (afterSeq?: number) => {
    const viewer = new Viewer(system.inspector, { spotlight: [`${HOUSE}/a`], ...(afterSeq === undefined ? {} : { afterSeq }) });
    return of(viewer.take(), 'step').map(({ seq }) => seq);
  };
  assert.deepEqual(late(), [0, 2, 3]);
  assert.deepEqual(late(2), [3]);
  first.close();
});

test('without a viewer that wants steps none are kept', () => {
  const system = new WatchedSystem();
  system.add('a');
  const counting = new Viewer(system.inspector, { wantsSteps: false });
  system.tell('a', { type: 'press' });
  assert.equal(system.inspector.ring.count, 0);
  counting.close();
});

test('the ring keeps the last steps and no more', () => {
  assert.equal(RING_STEPS_MAX, 65_536);
  const system = new WatchedSystem({ ringSteps: 8 });
  system.add('a');
  const viewer = new Viewer(system.inspector);
  for (let press = 0; press < 20; press++) system.tell('a', { type: 'press' });
  assert.deepEqual(
    system.inspector.ring.newest(() => true, { countMax: 100 }).map(({ seq }) => seq),
    [12, 13, 14, 15, 16, 17, 18, 19],
  );
  assert.deepEqual(
    system.inspector.ring.newest(() => true, { countMax: 2 }).map(({ seq }) => seq),
    [18, 19],
  );
  viewer.close();
  assert.deepEqual(
    system.inspector.ring.newest(() => true, { countMax: 100 }),
    [],
    'nobody watches: actors are let go of',
  );
});

test('a slow viewer gets the newest steps behind a gap that counts what it missed, and what comes later in full', () => {
  const system = new WatchedSystem();
  const viewer = new Viewer(system.inspector);
  viewer.take();
  for (let step = 0; step < WAITING_STEPS_MAX + 7; step++) system.tell('street', { type: 'light' });
  const messages = viewer.take();
  assert.deepEqual(of(messages, 'gap'), [{ type: 'gap', dropped: 7 }]);
  assert.equal(messages[0]?.type, 'gap');
  const steps = of(messages, 'step').map(({ seq }) => seq);
  assert.deepEqual([steps.length, steps[0], steps.at(-1)], [WAITING_STEPS_MAX, 7, WAITING_STEPS_MAX + 6]);
  system.tell('street', { type: 'light' });
  assert.deepEqual([of(viewer.take(), 'step').length, of(viewer.take(), 'gap').length], [1, 0]);
});

test('a viewer waits until there is something, and learns that it has been closed', async () => {
  const system = new WatchedSystem();
  const viewer = new Viewer(system.inspector);
  assert.equal(await viewer.ready(), true, 'the greeting');
  viewer.take();
  const waiting = viewer.ready();
  system.tell('street', { type: 'light' });
  assert.equal(await waiting, true);
  viewer.take();
  const last = viewer.ready();
  viewer.close();
  assert.equal(await last, false);
});

test('more than twenty actors in one spotlight are refused', () => {
  assert.equal(SPOTLIGHT_MAX, 20);
  const system = new WatchedSystem();
  const spotlight = Array.from({ length: 21 }, (_, index) => `${HOUSE}/${index}`);
  assert.throws(() => new Viewer(system.inspector, { spotlight }), RangeError);
  assert.equal(system.observerCount, 0);
});

test('a fault of the inspector lets go of the actors, which go on, and ends its viewers', async () => {
  const system = new WatchedSystem();
  system.add('a');
  const viewer = new Viewer(system.inspector);
  viewer.take();
  system.spoil((event) => {
    if (event.type === '@xstate.microstep') Object.assign(event, { _transitions: null });
  });
  system.tell('a', { type: 'press' });
  assert.equal(system.faults.length, 1);
  assert.equal(await viewer.ready(), false);
  assert.deepEqual([system.observerCount, system.isTicking], [0, false]);
  assert.deepEqual(realCounts(system), { 'on.bright': 1 });
});

test('members of a crowd can be looked for by part of their id, by id and by state, a bounded number of them', () => {
  const system = new WatchedSystem();
  for (const id of ['kitchen', 'cellar', 'KITCHENETTE']) system.add(id);
  system.tell('cellar', { type: 'press' });
  const ids = (query: Partial<Parameters<typeof crowdMembers>[1]>) => {
    const { total, members } = crowdMembers(system.actors(), { countMax: 10, ...query });
    return [total, ...members.map(({ id }) => id)];
  };
  assert.deepEqual(ids({ of: HOUSE }), [3, 'kitchen', 'cellar', 'KITCHENETTE']);
  assert.deepEqual(ids({ search: 'kitchen' }), [2, 'kitchen', 'KITCHENETTE']);
  assert.deepEqual(ids({ id: 'kitchen' }), [1, 'kitchen']);
  assert.deepEqual(ids({ state: 'on.bright' }), [1, 'cellar']);
  assert.deepEqual(ids({ countMax: 1 }), [3, 'kitchen']);
  assert.deepEqual(ids({ of: 'street' }), [0]);
});
