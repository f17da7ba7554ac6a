import assert from 'node:assert/strict';
import test from 'node:test';
import { Driver, indexTimers, VirtualClock } from '@limpet/driver';
import { createActor, setup } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { spec } from '../../test/loop-harness.ts';
import type { LoopEvent, LoopInput } from '../loop/loop-events.ts';
import { bindLoop } from '../loop/loop.effects.ts';
import type { LoopPorts } from '../loop/loop.effects.ts';
import type { LoopStarted } from '../ports.ts';
import type { LoopsReply } from './loops-events.ts';
import { bindLoops, loopsOf } from './loops.logic.ts';
import type { LoopsLogic } from './loops.logic.ts';

/** A supervisor below a parent that keeps what it is told. */
class Supervised {
  readonly clock = new VirtualClock();
  readonly driver = new Driver({ clock: this.clock, onFault: (fault) => assert.fail(String(fault)) });
  readonly replies: LoopsReply[] = [];
  readonly started: string[] = [];
  readonly released: string[] = [];
  readonly loops = new Map<string, LoopStarted>();
  readonly root;
  readonly supervisor: ActorRefFrom<LoopsLogic>;

  constructor(ports: Partial<LoopPorts> = {}) {
    const logic = bindLoops(
      {
        loopStarted: (loop) => {
          this.loops.set(loop.loopId, loop);
          this.started.push(loop.loopId);
        },
        release: (loopId) => void this.released.push(loopId),
      },
      bindLoop({ clock: this.driver.clock, ...silentPorts, ...ports }),
    );
    const parent = setup({
      types: { events: {} as LoopsReply },
      actors: { loops: logic },
      actions: { keep: ({ event }) => void this.replies.push(event) },
    }).createMachine({
      invoke: { id: 'loops', src: 'loops', input: { job: 'job' } },
      on: { drained: { actions: 'keep' }, loopCrashed: { actions: 'keep' } },
    });
    this.root = createActor(parent, { clock: this.driver.clock });
    indexTimers(this.root.system);
    this.root.start();
    this.supervisor = this.root.getSnapshot().children['loops'] as ActorRefFrom<LoopsLogic>;
  }

  apply(token: number, { start = [], tell = [], stop = [] }: Partial<Parameters<Supervised['send']>[0] & { type: 'apply' }> = {}): this {
    return this.send({ type: 'apply', token, start, tell, stop });
  }

  send(event: Parameters<ActorRefFrom<LoopsLogic>['send']>[0]): this {
    this.supervisor.send(event);
    return this;
  }

  tell(loopId: string, event: LoopEvent): this {
    this.loops.get(loopId)?.tell(event);
    return this;
  }

  stateOf(loopId: string): string | undefined {
    return this.alive.includes(loopId) ? this.loops.get(loopId)?.state() : undefined;
  }

  get alive(): readonly string[] {
    return [...loopsOf(this.supervisor.getSnapshot()).keys()];
  }

  /** Brings loops into the middle of a scrape. */
  scraping(...ids: readonly string[]): this {
    this.clock.advance(spec.intervalMs);
    for (const id of ids) this.tell(id, { type: 'slotGranted', seq: 1 });
    return this;
  }

  finish(id: string): this {
    return this.tell(id, { type: 'response', seq: 1, handle: 1, bytes: 1 }).tell(id, { type: 'appended', seq: 1 });
  }
}

const silentPorts = {
  startFetch() {},
  cancelFetch() {},
  startAppend() {},
  cancelAppend() {},
  startMarking() {},
  loopRetargeted() {},
  gridMoved() {},
};

const input = (id: string): LoopInput => ({ id, job: 'job', spec, forcedError: null });
const retire = (id: string, next?: string) => ({
  id,
  event: { type: 'stop', mode: 'retire' } as const,
  ...(next === undefined ? {} : { next: input(next) }),
});
const drained = (token: number, overdueCount = 0) => ({ type: 'drained', token, overdueCount });

test('a plan that stops nothing is drained at once', () => {
  const { replies, alive } = new Supervised().apply(1, { start: [input('a'), input('b')] });
  assert.deepEqual([replies, alive], [[drained(1)], ['a', 'b']]);
});

test('a stop is drained when the loop has released its target; it goes on retiring', () => {
  const supervised = new Supervised()
    .apply(1, { start: [input('a')] })
    .scraping('a')
    .apply(2, { stop: [retire('a')] });
  assert.deepEqual(supervised.replies, [drained(1)]);
  supervised.finish('a');
  assert.deepEqual(supervised.replies, [drained(1), drained(2)]);
  assert.equal(supervised.stateOf('a'), 'retiring');
});

test('I4 a replacement starts when the old loop has released, not before (S-023)', () => {
  const supervised = new Supervised()
    .apply(1, { start: [input('a')] })
    .scraping('a')
    .apply(2, { stop: [retire('a', 'a2')] });
  assert.deepEqual(supervised.started, ['a']);
  supervised.finish('a');
  assert.deepEqual(supervised.started, ['a', 'a2']);
  assert.deepEqual(supervised.alive, ['a', 'a2']);
});

test('a replacement of a loop that is gone starts at once', () => {
  const supervised = new Supervised().apply(1, { stop: [retire('gone', 'new')] });
  assert.deepEqual([supervised.started, supervised.replies], [['new'], [drained(1)]]);
});

test('events for loops that are gone are ignored', () => {
  const supervised = new Supervised().apply(1, { tell: [{ id: 'gone', event: { type: 'retarget', spec } }] });
  supervised.send({ type: 'loopReleased', id: 'gone' }).send({ type: 'killOverdue', token: 99 });
  assert.deepEqual(supervised.replies, [drained(1)]);
});

test('a loop that is alive is not started a second time', () => {
  const supervised = new Supervised().apply(1, { start: [input('a')] }).apply(2, { start: [input('a')] });
  assert.deepEqual(supervised.started, ['a']);
});

test('a broadcast reaches every loop', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] });
  supervised.send({ type: 'broadcast', event: { type: 'forcedError', error: 'limit' } });
  const forced = [...loopsOf(supervised.supervisor.getSnapshot()).values()].map((loop) => loop.getSnapshot().context.forcedError);
  assert.deepEqual(forced, ['limit', 'limit']);
});

test('stopAll forgets queued replacements and is drained when all have exited (S-045)', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] }).scraping('a', 'b');
  supervised.apply(2, { stop: [retire('a', 'a2')] }).send({ type: 'stopAll', token: 3, event: { type: 'stop', mode: 'release' } });
  supervised.finish('a');
  assert.deepEqual(
    [supervised.started, supervised.replies],
    [
      ['a', 'b'],
      [drained(1), drained(2)],
    ],
  );
  supervised.finish('b');
  assert.deepEqual(supervised.replies, [drained(1), drained(2), drained(3)]);
  assert.deepEqual([supervised.alive, supervised.released], [[], ['a', 'b']]);
});

test('I8 killOverdue ends what the token waits for, starts its replacements and frees its resources', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] }).scraping('a', 'b');
  supervised.apply(2, { stop: [retire('a', 'a2')] }).send({ type: 'killOverdue', token: 2 });
  assert.deepEqual(supervised.replies, [drained(1), drained(2, 1)]);
  assert.deepEqual([supervised.alive, supervised.released], [['b', 'a2'], ['a']]);
});

test('I9 killAll ends everything; no timer is left', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] }).scraping('a');
  supervised.send({ type: 'killAll', token: 2 });
  assert.deepEqual([supervised.replies.at(-1), supervised.alive, supervised.released], [drained(2), [], ['a', 'b']]);
  assert.equal(supervised.clock.pendingCount, 0);
});

test('I9 the stop of the supervisor itself ends every loop and frees what they hold', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] }).scraping('a');
  supervised.root.stop();
  assert.deepEqual(supervised.released, ['a', 'b']);
  assert.equal(supervised.clock.pendingCount, 0);
});

test('I16 a crash of one loop is told, counts as its release, and leaves the others alone', () => {
  const fault = new Error('a fault in the append port');
  const startAppend = ({ loopId }: { readonly loopId: string }) => {
    if (loopId === 'a') throw fault;
  };
  const supervised = new Supervised({ startAppend }).apply(1, { start: [input('a'), input('b')] }).scraping('a', 'b');
  supervised.apply(2, { stop: [retire('a', 'a2')] });
  supervised.tell('a', { type: 'response', seq: 1, handle: 1, bytes: 1 });
  assert.deepEqual(supervised.replies.slice(1), [{ type: 'loopCrashed', id: 'a', error: String(fault) }, drained(2)]);
  assert.deepEqual([supervised.alive, supervised.released], [['b', 'a2'], ['a']]);
  assert.equal(supervised.root.getSnapshot().status, 'active');
});

test('the supervisor shows its size and persists without its loops', () => {
  const supervised = new Supervised().apply(1, { start: [input('a'), input('b')] });
  assert.deepEqual(supervised.supervisor.getSnapshot().context, { job: 'job', size: 2 });
  assert.equal(JSON.stringify(supervised.supervisor.getPersistedSnapshot()), '{"status":"active","context":{"job":"job","size":2}}');
});

test('10,000 loops are added and removed in one apply each, in about linear time', () => {
  const costMs = (count: number): number => {
    const ids = Array.from({ length: count }, (_, index) => `loop-${index}`);
    const supervised = new Supervised();
    const before = process.cpuUsage();
    supervised.apply(1, { start: ids.map(input) }).apply(2, { stop: ids.map((id) => retire(id)) });
    const { user, system } = process.cpuUsage(before);
    assert.deepEqual([supervised.alive, supervised.replies.length], [[], 2]);
    return (user + system) / 1000;
  };
  costMs(500);
  const small = costMs(500);
  const large = costMs(10_000);
  // 20 times as many; were it quadratic, it would cost 400 times as much
  assert.ok(large < 100 * small, `${small} ms for 500, ${large} ms for 10,000`);
});
