import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { getShortestPaths } from 'xstate/graph';
import type { AnyMachineSnapshot } from 'xstate';
import { cannotReach, explore, isInevitable, traversal } from '../../test/exploration.ts';
import type { Edge, ExploreOptions } from '../../test/exploration.ts';
import { leaf, LoopHarness, otherSpec, spec } from '../../test/loop-harness.ts';
import type { LoopEvent, LoopInput } from './loop-events.ts';
import { bindLoop } from './loop.effects.ts';
import type { LoopContext } from './loop.machine.ts';

const machineWith = ({ isSwift }: { readonly isSwift: boolean }) =>
  bindLoop({
    clock: new VirtualClock(),
    isSlotFree: () => isSwift,
    isAppendShort: () => isSwift,
    startFetch() {},
    cancelFetch() {},
    startAppend() {},
    cancelAppend() {},
    startMarking() {},
    loopRetargeted() {},
    gridMoved() {},
  }).provide({ actions: { tellReleased() {} } });

const contextOf = (snapshot: AnyMachineSnapshot): LoopContext => snapshot.context as LoopContext;

function alphabet(snapshot: AnyMachineSnapshot): LoopEvent[] {
  const { seq } = contextOf(snapshot);
  return [
    ...[seq, seq + 1].flatMap((seq): LoopEvent[] => [
      { type: 'slotGranted', seq },
      { type: 'response', seq, handle: 1, bytes: 1 },
      { type: 'fetchFailed', seq, reason: 'tls', error: '' },
      { type: 'appended', seq },
    ]),
    { type: 'marked' },
    { type: 'stop', mode: 'retire' },
    { type: 'stop', mode: 'release' },
    { type: 'retarget', spec: otherSpec },
    { type: 'forcedError', error: 'limit' },
    { type: 'forcedError', error: null },
    { type: 'scrapeNow', purpose: 'view' },
  ];
}

const input: LoopInput = { id: 'loop', job: 'job', spec, forcedError: null };
const options: ExploreOptions = {
  input,
  events: alphabet,
  flags: (snapshot) => {
    const { stopMode, pendingSpec, forcedError, hasScraped, askedSeq, seq } = contextOf(snapshot);
    return [stopMode, pendingSpec !== null, forcedError !== null, hasScraped, Math.sign(askedSeq - seq)];
  },
};
const machine = machineWith({ isSwift: false });
const loop = explore(machine, options);
/** The same where a slot is always free and every body short. */
const atOnce = explore(machineWith({ isSwift: true }), options);
const stateIn = ({ states }: typeof loop, key: string): string => leaf(states.get(key)?.value ?? '');
const stateOf = (key: string): string => stateIn(loop, key);
const flagsOf = (key: string): LoopContext => contextOf(loop.states.get(key) as AnyMachineSnapshot);
/** Timers, and answers of the ports to what the loop asked. */
const isAnswer = (edge: Edge) =>
  isInevitable(edge) || ['slotGranted', 'response', 'fetchFailed', 'appended', 'marked'].includes(edge.event.type);

test('every state of the loop can be reached', () => {
  const reached = new Set([...loop.states.keys()].map(stateOf));
  assert.deepEqual(
    [...reached].sort(),
    ['appending', 'fetching.queued', 'fetching.scraping', 'idle.offset', 'idle.waiting', 'marking', 'retiring', 'stopped'].sort(),
  );
});

test('every transition of the loop is taken in the exploration', () => {
  assert.deepEqual(
    loop.untaken.filter((label) => atOnce.untaken.includes(label)),
    [],
  );
});

test('S-190 a scrape that finds a free slot never queues, and every stop still ends', () => {
  const states = new Set([...atOnce.states.values()].map(({ value }) => leaf(value)));
  assert.ok(states.has('fetching.scraping') && !states.has('fetching.queued'));
  const stuck = cannotReach(atOnce, ({ status }) => status === 'done', isInevitable).filter(
    (key) => contextOf(atOnce.states.get(key) as AnyMachineSnapshot).stopMode !== null,
  );
  assert.deepEqual(stuck, []);
});

test('I1 a short response leads straight back to waiting, unless something waits for the end of the scrape', () => {
  for (const { from, event, to } of atOnce.edges) {
    if (event.type !== 'response' || stateIn(atOnce, from) !== 'fetching.scraping' || from === to) continue;
    const { stopMode, pendingSpec } = contextOf(atOnce.states.get(from) as AnyMachineSnapshot);
    const isDisturbed = stopMode !== null || pendingSpec !== null;
    assert.equal(stateIn(atOnce, to), isDisturbed ? 'appending' : 'idle.waiting', from);
  }
});

test('I8 from every state in which a stop has been asked, stopped is reached by timers and completions alone', () => {
  const stuck = cannotReach(loop, ({ status }) => status === 'done', isInevitable).filter((key) => flagsOf(key).stopMode !== null);
  assert.deepEqual(stuck, []);
});

test('I8 no answer is needed to go on: every live state leads to another scrape by timers, once its slot is granted', () => {
  const isGoal = (snapshot: AnyMachineSnapshot) => leaf(snapshot.value) === 'fetching.queued' || leaf(snapshot.value) === 'appending';
  const stuck = cannotReach(loop, isGoal, isAnswer).filter((key) => flagsOf(key).stopMode === null);
  assert.deepEqual(stuck, []);
});

test('I3 marking is entered once, from retiring alone, and nothing is appended after it', () => {
  for (const { from, to } of loop.edges) {
    if (stateOf(to) === 'marking' && stateOf(from) !== 'marking') assert.equal(stateOf(from), 'retiring');
    if (stateOf(from) === 'marking') assert.ok(['marking', 'stopped'].includes(stateOf(to)));
  }
});

test('I11 retiring is entered only after a scrape and a retire; a release leads to stopped without it', () => {
  for (const { from, to } of loop.edges) {
    if (stateOf(to) === 'retiring') assert.deepEqual([flagsOf(to).stopMode, flagsOf(to).hasScraped], ['retire', true]);
    if (flagsOf(from).stopMode === 'release') assert.ok(!['retiring', 'marking'].includes(stateOf(to)), `${from} ${to}`);
  }
});

test('I6 fetching is left only by an answer, or by a transition that gives up the slot', () => {
  for (const { from, event, to } of loop.edges) {
    if (!stateOf(from).startsWith('fetching') || stateOf(to).startsWith('fetching')) continue;
    if (event.type === 'response' || event.type === 'fetchFailed') continue;
    const transition = machine.getTransitionData(loop.states.get(from) as never, event as never)[0];
    assert.ok(
      transition?.actions.some((action) => action === 'cancelFetch' || (action as { type?: string }).type === 'cancelFetch'),
      `${from} ${event.type}`,
    );
  }
});

test('the shortest way into each state of the exploration leads a running loop to the same state', () => {
  const paths = getShortestPaths(machine, traversal(options) as never) as unknown as readonly Path[];
  assert.equal(paths.length, loop.states.size);
  for (const { steps, state } of paths) {
    const harness = new LoopHarness();
    for (const { event } of steps) {
      if (event.type.startsWith('xstate.after.')) harness.clock.step(Infinity);
      else if (event.type !== 'xstate.init') harness.send(event as LoopEvent);
    }
    assert.equal(harness.state, leaf(state.value), steps.map(({ event }) => event.type).join(' '));
  }
});

interface Path {
  readonly steps: readonly { readonly event: { readonly type: string } }[];
  readonly state: AnyMachineSnapshot;
}
