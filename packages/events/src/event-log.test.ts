import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { EventLog } from './event-log.ts';

function logOf(count: number, room: number): EventLog {
  const log = new EventLog({ run: 'run', room });
  for (let number = 1; number <= count; number++) log.add({ type: 'agent.ready', eventId: log.nextId(), atMs: number });
  return log;
}
const idsSince = (log: EventLog, id: string) => log.since(id).events.map(({ eventId }) => eventId);

test('a reader that comes back gets what came after its last event, once and in order', () => {
  const log = logOf(5, 10);
  assert.deepEqual(idsSince(log, 'run-3'), ['run-4', 'run-5']);
  assert.deepEqual([log.since('run-5'), log.lastId()], [{ events: [], hole: undefined }, 'run-5']);
  assert.deepEqual(idsSince(log, 'run-0').length, 5);
});

test('a reader that comes back too late, or from another run, is told of the hole and gets what is kept', () => {
  const log = logOf(25, 10);
  assert.deepEqual([idsSince(log, 'run-3')[0], log.since('run-3').hole], ['run-16', 'tooOld']);
  assert.equal(log.since('run-15').hole, undefined);
  for (const id of ['other-20', 'run-26', 'run-', 'run-1x', '', 'run-99999999999999999999']) {
    assert.deepEqual([log.since(id).hole, idsSince(log, id).length], ['otherRun', 10], id);
  }
});

test('whatever was added and is asked for, a reader misses exactly what it is told of', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.nat(60), (count, room, seen) => {
      const log = logOf(count, room);
      const { events, hole } = log.since(`run-${Math.min(seen, count)}`);
      const unseen = count - Math.min(seen, count);
      assert.equal(events.length, Math.min(unseen, room));
      assert.equal(hole, unseen > room ? 'tooOld' : undefined);
      if (events.length > 0) assert.equal(events.at(-1)?.eventId, `run-${count}`);
    }),
  );
});

test('a log has room for at least one event', () => {
  assert.throws(() => new EventLog({ run: 'r', room: 0 }), RangeError);
});
