import assert from 'node:assert/strict';
import test from 'node:test';
import { eventLabel } from './event-label.ts';

test('event types of XState are shortened to what a person says, all others stay', () => {
  const state = { id: 'loop.idle.waiting', invokeNames: new Map([['0.loop.idle.waiting', 'fetch']]) };
  const table = [
    ['', 'always'],
    ['stop', 'stop'],
    ['a.dotted.name', 'a.dotted.name'],
    ['*', '*'],
    ['xstate.after.untilNextTick.loop.idle.waiting', 'after untilNextTick'],
    ['xstate.after.500.loop.idle.waiting', 'after 500 ms'],
    ['xstate.done.actor.fetch', 'done fetch'],
    ['xstate.done.actor.0.loop.idle.waiting', 'done fetch'],
    ['xstate.error.actor.fetch', 'error fetch'],
    ['xstate.done.actor.*', 'done *'],
    ['xstate.error.actor.*', 'error *'],
    ['xstate.snapshot.fetch', 'snapshot fetch'],
    ['xstate.done.state.loop.idle.waiting', 'done'],
    ['xstate.done.state.loop.other', 'done loop.other'],
  ] as const;
  for (const [eventType, label] of table) assert.equal(eventLabel(eventType, state), label, eventType);
});
