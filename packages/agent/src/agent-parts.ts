import type { Config, HttpClientConfig } from '@limpet/config';
import { parseTargetGroups } from '@limpet/config';
import { Driver, seededRandom } from '@limpet/driver';
import { createDiscovery } from '@limpet/discovery';
import type { Discovery, ProviderTable, PushBoard, WantedDiscovery } from '@limpet/discovery';
import { BODY_BUDGET_METRICS, BodyBudget } from '@limpet/http-client';
import type { HttpClient } from '@limpet/http-client';
import { labelsFrom, SeriesRegistry, silentLog } from '@limpet/model';
import type { Log, MetricDefinition, Result } from '@limpet/model';
import { createRemoteWrite, INTAKE_METRICS } from '@limpet/remote-write';
import type { RemoteWrite } from '@limpet/remote-write';
import {
  APPEND_METRICS,
  appendFeatures,
  createAppendPort,
  createFetchPort,
  createScrape,
  createScrapePorts,
  emptyTables,
  FETCH_METRICS,
  jitterSeed,
  LEDGER_METRICS,
  LoopDirectory,
  LoopLedgers,
  POOL_METRICS,
} from '@limpet/scrape';
import type { LoopEvent, ScrapeTables } from '@limpet/scrape';
import type { InspectionEvent } from 'xstate';
import type { AgentOptions, AgentWorld } from './agent-options.ts';
import { openedLines } from './known-lines.ts';
import { ConfigTable } from './config-table.ts';
import { FanOut } from './consumer/fan-out.ts';
import type { FanOutOptions } from './consumer/fan-out.ts';
import { EventHub } from './event/event-hub.ts';
import { KnownHostName } from './known-host-name.ts';
import { FailureLogs } from './live/failure-logs.ts';
import { StorageFolder } from './live/storage-folder.ts';
import { liveWorld } from './live/live-world.ts';
import { walOpener } from './live/live-wal.ts';
import { MetricRegistry } from './metric-registry.ts';
import { AskedScrapes, withAskedScrapes } from './on-demand/asked-scrapes.ts';
import { AGENT_METRICS, CONFIG_METRICS, RELOAD_METRICS } from './metrics.ts';
import { withReloadTally } from './reload/tallied-ports.ts';
import { ReloadTally } from './reload/reload-tally.ts';
import type { AgentPorts } from './root/agent-ports.ts';
import { StorageControl } from './storage-control.ts';
import { storeOpener } from './live/live-store.ts';
import { withScrapeEvents } from './event/scrape-events.ts';
import { TargetEvents } from './event/target-events.ts';

/** Time for the last delivery where none is given, milliseconds. */
const FLUSH_MS = 60_000;
const SCRAPE_CONCURRENCY = 1_000;

/** Everything that one agent is made of, wired and at rest. */
export interface AgentParts {
  readonly driver: Driver;
  readonly log: Log;
  readonly world: AgentWorld;
  readonly hub: EventHub;
  readonly metrics: MetricRegistry;
  readonly registry: SeriesRegistry;
  readonly fanOut: FanOut;
  readonly tables: ScrapeTables;
  /** The providers of discovery and what they have told. */
  readonly providers: ProviderTable;
  /** Where targets register. */
  readonly board: PushBoard;
  readonly directory: LoopDirectory;
  /** What became of every tick of every target. */
  readonly ledgers: LoopLedgers;
  /** Scrapes that somebody has asked for. */
  readonly asked: AskedScrapes;
  readonly targetEvents: TargetEvents;
  /** What the last reload does to the loops. */
  readonly reloads: ReloadTally;
  readonly configs: ConfigTable;
  readonly storage: StorageControl;
  readonly receivers: RemoteWrite;
  /** Who watches the receivers' machines, which are roots of their own. */
  readonly receiverObservers: Set<(event: InspectionEvent) => void>;
  /** The folder for what is kept; to be closed when nothing is written any more. */
  readonly folder: StorageFolder;
  /** For the root machine. */
  readonly ports: AgentPorts;
}

/** What is there before anything was counted: a counter that appears with its first event cannot be seen to rise. */
const COUNTERS_FROM_THE_START: readonly MetricDefinition[] = [
  ...APPEND_METRICS,
  ...[FETCH_METRICS, POOL_METRICS, INTAKE_METRICS].flatMap((metrics): readonly MetricDefinition[] => Object.values(metrics)),
].filter(({ type, labels }) => type === 'counter' && labels.length === 0);

/** Builds the parts. Nothing runs, listens or opens yet. */
export function makeParts(options: AgentOptions): AgentParts {
  const log = options.log ?? silentLog;
  const userAgent = `Limpet/${options.version ?? '0.0.0'}`;
  const bodyBudget = new BodyBudget(options.bodyBudget);
  const bareWorld = { ...liveWorld(userAgent, bodyBudget), ...options.ports };
  const world = options.around?.(bareWorld) ?? bareWorld;
  const metrics = new MetricRegistry({ withProcess: options.withProcessMetrics ?? false });
  metrics.declare(COUNTERS_FROM_THE_START);
  metrics.declare([...Object.values(AGENT_METRICS), ...Object.values(CONFIG_METRICS), ...Object.values(RELOAD_METRICS)]);
  showBodyBudget(bodyBudget, metrics);
  const driver = new Driver({ clock: world.clock, onFault: (error, input) => reportFault({ log, metrics }, error, input.key) });
  const hub = new EventHub({ log, wall: () => Math.trunc(driver.clock.wall()) });
  const registry = new SeriesRegistry({ hashSeed: world.hashSeed() });
  const fanOut = new FanOut({ registry, log, metrics, ...deliveryEvents(hub) });
  const tables = emptyTables();
  const reloads = new ReloadTally((revision, loops) => hub.emit('config.settled', { revision, loops }));
  const onFirst = (): void => showFirstConfig(metrics, driver.clock.wall());
  const configs = new ConfigTable({ source: options.config, jobs: tables.configs, log, onFirst });
  const failureLogs = new FailureLogs(log, (file) => world.openForAppending(file));
  const hostName = new KnownHostName({ given: options.hostName, names: world.hostNames, clock: world.clock });
  const core = { options, log, userAgent, world, metrics, driver, hub, registry, fanOut, tables, configs, reloads };
  const folder = new StorageFolder({ folder: options.storagePath, isLocked: options.locksStorage ?? true });
  const shared: Shared = { ...core, failureLogs, hostName, folder };
  const receiverObservers = new Set<(event: InspectionEvent) => void>();
  const receivers = receiverParts(shared, receiverObservers);
  const openStore = storeOpener({ folder: options.storagePath, registry, log, metrics, clock: bareWorld.clock });
  const storage = new StorageControl({ fanOut, receivers, openStore, log, waitForConsumers: (work) => world.waitForConsumers(work) });
  for (const make of options.consumers ?? []) fanOut.add(make(registry));
  const { scrape, directory, ledgers, asked, targetEvents } = scrapeParts(shared);
  const discovery = discoveryParts(shared);
  const ports: AgentPorts = {
    ...storagePorts(shared, storage),
    scrapeGraceMs: () => longestTimeoutMs(tables),
    flushDeadlineMs: options.flushDeadlineMs ?? FLUSH_MS,
    discovery: discovery.machine,
    scrape,
  };
  return {
    driver,
    log,
    world,
    hub,
    metrics,
    registry,
    fanOut,
    tables,
    providers: discovery.table,
    board: discovery.board,
    directory,
    ledgers,
    asked,
    targetEvents,
    configs,
    reloads,
    storage,
    receivers,
    receiverObservers,
    folder,
    ports,
  };
}

interface Shared extends Omit<
  AgentParts,
  'directory' | 'ledgers' | 'asked' | 'targetEvents' | 'board' | 'providers' | 'storage' | 'receivers' | 'receiverObservers' | 'ports'
> {
  readonly options: AgentOptions;
  readonly userAgent: string;
  readonly failureLogs: FailureLogs;
  readonly hostName: KnownHostName;
}

/** What a configuration changes besides the machines, and what is closed at the end. */
function storagePorts(
  { configs, failureLogs, hostName, folder }: Shared,
  storage: StorageControl,
): Pick<AgentPorts, 'openStorage' | 'loadConfig' | 'applyStorage' | 'flush'> {
  return {
    openStorage: () => Promise.resolve(folder.open()),
    loadConfig: ({ rev }) => configs.load(rev),
    applyStorage: async ({ rev }) => {
      const config = configs.get(rev);
      if (config === undefined) return { ok: false, error: `revision ${rev} is not known` };
      const [applied] = await Promise.all([storage.apply(config), failureLogs.open(rev, failureLogFiles(config)), hostName.look()]);
      return applied;
    },
    flush: async (signal) => {
      await storage.flush(signal);
      await failureLogs.close();
      folder.close();
    },
  };
}

function discoveryParts({ options, driver, log, metrics, world, configs, tables }: Shared): Discovery {
  return createDiscovery({
    driver,
    log,
    metrics,
    random: seededRandom(options.seed ?? Math.trunc(world.clock.wall())),
    providersOf: (rev) => {
      const config = configs.get(rev);
      return config === undefined ? undefined : wantedDiscovery(config);
    },
    openHttpClient: (config) => world.openHttpClient(config, { kind: 'discovery' }),
    files: world.files,
    dns: world.dns,
    clusterAddress: () => world.clusterAddress(),
    parseTargetGroups,
    snapshots: tables.groups,
  });
}

/** What a configuration asks of discovery. */
export function wantedDiscovery({ scrapeConfigs }: Config): WantedDiscovery {
  return new Map(scrapeConfigs.map((job) => [job.jobName, job.serviceDiscovery]));
}

function scrapeParts(shared: Shared): Pick<AgentParts, 'directory' | 'ledgers' | 'asked' | 'targetEvents'> & Pick<AgentPorts, 'scrape'> {
  const { options, driver, log, metrics, world, registry, fanOut, tables, userAgent } = shared;
  const directory = new LoopDirectory();
  const asked = new AskedScrapes(driver.clock);
  const events = new TargetEvents(shared.hub, (job) => tables.pools.get(job)?.config);
  const ledgers = makeLedgers(shared, events);
  const tell = (loopId: string, event: LoopEvent) => {
    if (event.type === 'marked') events.marked(loopId);
    directory.tell(loopId, event);
  };
  const port = { tables, driver, tell, log, metrics };
  const ports = createScrapePorts({
    tables,
    driver,
    log,
    metrics,
    directory,
    ledgers,
    fetchPort: createFetchPort({ ...port, concurrency: options.scrapeConcurrency ?? SCRAPE_CONCURRENCY, userAgent }),
    appendPort: createAppendPort({
      ...port,
      registry,
      sink: fanOut,
      features: appendFeatures(options.features ?? []),
      lines: openedLines(world, log),
      pause: () => world.pause(),
      ...(options.shortBodyBytesMax !== undefined && { shortBodyBytesMax: options.shortBodyBytesMax }),
      outOfOrderWindowMs: () => shared.configs.first()?.outOfOrderTimeWindowMs ?? 0,
      onAppended: (loopId, seq, result) => {
        ledgers.settled(loopId, seq, result);
        const entry = tables.loops.get(loopId);
        if (entry !== undefined) events.appended(entry);
        if (entry !== undefined) asked.appended(entry);
      },
      onViewed: (loopId, viewed) => asked.viewed(loopId, viewed),
      onRequestFailed: (failure) => shared.failureLogs.write(tables.pools.get(failure.job)?.config.scrapeFailureLogFile ?? '', failure),
    }),
    openHttpClient: (config: HttpClientConfig, job: string): Promise<Result<HttpClient, Error>> =>
      world.openHttpClient(config, { kind: 'scrape', job }),
    offsetSeed: () => jitterSeed(shared.hostName.current, externalLabelsOf(shared)),
    pause: () => world.pause(),
    refusalOf: (cfgRev) => shared.failureLogs.refusalOf(cfgRev),
  });
  const tallied = withReloadTally(ports, { tally: shared.reloads, tables, directory });
  const told = withAskedScrapes(withScrapeEvents(tallied, { hub: shared.hub, events, tables }), asked);
  return { scrape: createScrape(told, options), directory, ledgers, asked, targetEvents: events };
}

/**
 * Delivery to receivers, over the log on disk where there is a folder. A recorded or replayed run has none: what files
 * answer, and when, would reach the machines past the world that is recorded.
 */
function receiverParts(shared: Shared, observers: ReadonlySet<(event: InspectionEvent) => void>): RemoteWrite {
  const { options, world, hub, registry, driver, log, metrics, userAgent } = shared;
  const inspect = (event: InspectionEvent): void => observers.forEach((observe) => observe(event));
  const common = { registry, driver, log, metrics, inspect };
  const openStorage = walOpener({
    ...common,
    ...options.wal,
    folder: options.around === undefined ? options.storagePath : undefined,
    onCondition: (error) => (error === undefined ? hub.emit('storage.recovered', {}) : hub.emit('storage.degraded', { error })),
    onDropped: (dropped) => hub.emit('storage.dropped', dropped),
  });
  return createRemoteWrite({
    ...common,
    ...(openStorage !== undefined && { openStorage }),
    userAgent,
    openHttpClient: (config) => world.openHttpClient(config, { kind: 'remoteWrite' }),
    flushDeadlineMs: options.flushDeadlineMs ?? FLUSH_MS,
    collectMetadata: () => [...shared.tables.loops.values()].flatMap(({ cache }) => cache.metadata.list()),
  });
}

function deliveryEvents(hub: EventHub): Pick<FanOutOptions, 'onRefused' | 'onDegraded' | 'onRecovered'> {
  return {
    onRefused: (refused) => hub.emit('batch.refused', refused),
    onDegraded: (degraded) => hub.emit('delivery.degraded', degraded),
    onRecovered: (recovered) => hub.emit('delivery.recovered', recovered),
  };
}

function makeLedgers({ driver, metrics }: Shared, events: TargetEvents): LoopLedgers {
  const ledgers = new LoopLedgers({ clock: driver.clock, onTicks: (loopId, kind, count) => events.ticks(loopId, kind, count) });
  metrics.declare([LEDGER_METRICS.outcomes]);
  metrics.beforeExposition(() => ledgers.writeMetrics(metrics));
  return ledgers;
}

/** The file is good, which is what alerts ask about; that it is in force may take a while yet. */
function showFirstConfig(metrics: MetricRegistry, nowMs: number): void {
  metrics.set(CONFIG_METRICS.lastReloadSuccessful, [], 1);
  metrics.set(CONFIG_METRICS.lastReloadSuccessTimestamp, [], Math.trunc(nowMs) / 1000);
}

function showBodyBudget(budget: BodyBudget, metrics: MetricRegistry): void {
  let refusedCount = 0;
  metrics.beforeExposition(() => {
    metrics.set(BODY_BUDGET_METRICS.held, [], budget.heldBytes);
    metrics.set(BODY_BUDGET_METRICS.limit, [], budget.totalBytesMax);
    metrics.add(BODY_BUDGET_METRICS.refused, [], budget.refusedCount - refusedCount);
    refusedCount = budget.refusedCount;
  });
}

function externalLabelsOf({ configs }: Shared): ReturnType<typeof labelsFrom> {
  return labelsFrom(Object.entries(configs.newest()?.global.externalLabels ?? {}));
}

/** The failure logs that the jobs of a configuration name. */
function failureLogFiles({ scrapeConfigs }: Config): ReadonlySet<string> {
  return new Set(scrapeConfigs.map(({ scrapeFailureLogFile }) => scrapeFailureLogFile).filter((file) => file !== ''));
}

function longestTimeoutMs({ loops }: ScrapeTables): number {
  let longest = 0;
  for (const { target } of loops.values()) longest = Math.max(longest, target.timeoutMs);
  return longest;
}

function reportFault({ log, metrics }: Pick<Shared, 'log' | 'metrics'>, error: unknown, key: string): void {
  metrics.add(AGENT_METRICS.faults, [], 1);
  log.error('a fault of Limpet', {
    code: 'LIMPET_FAULT',
    input: key,
    cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}
