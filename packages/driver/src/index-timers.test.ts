import assert from 'node:assert/strict';
import test from 'node:test';
import { cancel, createActor, createMachine, fromCallback, raise, setup } from 'xstate';
import type { ActorLogic, AnyActorLogic, AnyActorRef, InspectionEvent, Snapshot } from 'xstate';
import { indexTimers, pendingTimers } from './index-timers.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What Limpet leans on in XState, beyond its documentation. Runs on every change of the dependency. */

/** An actor that waits for one timer, then for another. */
const waits = setup({ types: { context: {} as { fired: number } } }).createMachine({
  context: { fired: 0 },
  initial: 'first',
  states: { first: { after: { 1_000: 'second' } }, second: { after: { 5_000: 'third' } }, third: {} },
});

function indexed(logic: AnyActorLogic, inspect?: (event: InspectionEvent) => void) {
  const clock = new VirtualClock();
  const root = createActor(logic, { clock, ...(inspect === undefined ? {} : { inspect }) });
  indexTimers(root.system);
  return { clock, root };
}

test('after: timers fire at the delay asked for, neither at once nor late', () => {
  const { clock, root } = indexed(waits);
  root.start();
  const value = () => (root.getSnapshot() as { value: string }).value;
  clock.advance(999);
  assert.equal(value(), 'first');
  clock.advance(1);
  assert.equal(value(), 'second');
  clock.advance(4_999);
  assert.equal(value(), 'second');
  clock.advance(1);
  assert.deepEqual([value(), clock.pendingCount], ['third', 0]);
});

test('an actor that ends takes its own timers with it and no others', () => {
  const parent = setup({ actors: { waits } }).createMachine({
    invoke: [
      { id: 'one', src: 'waits' },
      { id: 'two', src: 'waits' },
    ],
    initial: 'both',
    states: { both: { on: { stopOne: { actions: ({ system }) => system.scheduler.cancelAll(childOf(root, 'one')) } } } },
  });
  const { clock, root } = indexed(parent);
  root.start();
  assert.equal(clock.pendingCount, 2);
  root.send({ type: 'stopOne' });
  assert.equal(clock.pendingCount, 1);
  clock.advance(1_000);
  assert.equal(childOf(root, 'one').getSnapshot().value, 'first');
  assert.equal(childOf(root, 'two').getSnapshot().value, 'second');
  root.stop();
  assert.equal(clock.pendingCount, 0);
});

test('a delayed raise can be cancelled by its id, and fires under an id of its own where it has none', () => {
  const machine = setup({ types: { context: {} as { heard: number } } }).createMachine({
    context: { heard: 0 },
    entry: [raise({ type: 'named' }, { delay: 10, id: 'named' }), raise({ type: 'nameless' }, { delay: 10 })],
    on: { stopNamed: { actions: cancel('named') }, named: { target: '.wrong' }, nameless: { target: '.heard' } },
    initial: 'waiting',
    states: { waiting: {}, heard: {}, wrong: {} },
  });
  const { clock, root } = indexed(machine);
  root.start();
  root.send({ type: 'stopNamed' });
  clock.advance(10);
  assert.deepEqual([(root.getSnapshot() as { value: string }).value, clock.pendingCount], ['heard', 0]);
});

/** Logic that keeps children of its own, as the supervisor of the loops does. */
function keeper(
  child: AnyActorLogic,
  seen: string[],
): ActorLogic<Snapshot<undefined> & { readonly refs: Map<string, AnyActorRef> }, { type: string; id?: string; actorId?: string }> {
  return {
    getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, refs: new Map() }),
    getPersistedSnapshot: (snapshot) => snapshot,
    transition: (snapshot, event, { self, stopChild }) => {
      const { id = '' } = event;
      if (event.type === 'start') snapshot.refs.set(id, createActor(child, { id, parent: self, src: 'child' }).start());
      else if (event.type === 'stop') stopChild(snapshot.refs.get(id) as AnyActorRef);
      else seen.push(event.type);
      return snapshot;
    },
  };
}

test('createActor with a parent joins the system, reports its end to that parent and is inspected with it', () => {
  const seen: string[] = [];
  const inspected: string[] = [];
  const child = setup({}).createMachine({
    initial: 'a',
    states: { a: { on: { end: 'b', fail: { actions: fail } } }, b: { type: 'final' } },
  });
  const { root } = indexed(keeper(child, seen), (event) => {
    if (event.type === '@xstate.actor')
      inspected.push(`${(event.actorRef as AnyActorRef).id} of ${(event.actorRef as AnyActorRef)._parent?.id ?? 'nobody'}`);
  });
  root.start();
  for (const id of ['1.2.3.4:80#aa~1', 'b']) root.send({ type: 'start', id });
  const refs = (root.getSnapshot() as unknown as { refs: Map<string, AnyActorRef> }).refs;
  assert.equal(refs.get('b')?.system, root.system);
  refs.get('1.2.3.4:80#aa~1')?.send({ type: 'end' });
  refs.get('b')?.send({ type: 'fail' });
  assert.deepEqual(seen, ['xstate.done.actor.1.2.3.4:80#aa~1', 'xstate.error.actor.b']);
  assert.deepEqual(inspected.slice(1), [`1.2.3.4:80#aa~1 of ${root.id}`, `b of ${root.id}`]);
  assert.equal(root.getSnapshot().status, 'active', 'an error of a child is the parent’s to judge');
});

test('stopChild stops such a child with its timers, without a done event; the parent hears of its own stop', () => {
  const seen: string[] = [];
  const { clock, root } = indexed(keeper(waits, seen));
  root.start();
  root.send({ type: 'start', id: 'a' });
  assert.equal(clock.pendingCount, 1);
  root.send({ type: 'stop', id: 'a' });
  assert.deepEqual([clock.pendingCount, seen], [0, []]);
  root.stop();
  assert.deepEqual(seen, ['xstate.stop']);
});

test('what an actor waits for can be asked, with the time at which it is over', () => {
  const { clock, root } = indexed(
    createMachine({ id: 'm', initial: 'a', states: { a: { after: { 500: 'b', 2000: 'c' } }, b: {}, c: {} } }),
  );
  root.start();
  clock.advance(100);
  const due = (id: string, dueMono: number) => ({ id: `xstate.after.${id}.m.a`, dueMono });
  assert.deepEqual(pendingTimers(root), [due('500', 500), due('2000', 2000)]);
  clock.advance(400);
  assert.deepEqual(pendingTimers(root), [], 'the state that waited has been left');
  assert.deepEqual(pendingTimers(createActor(createMachine({})).start()), [], 'not indexed');
});

test('disposers of callback actors run on every end of their parent, a hard stop included', () => {
  const disposed: string[] = [];
  const holder = setup({ actors: { hold: fromCallback(() => () => void disposed.push('disposed')) } }).createMachine({
    invoke: { src: 'hold' },
    initial: 'a',
    states: { a: { on: { end: 'b' } }, b: { type: 'final' } },
  });
  const ended = indexed(holder).root.start();
  ended.send({ type: 'end' });
  assert.equal(disposed.length, 1);
  indexed(holder).root.start().stop();
  assert.equal(disposed.length, 2);
});

test('wildcards match the ends of children whose ids have dots and colons', () => {
  const child = setup({}).createMachine({
    initial: 'a',
    states: { a: { on: { end: 'b', fail: { actions: fail } } }, b: { type: 'final' } },
  });
  const seen: string[] = [];
  const parent = setup({ actors: { child } }).createMachine({
    invoke: [
      { id: 'pool:a.b', src: 'child' },
      { id: 'pool:c.d', src: 'child' },
    ],
    ...({
      on: {
        'xstate.done.actor.*': { actions: ({ event }: { event: { actorId: string } }) => void seen.push(`done ${event.actorId}`) },
        'xstate.error.actor.*': { actions: ({ event }: { event: { actorId: string } }) => void seen.push(`error ${event.actorId}`) },
      },
    } as object),
  });
  const { root } = indexed(parent);
  root.start();
  childOf(root, 'pool:a.b').send({ type: 'end' });
  childOf(root, 'pool:c.d').send({ type: 'fail' });
  assert.deepEqual(seen, ['done pool:a.b', 'error pool:c.d']);
});

test('a child error that nobody handles takes its parent down', () => {
  const child = setup({}).createMachine({ on: { fail: { actions: fail } } });
  const parent = setup({ actors: { child } }).createMachine({ invoke: { id: 'child', src: 'child' } });
  const { root } = indexed(parent);
  const errors: unknown[] = [];
  root.subscribe({ error: (error) => errors.push(error) });
  root.start();
  childOf(root, 'child').send({ type: 'fail' });
  assert.deepEqual([root.getSnapshot().status, errors.length], ['error', 1]);
});

function childOf(root: AnyActorRef, id: string): AnyActorRef {
  return (root.getSnapshot() as { readonly children: Readonly<Record<string, AnyActorRef>> }).children[id] as AnyActorRef;
}

function fail(): never {
  throw new Error('a fault in the child');
}
