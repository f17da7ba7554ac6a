import assert from 'node:assert/strict';
import test from 'node:test';
import { and, assign, createMachine, fromPromise, not, raise, setup, stateIn } from 'xstate';
import { statechartOf } from './statechart.ts';
import type { Statechart, StatechartEdge } from './statechart.ts';

const retrying = setup({
  types: { events: {} as { readonly type: 'start' } | { readonly type: 'stop' } | { readonly type: 'note' } },
  actors: { fetch: fromPromise(() => Promise.resolve(1)) },
  actions: { count: () => undefined, tell: () => undefined },
  guards: { mayRetry: () => true },
  delays: { backoff: 10 },
}).createMachine({
  id: 'retrying',
  description: 'Fetches until it works.',
  initial: 'resting',
  on: { stop: '.stopped', note: {} },
  states: {
    resting: { description: 'Nothing to do.', tags: ['live'], on: { start: 'working' } },
    working: {
      initial: 'fetching',
      exit: 'tell',
      states: {
        fetching: {
          entry: ['count', { type: 'tell' }],
          invoke: {
            src: 'fetch',
            onDone: { target: '#retrying.resting', actions: 'tell' },
            onError: [{ guard: 'mayRetry', target: 'waiting', description: 'Tries again.' }, { target: '#retrying.stopped' }],
          },
        },
        waiting: { after: { backoff: { target: 'fetching', reenter: true }, 500: { actions: 'count' } } },
      },
    },
    stopped: { type: 'final' },
  },
});

function edge(chart: Statechart, from: string, event: string): StatechartEdge | undefined {
  return chart.edges.find((candidate) => candidate.from === from && candidate.event === event);
}

test('states come in document order, each with what it is and does', () => {
  const none = { tags: [], entry: [], exit: [], invokes: [] };
  assert.deepEqual(statechartOf(retrying).nodes, [
    { id: 'retrying', path: [], type: 'compound', initial: 'retrying.resting', description: 'Fetches until it works.', ...none },
    {
      id: 'retrying.resting',
      path: ['resting'],
      parent: 'retrying',
      type: 'atomic',
      description: 'Nothing to do.',
      ...none,
      tags: ['live'],
    },
    {
      id: 'retrying.working',
      path: ['working'],
      parent: 'retrying',
      type: 'compound',
      initial: 'retrying.working.fetching',
      ...none,
      exit: ['tell'],
    },
    {
      id: 'retrying.working.fetching',
      path: ['working', 'fetching'],
      parent: 'retrying.working',
      type: 'atomic',
      ...none,
      entry: ['count', 'tell'],
      invokes: ['fetch'],
    },
    { id: 'retrying.working.waiting', path: ['working', 'waiting'], parent: 'retrying.working', type: 'atomic', ...none },
    { id: 'retrying.stopped', path: ['stopped'], parent: 'retrying', type: 'final', ...none },
  ]);
});

test('transitions come with guard, actions, description and target', () => {
  const error = 'xstate.error.actor.0.retrying.working.fetching';
  const plain = { actions: [], reenter: false };
  assert.deepEqual(statechartOf(retrying).edges, [
    { from: 'retrying', to: 'retrying.stopped', event: 'stop', eventType: 'stop', ...plain },
    { from: 'retrying', event: 'note', eventType: 'note', ...plain },
    { from: 'retrying.resting', to: 'retrying.working', event: 'start', eventType: 'start', ...plain },
    {
      from: 'retrying.working.fetching',
      to: 'retrying.resting',
      event: 'done fetch',
      eventType: 'xstate.done.actor.0.retrying.working.fetching',
      ...plain,
      actions: ['tell'],
    },
    {
      from: 'retrying.working.fetching',
      to: 'retrying.working.waiting',
      event: 'error fetch',
      eventType: error,
      guard: 'mayRetry',
      ...plain,
      description: 'Tries again.',
    },
    { from: 'retrying.working.fetching', to: 'retrying.stopped', event: 'error fetch', eventType: error, ...plain },
    {
      from: 'retrying.working.waiting',
      event: 'after 500 ms',
      eventType: 'xstate.after.500.retrying.working.waiting',
      ...plain,
      actions: ['count'],
    },
    {
      from: 'retrying.working.waiting',
      to: 'retrying.working.fetching',
      event: 'after backoff',
      eventType: 'xstate.after.backoff.retrying.working.waiting',
      actions: [],
      reenter: true,
    },
  ]);
});

test('a statechart survives JSON', () => {
  const chart = statechartOf(retrying);
  assert.deepEqual(JSON.parse(JSON.stringify(chart)), chart);
});

test('transitions without an event, wildcards for children and several targets are all there', () => {
  const chart = statechartOf(
    createMachine({
      id: 'm',
      initial: 'a',
      on: { 'xstate.done.actor.*': { actions: 'reap' }, 'xstate.error.actor.*': { actions: 'repair' } },
      states: {
        a: { always: [{ guard: 'ready', target: 'b' }, { target: 'c' }] },
        b: {
          type: 'parallel',
          states: { x: { initial: 'one', states: { one: {}, two: {} } }, y: { initial: 'one', states: { one: {}, two: {} } } },
        },
        c: { id: 'other', on: { jump: { target: ['#m.b.x.two', '#m.b.y.two'] } } },
      },
    }),
  );
  assert.deepEqual(edge(chart, 'm', 'done *')?.actions, ['reap']);
  assert.deepEqual(edge(chart, 'm', 'error *')?.actions, ['repair']);
  const always = chart.edges.filter(({ event }) => event === 'always');
  assert.deepEqual(
    always.map(({ guard, to }) => [guard, to]),
    [
      ['ready', 'm.b'],
      [undefined, 'other'],
    ],
  ); // a state may name its own id
  assert.deepEqual(
    chart.edges.filter(({ event }) => event === 'jump').map(({ from, to }) => [from, to]),
    [
      ['other', 'm.b.x.two'],
      ['other', 'm.b.y.two'],
    ],
  );
});

test('guards and actions without a name are called by what they do', () => {
  function isLarge(): boolean {
    return true;
  }
  const chart = statechartOf(
    createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          entry: [assign({}), raise({ type: 'ready' }), () => undefined],
          on: {
            combined: { guard: and(['x', not('y'), stateIn('a')]), actions: { type: 'named', params: { value: 1 } } },
            inline: { guard: () => true, actions: () => undefined },
            function: { guard: isLarge },
            object: { guard: { type: 'typed' } },
          },
        },
      },
    }),
  );
  assert.deepEqual(chart.nodes[1]?.entry, ['assign', 'raise ready', 'inline']);
  assert.equal(edge(chart, 'm.a', 'combined')?.guard, 'and(x, not(y), stateIn)');
  assert.deepEqual(edge(chart, 'm.a', 'combined')?.actions, ['named']);
  assert.equal(edge(chart, 'm.a', 'inline')?.guard, 'inline');
  assert.deepEqual(edge(chart, 'm.a', 'inline')?.actions, ['inline']);
  assert.equal(edge(chart, 'm.a', 'function')?.guard, 'isLarge');
  assert.equal(edge(chart, 'm.a', 'object')?.guard, 'typed');
});
