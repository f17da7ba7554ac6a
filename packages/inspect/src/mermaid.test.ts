import assert from 'node:assert/strict';
import test from 'node:test';
import { createMachine } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { mermaid } from './mermaid.ts';
import { statechartOf } from './statechart.ts';

/** The lines of a drawing without the first, so that a test reads as the drawing does. */
function drawing(machine: AnyStateMachine): readonly string[] {
  const [kind, ...lines] = mermaid(statechartOf(machine)).trimEnd().split('\n');
  assert.equal(kind, 'stateDiagram-v2');
  return lines;
}

/** The arrows alone, without those that begin and end. */
function arrows(machine: AnyStateMachine): readonly string[] {
  return drawing(machine)
    .map((line) => line.trim())
    .filter((line) => line.includes('-->') && !line.includes('[*]'));
}

test('states are nested, and every arrow says event, guard and actions', () => {
  const machine = createMachine({
    id: 'loop',
    initial: 'idle',
    states: {
      idle: {
        initial: 'waiting',
        on: { stop: 'stopped' },
        states: { waiting: { after: { untilNextTick: { target: '#loop.fetching', actions: 'takeTick' } } } },
      },
      fetching: {
        invoke: {
          id: 'fetch',
          src: 'fetch',
          onDone: { guard: 'stopAsked', target: 'stopped', actions: ['settle', 'tell'] },
          onError: 'idle',
        },
        always: { guard: 'forced', target: 'idle' },
        on: { stop: { actions: 'setStop' }, note: {} },
      },
      stopped: { type: 'final' },
    },
  });
  assert.deepEqual(drawing(machine), [
    '    [*] --> idle',
    '    state idle {',
    '        [*] --> idle_waiting',
    '        state "waiting" as idle_waiting',
    '    }',
    '    state "fetching" as fetching',
    '    fetching : stop / setStop',
    '    stopped',
    '    idle --> stopped : stop',
    '    idle_waiting --> fetching : after untilNextTick / takeTick',
    '    fetching --> stopped : done fetch [stopAsked] / settle, tell',
    '    fetching --> idle : error fetch',
    '    fetching --> idle : always [forced]',
    '    stopped --> [*]',
  ]);
});

test('a transition of the machine itself starts in every state in which its event can arrive', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    on: { stop: '.stopping', restart: '#m' },
    states: {
      a: { on: { go: 'b' } },
      b: { on: { stop: { actions: 'note' } } }, // answers for itself
      passing: { always: 'a' }, // never waits
      guarded: { on: { stop: { guard: 'sometimes', target: 'a' } } },
      stopping: { on: { stop: {} } },
      stopped: { type: 'final' },
    },
  });
  assert.deepEqual(arrows(machine), [
    'a --> stopping : stop',
    'guarded --> stopping : stop',
    'a --> a : restart',
    'b --> a : restart',
    'guarded --> a : restart',
    'stopping --> a : restart',
    'a --> b : go',
    'passing --> a : always',
    'guarded --> a : stop [sometimes]',
  ]);
});

test('a transition into the own inside starts at the children, one to the state around ends where that begins', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'idle',
    states: {
      idle: {
        initial: 'offset',
        on: { retarget: { target: '.offset', reenter: true }, again: { target: 'idle', reenter: true } },
        states: { offset: {}, waiting: { on: { up: '#m.idle' } } },
      },
    },
  });
  assert.deepEqual(arrows(machine), [
    'idle_offset --> idle_offset : retarget',
    'idle_waiting --> idle_offset : retarget',
    'idle --> idle : again',
    'idle_waiting --> idle_offset : up',
  ]);
});

test('regions are divided, and their final states end them', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'both',
    states: {
      both: {
        type: 'parallel',
        onDone: 'end',
        on: { skip: '.x.two' },
        states: {
          x: { initial: 'one', states: { one: { on: { up: '#m.both' } }, two: { type: 'final' } } },
          y: {},
        },
      },
      end: { type: 'final' },
    },
  });
  assert.deepEqual(drawing(machine), [
    '    [*] --> both',
    '    state both {',
    '        state "x" as both_x {',
    '            [*] --> both_x_one',
    '            state "one" as both_x_one',
    '            state "two" as both_x_two',
    '            both_x_two --> [*]',
    '        }',
    '        --',
    '        state "y" as both_y',
    '    }',
    '    state "end" as end_',
    '    both_x_one --> both_x_two : skip',
    '    both --> end_ : done',
    '    both_x_one --> both_x_one : up',
    '    end_ --> [*]',
  ]);
});

test('a machine of regions is drawn inside a state of its name, one without states as a single box', () => {
  assert.deepEqual(drawing(createMachine({ id: 'two.parts', type: 'parallel', states: { a: {}, b: {} } })), [
    '    state "two.parts" as two_parts {',
    '        a',
    '        --',
    '        b',
    '    }',
  ]);
  assert.deepEqual(drawing(createMachine({ id: 'one', on: { stop: { actions: 'note' } } })), [
    '    state "one" as one',
    '    one : stop / note',
  ]);
});

test('names and labels hold nothing that Mermaid reads as its own', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    states: {
      a: { initial: 'b', states: { b: {} }, on: { 'x:y;z': { guard: 'is{"#1"}', target: 'a_b' } } },
      a_b: { on: { 'line\nend': 'note' } },
      note: {},
      'with-dash': {},
    },
  });
  assert.deepEqual(drawing(machine), [
    '    [*] --> a',
    '    state a {',
    '        [*] --> a_b',
    '        state "b" as a_b',
    '    }',
    '    state "a_b" as a_b_',
    '    state "note" as note_',
    '    state "with-dash" as with_dash',
    "    a --> a_b_ : x∶y,z [is('♯1')]",
    '    a_b_ --> note_ : line end',
  ]);
});
