import type { ScrapeConfig } from '@limpet/config';
import { Driver, liveClock } from '@limpet/driver';
import type { Clock } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import { failed, SeriesRegistry, silentLog, silentMetrics, succeeded } from '@limpet/model';
import type { Log, Result } from '@limpet/model';
import { bindLoop, createAppendPort, createFetchPort, emptyTables, newLoopEntry } from '@limpet/scrape';
import type { FetchedBody, LoopEvent, loopMachine, LoopPorts, ScrapeTables, Target } from '@limpet/scrape';
import { createActor } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import type { AgentWorld } from '../agent-options.ts';
import { liveWorld } from '../live/live-world.ts';
import { scrapedSamples } from './scraped-sample.ts';
import type { ScrapedSample } from './scraped-sample.ts';

/** What one scrape needs. */
export interface ScrapeOnceOptions {
  /** The job under which the target is scraped. */
  readonly config: ScrapeConfig;
  readonly target: Target;
  /** In the user agent. `0.0.0` by default. */
  readonly version?: string;
  readonly log?: Log;
  /** Ports that touch the world; each has a live default. */
  readonly ports?: Partial<Pick<AgentWorld, 'clock' | 'openHttpClient'>>;
}

/** One scrape, with everything that the agent would have handed on. */
export interface ScrapedOnce {
  /** Why the target is down; undefined where it is up. */
  readonly error: string | undefined;
  /** In the order of the batch: samples of the target, then report series. */
  readonly samples: readonly ScrapedSample[];
  /** Decompressed; 0 where no body came. */
  readonly bodyBytes: number;
  readonly contentType: string | undefined;
  readonly phases: ScrapePhases;
}

/** Milliseconds that the parts of the scrape took; a part that was not reached has none. */
export interface ScrapePhases {
  /** From wanting to scrape until the request may start. */
  readonly queueMs: number;
  /** From the start of the request to the end of the body, or to its failure. */
  readonly fetchMs: number;
  /** Parsing, relabelling and writing the batch. */
  readonly appendMs: number;
}

const LOOP = 'once';
const REVISION = 1;
const NS_PER_MS = 1_000_000;
/** How far ahead the only slot lies: a slot that is now would be that of the next interval. */
const SLOT_AHEAD_MS = 1;

/**
 * Scrapes one target once, now, on the machine and the ports of the agent. Fails where the job's HTTP client cannot be
 * opened; a target that is down is an outcome.
 */
export async function scrapeOnce(options: ScrapeOnceOptions): Promise<Result<ScrapedOnce, Error>> {
  const { config, version = '0.0.0', ports } = options;
  const userAgent = `Limpet/${version}`;
  // no timer wheel for one target: its timer would outlive the scrape and keep the process waiting
  const world = { ...liveWorld(userAgent), clock: liveClock, ...ports };
  const opened = await world.openHttpClient(config.httpClient, { kind: 'scrape', job: config.jobName });
  if (!opened.ok) return failed(opened.error);
  try {
    return succeeded(await runLoop({ ...options, client: opened.value, clock: world.clock, userAgent }));
  } finally {
    opened.value.close();
  }
}

interface LoopRun extends ScrapeOnceOptions {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly userAgent: string;
}

/** Runs a loop from its slot to the end of its first append. Rejects only with a fault of ours. */
async function runLoop(run: LoopRun): Promise<ScrapedOnce> {
  const { config, target, clock, userAgent, log = silentLog } = run;
  const ended = Promise.withResolvers<void>();
  const driver = new Driver({ clock, onFault: (error) => ended.reject(error) });
  const registry = new SeriesRegistry();
  const tables = oneTarget(run);
  const entry = newLoopEntry({ id: LOOP, job: config.jobName, target });
  tables.loops.set(LOOP, entry);
  let samples: readonly ScrapedSample[] = [];
  let body: FetchedBody | undefined;
  const watch = new PhaseWatch(clock);
  const tell = (_: string, event: LoopEvent): void => {
    watch.note(event.type);
    if (event.type === 'response') body = tables.bodies.get(event.handle);
    actor?.send(event);
    if (event.type === 'appended') ended.resolve();
  };
  const shared = { tables, driver, tell, log, metrics: silentMetrics };
  const fetchPort = createFetchPort({ ...shared, concurrency: 1, userAgent });
  const sink = { append: (batch: Parameters<typeof scrapedSamples>[0]) => (samples = scrapedSamples(batch, registry)) };
  const appendPort = createAppendPort({ ...shared, registry, sink });
  const ports: LoopPorts = {
    clock: driver.clock,
    startFetch: (input) => {
      watch.note('wanted');
      fetchPort.startFetch(input);
    },
    cancelFetch: (loopId) => fetchPort.cancelFetch(loopId),
    startAppend: (input) => {
      watch.note('fetched');
      appendPort.startAppend(input);
    },
    cancelAppend: (loopId) => appendPort.cancelAppend(loopId),
    startMarking: (input) => appendPort.startMarking(input),
    loopRetargeted: () => {},
    gridMoved: () => {},
  };
  let actor: ActorRefFrom<typeof loopMachine> | undefined;
  const start = (): void => {
    const { key, intervalMs, timeoutMs } = target;
    // within an input the clock stands still, so the slot cannot pass before the loop has seen it
    const spec = {
      key,
      intervalMs,
      timeoutMs,
      cfgRev: REVISION,
      offsetHash: offsetHashAt(driver.clock.wall() + SLOT_AHEAD_MS, intervalMs),
    };
    const input = { id: LOOP, job: config.jobName, spec, forcedError: null };
    actor = createActor(bindLoop(ports), { id: LOOP, input, clock: driver.clock });
    actor.start();
  };
  try {
    driver.accept({ kind: 'command', key: 'start' }, start);
    await ended.promise;
  } finally {
    actor?.stop();
    fetchPort.release(LOOP);
    appendPort.release(LOOP);
  }
  return {
    error: entry.lastError === '' ? undefined : entry.lastError,
    samples,
    bodyBytes: body?.bytes.length ?? 0,
    contentType: body?.contentType,
    phases: watch.phases(),
  };
}

function oneTarget({ config, target, client }: LoopRun): ScrapeTables {
  const tables = emptyTables();
  const job = config.jobName;
  const targets = new Map([[target.key, target]]);
  tables.configs.set(REVISION, new Map([[job, config]]));
  tables.pools.set(job, { job, cfgRev: REVISION, config, client, seed: 0n, targets, dropped: [], droppedCount: 0 });
  return tables;
}

/** The hash of a target whose slot is at that time. */
function offsetHashAt(wallMs: number, intervalMs: number): string {
  const offsetNs = BigInt(Math.round((wallMs % intervalMs) * NS_PER_MS));
  return offsetNs.toString(16).padStart(16, '0');
}

/** Notes when the scrape passes from one phase to the next. */
class PhaseWatch {
  readonly #clock: Clock;
  readonly #times = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(moment: 'wanted' | 'fetched' | LoopEvent['type']): void {
    this.#times.set(moment, this.#clock.mono());
  }

  phases(): ScrapePhases {
    const between = (from: string, to: string): number => (this.#times.get(to) ?? 0) - (this.#times.get(from) ?? 0);
    return {
      queueMs: between('wanted', 'slotGranted'),
      fetchMs: between('slotGranted', 'fetched'),
      appendMs: between('fetched', 'appended'),
    };
  }
}
