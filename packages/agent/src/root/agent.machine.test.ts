import assert from 'node:assert/strict';
import test from 'node:test';
import { initialTransition, transition } from 'xstate';
import type { SnapshotFrom, StateValue } from 'xstate';
import type { AgentContext, AgentEmitted } from './agent-events.ts';
import { agentMachine } from './agent.machine.ts';

type Snapshot = SnapshotFrom<typeof agentMachine>;
type Dotted<Value> = Value extends string
  ? Value
  : { [Key in keyof Value & string]: `${Key}.${Value[Key] & string}` }[keyof Value & string];
/** Left in the same moment: nobody ever sees the machine in them. The exploration in `agent.graph.test.ts` proves it. */
type Passing = 'configuring.refused' | 'configuring.settling';
type State = Exclude<Dotted<Snapshot['value']>, Passing>;

/** What can reach the machine at any time: orders, answers of the children, and their ends. */
const EVENTS = {
  reload: { type: 'reload', requestId: 'r2', by: 'api' },
  shutdown: { type: 'shutdown', reason: 'SIGTERM' },
  targetsUpdated: { type: 'targetsUpdated', rev: 7 },
  triggerReload: { type: 'triggerReload' },
  scrapeApplied: { type: 'configApplied', who: 'scrape', rev: 3, ok: true },
  scrapeRefused: { type: 'configApplied', who: 'scrape', rev: 3, ok: false, error: 'a: no client' },
  scrapeAppliedOlder: { type: 'configApplied', who: 'scrape', rev: 2, ok: true },
  discoveryApplied: { type: 'configApplied', who: 'discovery', rev: 3, ok: true },
  discoveryRefused: { type: 'configApplied', who: 'discovery', rev: 3, ok: false, errors: ['one', 'two'] },
  discoveryAppliedOlder: { type: 'configApplied', who: 'discovery', rev: 2, ok: true },
  discoveryEnded: { type: 'xstate.done.actor.discovery', actorId: 'discovery' },
  scrapeEnded: { type: 'xstate.done.actor.scrape', actorId: 'scrape' },
  discoveryCrashed: { type: 'xstate.error.actor.discovery', actorId: 'discovery', error: new Error('fault') },
  scrapeCrashed: { type: 'xstate.error.actor.scrape', actorId: 'scrape', error: new Error('fault') },
} as const;
type EventName = keyof typeof EVENTS;

/** Where an event leads, what the machine does, and what changes in its context. */
interface Expectation {
  readonly to: State;
  readonly does?: readonly string[];
  readonly context?: Partial<AgentContext>;
}

/** A reload of a running agent: revision 2 is in force, 3 is being applied for `r1`. */
const CONTEXT: AgentContext = {
  reloadOnStartup: false,
  cfgRev: 2,
  candidateRev: 3,
  requestIds: ['r1'],
  waitingIds: [],
  errors: [],
  exitCode: 0,
};

/** The end, and with it that of whatever has not ended by itself. */
const END = ['emit stopped 0', 'cut discovery', 'cut scrape'] as const;
const DRAIN = ['discovery ← stop'] as const;
const draining = (reason: string, context: Partial<AgentContext> = {}): Expectation => ({
  to: 'draining.stopDiscovery',
  does: [`emit draining (${reason})`, ...DRAIN],
  context,
});
const CHILD_LOST = 'emit draining (an actor that everything depends on has ended)';
const discoveryLost: Expectation = { to: 'draining.stopScrape', does: [CHILD_LOST, 'scrape ← stop'], context: { exitCode: 1 } };
const scrapeLost: Expectation = { to: 'draining.flushing', does: [CHILD_LOST, 'cut discovery', 'start flush'], context: { exitCode: 1 } };
const stays = (to: State): Expectation => ({ to });

/** What holds until the agent drains. The answers of a configuration round are for the state that waits for them. */
const upright = (to: State) =>
  ({
    reload: { to, context: { waitingIds: ['r2'] } },
    shutdown: draining('SIGTERM'),
    targetsUpdated: { to, does: ['scrape ← targetsUpdated 7'] },
    triggerReload: { to, does: ['scrape ← triggerReload'] },
    discoveryEnded: discoveryLost,
    scrapeEnded: scrapeLost,
    discoveryCrashed: discoveryLost,
    scrapeCrashed: scrapeLost,
  }) satisfies Partial<Record<EventName, Expectation>>;
const noAnswerExpected = (to: State) =>
  ({
    scrapeApplied: stays(to),
    scrapeRefused: stays(to),
    scrapeAppliedOlder: stays(to),
    discoveryApplied: stays(to),
    discoveryRefused: stays(to),
    discoveryAppliedOlder: stays(to),
  }) satisfies Partial<Record<EventName, Expectation>>;
/** No new targets, no new round; whoever asked for a reload is answered when the agent has ended. */
const onTheWayOut = (to: State) =>
  ({
    ...noAnswerExpected(to),
    reload: stays(to),
    shutdown: { to: 'stopped', does: END },
    targetsUpdated: stays(to),
    triggerReload: stays(to),
  }) satisfies Partial<Record<EventName, Expectation>>;

const TABLE: Record<State, Record<EventName, Expectation>> = {
  opening: { ...upright('opening'), ...noAnswerExpected('opening') },
  'configuring.loading': { ...upright('configuring.loading'), ...noAnswerExpected('configuring.loading') },
  'configuring.storage': { ...upright('configuring.storage'), ...noAnswerExpected('configuring.storage') },
  'configuring.scrape': {
    ...upright('configuring.scrape'),
    ...noAnswerExpected('configuring.scrape'),
    scrapeApplied: { to: 'configuring.discovery', does: ['discovery ← applyConfig 3'] },
    scrapeRefused: { to: 'configuring.discovery', does: ['discovery ← applyConfig 3'], context: { errors: ['a: no client'] } },
  },
  'configuring.discovery': {
    ...upright('configuring.discovery'),
    ...noAnswerExpected('configuring.discovery'),
    discoveryApplied: { to: 'running', does: ['emit reloaded r1: ok, 3'], context: { cfgRev: 3 } },
    discoveryRefused: { to: 'running', does: ['emit reloaded r1: one; two, 3'], context: { cfgRev: 3, errors: ['one', 'two'] } },
  },
  running: {
    ...upright('running'),
    ...noAnswerExpected('running'),
    reload: { to: 'configuring.loading', does: ['start loadConfig 4'], context: { candidateRev: 4, requestIds: ['r2'] } },
  },
  'draining.stopDiscovery': {
    ...onTheWayOut('draining.stopDiscovery'),
    discoveryEnded: { to: 'draining.stopScrape', does: ['scrape ← stop'] },
    scrapeEnded: { to: 'draining.flushing', does: ['cut discovery', 'start flush'] },
    discoveryCrashed: { to: 'draining.stopScrape', does: ['scrape ← stop'] },
    scrapeCrashed: { to: 'draining.flushing', does: ['cut discovery', 'start flush'] },
  },
  'draining.stopScrape': {
    ...onTheWayOut('draining.stopScrape'),
    discoveryEnded: stays('draining.stopScrape'),
    scrapeEnded: { to: 'draining.flushing', does: ['start flush'] },
    discoveryCrashed: stays('draining.stopScrape'),
    scrapeCrashed: { to: 'draining.flushing', does: ['start flush'] },
  },
  'draining.flushing': {
    ...onTheWayOut('draining.flushing'),
    discoveryEnded: stays('draining.flushing'),
    scrapeEnded: stays('draining.flushing'),
    discoveryCrashed: stays('draining.flushing'),
    scrapeCrashed: stays('draining.flushing'),
  },
  stopped: {
    ...noAnswerExpected('stopped'),
    reload: stays('stopped'),
    shutdown: stays('stopped'),
    targetsUpdated: stays('stopped'),
    triggerReload: stays('stopped'),
    discoveryEnded: stays('stopped'),
    scrapeEnded: stays('stopped'),
    discoveryCrashed: stays('stopped'),
    scrapeCrashed: stays('stopped'),
  },
};

const STATES = Object.keys(TABLE) as State[];

const done = (id: string, output?: unknown) => ({ type: `xstate.done.actor.${id}`, actorId: id, output });
const crash = (id: string) => ({ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('fault') });
const after = (delay: string, state: State) => ({ type: `xstate.after.${delay}.agent.${state}` });

interface Completion extends Expectation {
  /** The one state that waits for it; everywhere else it means nothing. */
  readonly from: State;
  readonly event: { readonly type: string };
  /** Before the first configuration is in force, where that makes a difference. */
  readonly first?: Expectation;
}

const LOAD = ['start loadConfig 4'] as const;
const storageFailed = (why: string) => draining(`storage did not open${why}`, { exitCode: 1 });
const applyScrape = ['scrape ← applyConfig 3'] as const;
const applyDiscovery = ['discovery ← applyConfig 3'] as const;
const refused = (error: string) => ({
  to: 'running' as const,
  does: [`emit reloaded r1: ${error}, 2`],
  context: { errors: [error] },
  first: {
    to: 'draining.stopDiscovery' as const,
    does: [`emit reloaded r1: ${error}, 0`, 'emit draining (the first configuration is not usable)', ...DRAIN],
    context: { errors: [error], exitCode: 2 },
  },
});
const storageNotApplied = (error: string) => ({ to: 'configuring.scrape' as const, does: applyScrape, context: { errors: [error] } });

/** Results of effects and deadlines. An effect is stopped with its state, so its crash cannot reach another one. */
const COMPLETIONS: Readonly<Record<string, Completion>> = {
  'storage open': {
    from: 'opening',
    event: done('openStorage', { ok: true }),
    to: 'configuring.loading',
    does: LOAD,
    context: { candidateRev: 4, requestIds: [] },
  },
  'storage not open': { from: 'opening', event: done('openStorage', { ok: false, error: 'disk' }), ...storageFailed(': disk') },
  'opening crashed': { from: 'opening', event: crash('openStorage'), ...storageFailed(': opening it crashed') },
  'opening too slow': { from: 'opening', event: after('openDeadline', 'opening'), ...storageFailed(' in time') },
  'config valid': {
    from: 'configuring.loading',
    event: done('loadConfig', { ok: true }),
    to: 'configuring.storage',
    does: ['start applyStorage 3'],
  },
  'config invalid': { from: 'configuring.loading', event: done('loadConfig', { ok: false, error: 'line 3' }), ...refused('line 3') },
  'loading crashed': { from: 'configuring.loading', event: crash('loadConfig'), ...refused('loading the configuration crashed') },
  'loading too slow': {
    from: 'configuring.loading',
    event: after('loadDeadline', 'configuring.loading'),
    ...refused('loading the configuration took too long'),
  },
  'storage applied': {
    from: 'configuring.storage',
    event: done('applyStorage', { ok: true }),
    to: 'configuring.scrape',
    does: applyScrape,
  },
  'storage not applied': {
    from: 'configuring.storage',
    event: done('applyStorage', { ok: false, error: 'url' }),
    ...storageNotApplied('url'),
  },
  'applying crashed': {
    from: 'configuring.storage',
    event: crash('applyStorage'),
    ...storageNotApplied('applying the storage configuration crashed'),
  },
  'storage too slow': {
    from: 'configuring.storage',
    event: after('applyStorageDeadline', 'configuring.storage'),
    ...storageNotApplied('storage did not apply the configuration in time'),
  },
  'scrape too slow': {
    from: 'configuring.scrape',
    event: after('applyScrapeDeadline', 'configuring.scrape'),
    to: 'configuring.discovery',
    does: applyDiscovery,
    context: { errors: ['scrape did not apply the configuration in time'] },
  },
  'discovery too slow': {
    from: 'configuring.discovery',
    event: after('applyDiscoveryDeadline', 'configuring.discovery'),
    to: 'running',
    does: ['emit reloaded r1: discovery did not apply the configuration in time, 3'],
    context: { cfgRev: 3, errors: ['discovery did not apply the configuration in time'] },
    first: {
      to: 'draining.stopDiscovery',
      does: [
        'emit reloaded r1: discovery did not apply the configuration in time, 0',
        'emit draining (the first configuration could not be applied)',
        ...DRAIN,
      ],
      context: { errors: ['discovery did not apply the configuration in time'], exitCode: 1 },
    },
  },
  'discovery does not stop': {
    from: 'draining.stopDiscovery',
    event: after('discoveryStopDeadline', 'draining.stopDiscovery'),
    to: 'draining.stopScrape',
    does: ['cut discovery', 'scrape ← stop'],
  },
  'scrape does not stop': {
    from: 'draining.stopScrape',
    event: after('scrapeStopDeadline', 'draining.stopScrape'),
    to: 'draining.flushing',
    does: ['cut scrape', 'start flush'],
  },
  flushed: { from: 'draining.flushing', event: done('flush'), to: 'stopped', does: END },
  'flushing crashed': { from: 'draining.flushing', event: crash('flush'), to: 'stopped', does: END },
  'flushing too slow': {
    from: 'draining.flushing',
    event: after('flushDeadline', 'draining.flushing'),
    to: 'stopped',
    does: END,
  },
};

const [initial] = initialTransition(agentMachine, { reloadOnStartup: false });

function valueOf(state: State): StateValue {
  const [outer = '', inner] = state.split('.');
  return inner === undefined ? outer : { [outer]: inner };
}

function dotted(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([outer, inner]) => `${outer}.${dotted(inner ?? '')}`)
    .join();
}

/** One step of the machine, its effects in words. An actor that is done takes no events. */
function step(state: State, context: AgentContext, event: object): Required<Expectation> {
  if (state === 'stopped') return { to: state, does: [], context };
  const before = { ...agentMachine.resolveState({ value: valueOf(state), context }), children: initial.children } as Snapshot;
  const [next, taken] = transition(agentMachine, before, event as never);
  return {
    to: dotted(next.value) as State,
    does: taken.map((action) => inWords(action as TakenAction)).filter((words) => words !== undefined),
    context: next.context,
  };
}

type Told = { readonly type: string; readonly rev?: number } & Partial<AgentEmitted>;

interface TakenAction {
  readonly type: string;
  readonly params?: {
    readonly event?: Told;
    readonly to?: { readonly id: string };
    readonly id?: string;
    readonly input?: { readonly rev?: number };
  };
}

function inWords({ type, params = {} }: TakenAction): string | undefined {
  const { event, to, id, input } = params;
  switch (type) {
    case 'xstate.sendTo':
      return `${to?.id} ← ${event?.type} ${event?.rev ?? ''}`.trim();
    case 'xstate.emit':
      return `emit ${emittedInWords(event as AgentEmitted)}`;
    case 'xstate.spawnChild':
      return `start ${id} ${input?.rev ?? ''}`.trim();
    case 'xstate.stopChild':
      return id === 'discovery' || id === 'scrape' ? `cut ${id}` : undefined; // an effect ends with its state
    default:
      return undefined; // timers
  }
}

function emittedInWords(event: AgentEmitted): string {
  switch (event.type) {
    case 'reloaded':
      return `reloaded ${event.requestIds.join()}: ${event.errors.join('; ') || 'ok'}, ${event.rev}`;
    case 'draining':
      return `draining (${event.reason})`;
    case 'stopped':
      return `stopped ${event.exitCode}`;
    case 'ready':
      return 'ready';
  }
}

function check(taken: Required<Expectation>, { to, does = [], context = {} }: Expectation, before: AgentContext): void {
  assert.deepEqual(taken, { to, does, context: { ...before, ...context } });
}

for (const state of STATES) {
  for (const name of Object.keys(EVENTS) as EventName[]) {
    test(`in ${state}, ${name} leads to ${TABLE[state][name].to}`, () => {
      check(step(state, CONTEXT, EVENTS[name]), TABLE[state][name], CONTEXT);
    });
  }
}

for (const [name, { from, event, first, ...expectation }] of Object.entries(COMPLETIONS)) {
  test(`in ${from}, ${name} leads to ${expectation.to}, and means nothing elsewhere`, () => {
    check(step(from, CONTEXT, event), expectation, CONTEXT);
    const others = event.type.startsWith('xstate.error.') ? [] : STATES.filter((state) => state !== from);
    for (const other of others) check(step(other, CONTEXT, event), { to: other }, CONTEXT);
    if (first === undefined) return;
    const starting = { ...CONTEXT, cfgRev: 0 };
    check(step(from, starting, event), first, starting);
  });
}
