import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnyStateMachine, SnapshotFrom } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { agentMachine } from './agent.machine.ts';

type Snapshot = SnapshotFrom<typeof agentMachine>;

/** An event that can come. */
interface Possible {
  readonly type: string;
  readonly [detail: string]: unknown;
}

const output = { ok: true };
const refusal = { ok: false, error: 'refused' };
const done = (id: string, result?: object): Possible => ({ type: `xstate.done.actor.${id}`, actorId: id, output: result });
const crash = (id: string): Possible => ({ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('fault') });

const COMMANDS = [
  { type: 'reload', requestId: 'r', by: 'api' },
  { type: 'shutdown', reason: 'test' },
  { type: 'targetsUpdated', rev: 1 },
  { type: 'triggerReload' },
];
const EFFECTS = { openStorage: [output, refusal], loadConfig: [output, refusal], applyStorage: [output, refusal], flush: [undefined] };

/** What is possible in a snapshot: orders, timers of its states, completions of its effects, answers and ends of its children. */
function eventsOf(snapshot: Snapshot): readonly Possible[] {
  if (snapshot.status !== 'active') return [];
  const children = Object.keys(snapshot.children);
  const timers = snapshot._nodes.flatMap((node) => node.after.map(({ eventType }) => ({ type: eventType })));
  const completions = Object.entries(EFFECTS).flatMap(([id, results]) =>
    children.includes(id) ? results.map((result) => done(id, result)).concat(crash(id)) : [],
  );
  const ends = ['discovery', 'scrape'].flatMap((id) => (children.includes(id) ? [done(id), crash(id)] : []));
  const { candidateRev } = snapshot.context;
  const answers = ['scrape', 'discovery'].flatMap((who) =>
    [candidateRev, candidateRev - 1].flatMap((rev) => [
      { type: 'configApplied', who, rev, ok: true },
      { type: 'configApplied', who, rev, ok: false, error: 'refused' },
    ]),
  );
  return [...COMMANDS, ...timers, ...completions, ...ends, ...answers];
}

interface Edge {
  readonly from: Node;
  readonly event: { readonly type: string };
  readonly to: Node;
  /** As reached over this edge; `to.state` was reached over the first. */
  readonly after: Snapshot;
}

interface Node {
  readonly key: string;
  readonly state: Snapshot;
  readonly name: string;
  readonly edges: Edge[];
}

/** Every abstract state: the chart's state and what its guards read. Children that have ended are told apart by the events above. */
function explore(): readonly Node[] {
  const keyOf = ({ value, context, children, status }: Snapshot): string =>
    JSON.stringify([
      value,
      status,
      context.cfgRev > 0,
      context.waitingIds.length > 0,
      context.errors.length > 0,
      context.exitCode,
      Object.keys(children).sort(),
    ]);
  const map = getAdjacencyMap(agentMachine as unknown as AnyStateMachine, {
    input: { reloadOnStartup: false },
    events: (snapshot) => [...eventsOf(snapshot as Snapshot)],
    serializeState: (snapshot) => keyOf(snapshot as Snapshot),
    limit: 5_000,
  });
  const entries = Object.entries(map) as unknown as readonly (readonly [
    string,
    {
      readonly state: Snapshot;
      readonly transitions: Readonly<Record<string, { readonly event: { readonly type: string }; readonly state: Snapshot }>>;
    },
  ])[];
  const nodes = new Map(entries.map(([key, { state }]): [string, Node] => [key, { key, state, name: nameOf(state), edges: [] }]));
  for (const [key, { transitions }] of entries) {
    for (const { event, state } of Object.values(transitions)) {
      const from = nodes.get(key);
      const to = nodes.get(keyOf(state));
      assert.ok(from !== undefined && to !== undefined);
      from.edges.push({ from, event, to, after: state });
    }
  }
  return [...nodes.values()];
}

function nameOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : Object.entries(value).flat().join('.');
}

const NODES = explore();
const EDGES = NODES.flatMap(({ edges }) => edges);

const isTimer = ({ event }: Edge): boolean => event.type.startsWith('xstate.after.');
const isDraining = ({ name }: Node): boolean => name.startsWith('draining') || name === 'stopped';

/** Nodes from which one of `goals` is reached over edges that pass `allows`. */
function reaching(goals: ReadonlySet<Node>, allows: (edge: Edge) => boolean): ReadonlySet<Node> {
  const found = new Set(goals);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const edge of EDGES) if (allows(edge) && found.has(edge.to)) found.add(edge.from);
  }
  return found;
}

test('the exploration sees every state in which the machine rests, and no other', () => {
  assert.deepEqual([...new Set(NODES.map(({ name }) => name))].sort(), [
    'configuring.discovery',
    'configuring.loading',
    'configuring.scrape',
    'configuring.storage',
    'draining.flushing',
    'draining.stopDiscovery',
    'draining.stopScrape',
    'opening',
    'running',
    'stopped',
  ]);
  assert.ok(NODES.length > 60 && NODES.length < 1_000, `${NODES.length} abstract states`);
});

test('I8 explored in full: from every state a shutdown leads into the stages of the stop, and time alone from there to the end', () => {
  const stopped = new Set(NODES.filter(({ name }) => name === 'stopped'));
  const byTime = reaching(stopped, isTimer);
  for (const node of NODES) {
    if (isDraining(node)) assert.ok(byTime.has(node), node.key);
    else
      assert.ok(
        node.edges.some(({ event, to }) => event.type === 'shutdown' && to.name === 'draining.stopDiscovery'),
        node.key,
      );
  }
});

test('I8 explored in full: every wait for a part has a deadline, so that time alone leads to a running agent or to its end', () => {
  const byTime = reaching(new Set(NODES.filter(({ name }) => name === 'running' || name === 'stopped')), isTimer);
  assert.deepEqual(
    NODES.filter((node) => !byTime.has(node)).map(({ key }) => key),
    [],
  );
});

test('A-076 explored in full: a stop is never taken back, and its stages keep their order', () => {
  const order = ['draining.stopDiscovery', 'draining.stopScrape', 'draining.flushing', 'stopped'];
  for (const { from, to } of EDGES) {
    if (isDraining(from)) assert.ok(order.indexOf(to.name) >= order.indexOf(from.name), `${from.name} to ${to.name}`);
  }
});

test('I10 explored in full: the flush begins only when the scrape actor has ended or was cut off', () => {
  const into = EDGES.filter(({ from, to }) => to.name === 'draining.flushing' && from.name !== 'draining.flushing');
  assert.ok(into.length > 0);
  for (const { event, to } of into) {
    const hasEnded = event.type === 'xstate.done.actor.scrape' || event.type === 'xstate.error.actor.scrape';
    assert.ok(hasEnded || !Object.hasOwn(to.state.children, 'scrape'), event.type);
  }
});

test('I15 explored in full: discovery is reached only when scrape has answered or had its time', () => {
  const into = EDGES.filter(({ from, to }) => to.name === 'configuring.discovery' && from.name !== 'configuring.discovery');
  assert.ok(into.length > 0);
  for (const { from, event } of into) {
    assert.equal(from.name, 'configuring.scrape');
    if (!isTimer({ event } as Edge))
      assert.deepEqual(event, { ...event, type: 'configApplied', who: 'scrape', rev: from.state.context.candidateRev });
  }
});

test('C-172 explored in full: a configuration comes into force only after every part was given it', () => {
  const raised = EDGES.filter(({ from, to }) => to.state.context.cfgRev !== from.state.context.cfgRev && to.name !== from.name);
  for (const { from, to } of raised)
    if (to.state.context.cfgRev > 0 && from.state.context.cfgRev === 0) assert.equal(from.name, 'configuring.discovery');
  assert.ok(raised.length > 0);
});

test('A-005 explored in full: a reload asked for is never forgotten while the agent lives', () => {
  for (const { from, event, to, after } of EDGES) {
    if (isDraining(to)) continue;
    const isWaiting = after.context.waitingIds.length > 0;
    const isServed = after.context.candidateRev > from.state.context.candidateRev && after.context.requestIds.length > 0;
    if (event.type === 'reload') assert.ok(isWaiting || isServed, `${from.name} forgets a reload`);
    if (from.state.context.waitingIds.length > 0) assert.ok(isWaiting || isServed, `${from.name} forgets on ${event.type}`);
  }
});
