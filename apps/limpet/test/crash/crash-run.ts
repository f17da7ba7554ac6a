import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../interop/program/running-program.ts';
import { limpet, startSender } from '../interop/program/sender.ts';
import type { Sender } from '../interop/program/sender.ts';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';
import type { DeliveredSeries } from '../interop/sink/delivered-series.ts';
import { valueText } from '../interop/sink/value-text.ts';
import { waitUntil } from '../interop/wait-until.ts';
import { startCountingTargets } from './counting-targets.ts';
import type { CountingTargets } from './counting-targets.ts';
import { startFaultyReceiver } from './faulty-receiver.ts';
import type { FaultyReceiver } from './faulty-receiver.ts';

const TARGET_COUNT = 10;
const SERIES = ['scrapes', 'b', 'c', 'd', 'e', 'f', 'up', 'scrape_duration_seconds'];
/** A kill may cost what was scraped within the interval of fsync before it; less, on a machine that is not busy. */
const LOSS_MS = 1_000;
const SETTLE_MS = 1_000;
const CATCH_UP_MS = 60_000;

/** An agent with ten targets of six series, one receiver, and what has been done to them. */
export interface CrashRun extends AsyncDisposable {
  readonly targets: CountingTargets;
  readonly receiver: FaultyReceiver;
  /** Where the agent keeps its data. */
  readonly folder: string;
  /** Ends the agent at once, as a power switch does to a process, and starts it again. */
  killAndStart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Starts the agent and kills it when the promise resolves, ready or not. */
  startAndKill(when: Promise<void>): Promise<void>;
  /** Tells the agent to end; resolves with its exit code and how long it took. */
  stop(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  sender(): Sender;
  /** `target/number` of the scrapes up to a while ago that must not be lost. */
  due(): readonly string[];
  /** Lets everything arrive that can; resolves with what did not, and with what is out of order. */
  outcome(): Promise<CrashOutcome>;
}

export interface CrashOutcome {
  readonly servedCount: number;
  readonly arrivedCount: number;
  /** `target/number` of scrapes whose samples did not all arrive. */
  readonly lost: readonly string[];
  /** Samples that came after a newer one of their series and had not come before. */
  readonly outOfOrder: readonly string[];
  readonly repeatCount: number;
}

export interface CrashOptions {
  readonly flags?: readonly string[];
  /** The folder for configuration and data; one of its own by default. */
  readonly agentFolder?: string;
  /** Another receiver than that of the run. */
  readonly writeUrl?: string;
}

export async function startCrashRun({ flags = [], agentFolder, writeUrl }: CrashOptions = {}): Promise<CrashRun> {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryFolder());
  const folder = agentFolder ?? path;
  const targets = resources.use(await startCountingTargets());
  const receiver = resources.use(await startFaultyReceiver());
  const kills: number[] = [];
  let sender: Sender | undefined;
  const start = async (): Promise<void> => {
    const config = configOf(targets, writeUrl ?? receiver.url);
    sender = await startSender({ sender: limpet, folder, config, flags: [...flags, '--scrape.reload-on-startup'] });
  };
  const kill = async (): Promise<void> => {
    kills.push(Date.now());
    sender?.program.signal('SIGKILL');
    await sender?.program.exited;
  };
  resources.defer(async () => void (await sender?.program.stop()));
  await start();
  return {
    targets,
    receiver,
    folder: `${folder}/data`,
    kill,
    start,
    startAndKill: async (when) => {
      const program = startProgram({ name: limpet.name, command: limpet.command, args: [...limpet.args, ...programArgs(folder)] });
      await when;
      kills.push(Date.now());
      program.signal('SIGKILL');
      await program.exited;
    },
    killAndStart: async () => {
      await kill();
      await start();
    },
    stop: async () => {
      const startedMs = Date.now();
      const { code } = (await sender?.program.stop()) ?? { code: null };
      return { code, tookMs: Date.now() - startedMs };
    },
    sender: () => {
      if (sender === undefined) throw new Error('the agent was not started');
      return sender;
    },
    due: () => dueScrapes({ targets, kills }),
    outcome: () => outcomeOf({ targets, receiver, kills }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** As `startSender` starts it, on the configuration that it has written. */
function programArgs(folder: string): readonly string[] {
  const words = [`--config.file=${folder}/prometheus.yml`, `--storage.agent.path=${folder}/data`, '--web.listen-address=127.0.0.1:0'];
  return [...words, '--scrape.reload-on-startup'];
}

function configOf({ address }: CountingTargets, url: string): unknown {
  const groups = Array.from({ length: TARGET_COUNT }, (_, n) => ({
    targets: [address],
    labels: { __metrics_path__: `/t/${n}`, target: String(n) },
  }));
  const queue = { batch_send_deadline: '200ms', retry_on_http_429: true, max_shards: 4, max_samples_per_send: 100 };
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'counting', static_configs: groups }],
    remote_write: [{ url, name: 'crash', remote_timeout: '2s', queue_config: queue }],
  };
}

interface Facts {
  readonly targets: CountingTargets;
  readonly receiver: FaultyReceiver;
  readonly kills: readonly number[];
}

function dueScrapes({ targets, kills }: Pick<Facts, 'targets' | 'kills'>): readonly string[] {
  const untilMs = Date.now() - SETTLE_MS;
  const mayBeLost = (atMs: number): boolean => kills.some((killMs) => atMs <= killMs + LOSS_MS && atMs > killMs - LOSS_MS);
  return targets.served.filter(({ atMs }) => atMs <= untilMs && !mayBeLost(atMs)).map(({ target, number }) => `${target}/${number}`);
}

async function outcomeOf({ targets, receiver, kills }: Facts): Promise<CrashOutcome> {
  await sleep(SETTLE_MS);
  const due = dueScrapes({ targets, kills });
  const missing = (): string[] => {
    const arrived = arrivedScrapes(receiver);
    return due.filter((scrape) => !arrived.has(scrape));
  };
  await waitUntil({ what: 'everything to arrive', until: () => missing().length === 0, timeoutMs: CATCH_UP_MS }).catch(() => undefined);
  const series = receiver.delivery.select({ job: 'counting' });
  const orders = series.map(orderOf);
  return {
    servedCount: due.length,
    arrivedCount: arrivedScrapes(receiver).size,
    lost: missing(),
    outOfOrder: orders.flatMap(({ outOfOrder }) => outOfOrder),
    repeatCount: orders.reduce((sum, { repeatCount }) => sum + repeatCount, 0),
  };
}

/** Scrapes all of whose series have arrived, as `target/number`. */
function arrivedScrapes({ delivery }: FaultyReceiver): Set<string> {
  const arrived = new Set<string>();
  for (let target = 0; target < TARGET_COUNT; target++) {
    const times = SERIES.map((name) => timesOf(delivery.select({ __name__: name, target: String(target) })[0]));
    for (const { bits, timestampMs } of delivery.select({ __name__: 'scrapes', target: String(target) })[0]?.samples ?? []) {
      if (times.every((known) => known.has(timestampMs))) arrived.add(`${target}/${valueText(bits)}`);
    }
  }
  return arrived;
}

function timesOf(series: DeliveredSeries | undefined): ReadonlySet<number> {
  return new Set(series?.samples.map(({ timestampMs }) => timestampMs));
}

/** A sample may come again; one that comes for the first time must be newer than all before. */
function orderOf({ key, samples }: DeliveredSeries): { readonly outOfOrder: string[]; readonly repeatCount: number } {
  const seen = new Set<string>();
  const outOfOrder: string[] = [];
  let repeatCount = 0;
  let newestMs = -Infinity;
  for (const { timestampMs, bits } of samples) {
    const sample = `${timestampMs} ${bits}`;
    if (seen.has(sample)) repeatCount++;
    else if (timestampMs <= newestMs) outOfOrder.push(`${key} ${sample}`);
    seen.add(sample);
    newestMs = Math.max(newestMs, timestampMs);
  }
  return { outOfOrder, repeatCount };
}
