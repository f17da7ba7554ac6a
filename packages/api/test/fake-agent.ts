import { BatchStream } from '@limpet/agent';
import type {
  ActiveTarget,
  Agent,
  AgentStatus,
  AnyAgentEvent,
  History,
  ReloadOutcome,
  SeriesHistory,
  TargetMetadata,
  TargetTicks,
} from '@limpet/agent';
import { EventLog } from '@limpet/events';
import { labelsFrom, labelValue, SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import { createApi } from '../src/index.ts';
import type { ApiOptions } from '../src/index.ts';

/** What the tests of the HTTP surface script. */
export interface FakeAgent {
  registerTargets: Agent['registerTargets'];
  scrapeNow: Agent['scrapeNow'];
  phase: AgentStatus['phase'];
  reload: ReloadOutcome;
  active: ActiveTarget[];
  history: readonly SeriesHistory[] | undefined;
  newest: History['newest'];
  metadata: readonly TargetMetadata[];
  gaps: readonly TargetTicks[];
  relabelSteps: Agent['relabelSteps'];
  emit(event: AnyAgentEvent): void;
  readonly agent: Agent;
  /** What was added to counters, `name label… n`. */
  readonly counted: string[];
  /** What histograms observed, `name label…` → values. */
  readonly observed: Map<string, number[]>;
}

export function activeTarget(over: Partial<ActiveTarget> = {}): ActiveTarget {
  return {
    id: 'h:1#abcdef~1',
    pool: 'node',
    url: 'http://h:1/metrics',
    labels: labelsFrom([
      ['job', 'node'],
      ['instance', 'h:1'],
    ]),
    discoveredLabels: labelsFrom([
      ['__address__', 'h:1'],
      ['job', 'node'],
    ]),
    health: 'up',
    lastError: '',
    lastFailureReason: undefined,
    lastScrapeAt: 1_700_000_000_123,
    lastScrapeDurationMs: 12.5,
    intervalMs: 60_000,
    timeoutMs: 10_000,
    lastSamplesScraped: 5,
    lastResponseBytes: 100,
    scrapesTotal: 3,
    scrapesFailed: 1,
    ticks: { outcomes: { scraped: 2, failed: 1 }, reasons: { status: 1 }, last: undefined },
    state: 'idle.waiting',
    ...over,
  };
}

export function fakeAgent(): FakeAgent {
  const listeners = new Set<(event: AnyAgentEvent) => void>();
  const kept = new EventLog({ run: 'r', room: 4 });
  const counted: string[] = [];
  const observed = new Map<string, number[]>();
  const fake: FakeAgent = {
    counted,
    observed,
    phase: 'running',
    reload: { ok: true, revision: 2, errors: [] },
    active: [activeTarget()],
    history: [],
    newest: () => [],
    metadata: [],
    gaps: [],
    relabelSteps: () => undefined,
    registerTargets: () => ({ ok: true }),
    scrapeNow: () => Promise.reject(new Error('no test asks for a scrape')),
    emit: (event) => {
      kept.add(event);
      for (const listener of listeners) listener(event);
    },
    agent: {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(0),
      reload: () => Promise.resolve(fake.reload),
      plan: () => Promise.reject(new Error('no test asks for a plan')),
      targets: () => ({
        active: fake.active,
        dropped: [{ pool: 'node', discoveredLabels: labelsFrom([['__address__', 'gone:1']]), reason: 'relabelling' }],
        droppedCounts: new Map([
          ['node', 4],
          ['other', 0],
        ]),
      }),
      deliveries: () => Promise.resolve(undefined),
      gaps: ({ target } = {}) =>
        fake.gaps.filter(({ id, url, labels }) => [id, url, labelValue(labels, 'instance')].includes(target ?? id)),
      targetMetadata: () => fake.metadata,
      relabelSteps: (pool, labels) => fake.relabelSteps(pool, labels),
      pools: () => ['node', 'other'],
      poolConfig: () => undefined,
      config: () => undefined,
      status: () => ({
        phase: fake.phase,
        startedAt: 1_700_000_000_000,
        lastReload: { ok: fake.reload.ok, at: 1_700_000_000_000, errors: fake.reload.errors },
        lastConfigAt: 1_700_000_000_000,
        loopCount: 1,
        actorCount: 9,
        seriesCount: 5,
      }),
      batches: () => new BatchStream({ registry: new SeriesRegistry(), name: 'x', batchCountMax: 1 }),
      on: () => () => {},
      registerTargets: (registration) => fake.registerTargets(registration),
      withdrawTargets: ({ name, source }) => fake.registerTargets({ name, source, groups: 'withdrawn', ttlMs: 0 }),
      scrapeNow: (id, request) => fake.scrapeNow(id, request),
      eventsSince: (id) => kept.since(id),
      lastEventId: () => kept.lastId(),
      onAny: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      selfMetrics: {
        ...silentMetrics,
        add: ({ name }, labels, n) => counted.push([name, ...labels, n].join(' ')),
        observe: ({ name }, labels, value) => {
          const key = [name, ...labels].join(' ');
          observed.set(key, [...(observed.get(key) ?? []), value]);
        },
      },
      inspect: () => () => {},
      actors: () => [],
      timersOf: () => [],
      history: () => {
        const kept = fake.history;
        return kept === undefined ? undefined : { range: () => kept, newest: (query) => fake.newest(query) };
      },
      metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
  return fake;
}

/** The surface around a fake agent, with what it counted and what it was asked to repeat. */
export function apiAround(fake: FakeAgent, over: Partial<ApiOptions> = {}) {
  const repeated: { readonly intervalMs: number; readonly run: () => void }[] = [];
  let quitCount = 0;
  const api = createApi({
    agent: fake.agent,
    build: { version: '0.1.0', revision: 'r', branch: 'main', buildUser: '', buildDate: '', goVersion: 'node v24' },
    host: { cwd: '/w', hostName: 'box', heapLimitBytes: 1 },
    flags: { 'config.file': 'a.yml' },
    externalUrl: new URL('https://limpet.example'),
    routePrefix: '',
    ownAddress: '127.0.0.1:9090',
    isLifecycleEnabled: true,
    corsOrigin: undefined,
    notificationSubscriberCountMax: 2,
    inspect: undefined,
    features: { prometheus: { agent_mode: true } },
    pageTitle: 'A <title>',
    quit: () => quitCount++ === 0,
    readPageFile: (path) =>
      Promise.resolve(
        path === 'index.html' ? { bytes: new TextEncoder().encode('<title>%LIMPET_TITLE%</title>'), contentType: 'text/html' } : undefined,
      ),
    mono: () => 0,
    wall: () => 1_700_000_100_000,
    every: (intervalMs, run) => {
      repeated.push({ intervalMs, run });
      return () => {};
    },
    log: silentLog,
    ...over,
  });
  return { api, repeated };
}

/** A relabelling rule with every field set. */
export const RELABEL_EXAMPLE = {
  sourceLabels: ['a'],
  separator: ';',
  regex: '(.*)',
  modulus: 0n,
  targetLabel: '',
  replacement: '$1',
  action: 'replace',
} as const;
