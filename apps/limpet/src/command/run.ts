import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { AgentError, configFile, configText, createAgent } from '@limpet/agent';
import type { Agent, AgentOptions, ConfigSource } from '@limpet/agent';
import { createApi, listen, pageFolder } from '@limpet/api';
import type { ApiOptions, Listener } from '@limpet/api';
import { ConfigErrors } from '@limpet/config';
import type { Log } from '@limpet/model';
import type { RecordedAgent } from '@limpet/replay';
import { demoConfig } from '../demo/demo-config.ts';
import { startDemoTargets } from '../demo/demo-targets.ts';
import { publicAddress } from '../flag/external-url.ts';
import type { RecordOptions } from '../flag/record-flags.ts';
import { FlagError } from '../flag/run-options.ts';
import type { RunOptions } from '../flag/run-options.ts';
import type { CommandIo } from '../io/command-io.ts';
import { makeLog } from '../log/make-log.ts';
import { debugPort } from '../profile/debug-port.ts';
import { liveProfilePorts } from '../profile/live-profile-ports.ts';
import { startRunProfile } from '../profile/run-profile.ts';
import { limpetVersion } from '../version.ts';
import { watchConfig } from './auto-reload.ts';
import { openNatsLink } from './nats-link.ts';
import { obeySignals } from './process-signals.ts';

/** `limpet run`: the agent with its HTTP surface, until it is told to stop. Resolves with the exit code. */
export async function runCommand(options: RunOptions, io: CommandIo): Promise<number> {
  const log = makeLog({ level: options.logLevel, format: options.logFormat, write: io.writeErr });
  for (const warning of options.warnings) log.warn(warning);
  const endProfile = await profiled(options, log);
  try {
    return await runLogged(options, io, log);
  } finally {
    await endProfile();
  }
}

/** Begins the profile of the run where one is wanted; returns how to end it. */
async function profiled({ cpuProfileFile: file }: RunOptions, log: Log): Promise<() => Promise<void>> {
  if (file === undefined) return () => Promise.resolve();
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  };
  return startRunProfile({ ...liveProfilePorts, file, log, after });
}

async function runLogged(options: RunOptions, io: CommandIo, log: Log): Promise<number> {
  const demo = options.configFile === undefined ? await startDemoTargets() : undefined;
  let ownAddress = '';
  const source =
    demo === undefined
      ? configFile(options.configFile ?? '', { features: [...options.features] })
      : configText(() => demoConfig({ ownAddress, targetsAddress: demo.address }), { file: 'demo.yml' });
  if (demo === undefined && !(await isUsable(source, io))) return 2;
  try {
    return await runAgent({ options, io, log, source, isDemo: demo !== undefined, onListening: (address) => (ownAddress = address) });
  } finally {
    await demo?.close();
  }
}

interface AgentRun {
  readonly options: RunOptions;
  readonly io: CommandIo;
  readonly log: Log;
  readonly source: ConfigSource;
  readonly isDemo: boolean;
  readonly onListening: (address: string) => void;
}

async function runAgent({ options, io, log, source: config, isDemo, onListening }: AgentRun): Promise<number> {
  const made = await makeAgent(options.record, {
    config,
    log,
    version: limpetVersion(),
    storagePath: options.storagePath,
    locksStorage: options.locksStorage,
    wal: options.wal,
    scrapeConcurrency: options.concurrency,
    bodyBudget: { totalBytesMax: options.bodyMemoryBytes },
    reloadIntervalMs: options.reloadIntervalMs,
    reloadOnStartup: options.reloadOnStartup || isDemo,
    timestampToleranceMs: options.timestampToleranceMs,
    features: [...options.features],
    flushDeadlineMs: options.flushDeadlineMs,
    withProcessMetrics: true,
  });
  if ('refusal' in made) {
    io.writeErr(`${made.refusal}\n`);
    return 2;
  }
  const { agent } = made;
  const stopping = Promise.withResolvers<string>();
  let listener: Listener;
  try {
    listener = await serve({ agent, options, log, quit: oneTime(() => stopping.resolve('quit by HTTP')) });
  } catch (error) {
    if (error instanceof FlagError) throw error;
    if (error instanceof ConfigErrors) io.writeErr(`${error.print()}\n`);
    log.error('the listener could not be started', { code: 'LIMPET_LISTEN', cause: String(error) });
    return 1;
  }
  const ownAddress = reachable(listener.addresses[0] ?? '');
  onListening(ownAddress);
  const source = publicAddress({ ...options, hostName: hostname(), port: portOf(options) }).externalUrl.href;
  const natsLink = options.nats && (await openNatsLink({ agent, nats: options.nats, source, log }));
  const stopObeying = obeySignals({ io, log, agent, stop: stopping.resolve, now: () => performance.now() });
  try {
    const interruption = await Promise.race([agent.start().then(() => undefined), stopping.promise]);
    if (interruption !== undefined) return await agent.stop(interruption);
    io.writeErr(isDemo ? greeting(`${listener.isTls ? 'https' : 'http'}://${ownAddress}/`) : '');
    if (options.inspect !== undefined) log.info('the actors can be watched', { at: `${ownAddress}/-/inspect`, ...options.inspect });
    log.info('ready', { address: listener.addresses.join(' '), config: options.configFile ?? 'the demo' });
    const stopWatching = watchConfig({ options, agent, log });
    const reason = await Promise.race([stopping.promise, ended(agent)]);
    stopWatching();
    log.info('stopping', { reason });
    return await agent.stop(reason);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.error(error.message, { code: error.code });
    return error.exitCode;
  } finally {
    stopObeying();
    await natsLink?.close();
    await made.close();
    await listener.close();
  }
}

/** The agent, recorded where that is asked for. A folder that cannot be used is refused before anything runs. */
async function makeAgent(
  record: RecordOptions | undefined,
  options: AgentOptions,
): Promise<Omit<RecordedAgent, 'atRest'> | { readonly refusal: string }> {
  if (record === undefined) return { agent: createAgent(options), close: () => Promise.resolve() };
  const { liveRecordingFolder, recordAgent } = await import('@limpet/replay');
  const { folder, ...scope } = record;
  options.log?.warn('the run is recorded: samples for remote_write wait in memory, not on disk', { folder });
  try {
    return await recordAgent(options, { ...scope, folder: liveRecordingFolder(folder) });
  } catch (error) {
    return { refusal: `the run cannot be recorded: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function isUsable(source: ConfigSource, io: CommandIo): Promise<boolean> {
  const loaded = await source.load();
  if (!loaded.ok) io.writeErr(`${'print' in loaded.error ? loaded.error.print() : loaded.error.message}\n`);
  return loaded.ok;
}

interface Serving {
  readonly agent: Agent;
  readonly options: RunOptions;
  readonly log: Log;
  readonly quit: () => boolean;
}

function serve({ agent, options, log, quit }: Serving): Promise<Listener> {
  const port = portOf(options);
  const pages = fileURLToPath(new URL('./dist/', import.meta.resolve('@limpet/web/package.json')));
  if (!existsSync(pages)) log.warn('the page has not been built; run the build task', { code: 'LIMPET_PAGE' });
  const api = createApi({
    agent,
    build: { version: limpetVersion(), revision: '', branch: '', buildUser: '', buildDate: '', goVersion: `node ${process.version}` },
    host: { cwd: process.cwd(), hostName: hostname(), heapLimitBytes: getHeapStatistics().heap_size_limit },
    flags: options.flags,
    ...publicAddress({ ...options, hostName: hostname(), port }),
    ownAddress: options.listenAddresses[0] ?? '',
    isLifecycleEnabled: options.isLifecycleEnabled,
    corsOrigin: options.flags['web.cors.origin'] === '.*' ? undefined : options.corsOrigin,
    pageTitle: options.pageTitle,
    quit,
    inspect: options.inspect,
    readPageFile: pageFolder(pages),
    notificationSubscriberCountMax: options.notificationSubscriberCountMax,
    features: featureTable(options),
    wall: () => Date.now(),
    mono: () => performance.now(),
    every: (intervalMs, run) => {
      const timer = setInterval(run, intervalMs);
      return () => clearInterval(timer);
    },
    log,
    debug: options.debug === undefined ? undefined : { ...debugPort(liveProfilePorts), ...options.debug },
  });
  return listen(api, {
    addresses: options.listenAddresses,
    readTimeoutMs: options.readTimeoutMs,
    maxConnections: options.maxConnections,
    webConfigFile: options.webConfigFile,
    log,
  });
}

function portOf({ listenAddresses }: Pick<RunOptions, 'listenAddresses'>): number {
  return Number(/:(\d+)$/.exec(listenAddresses[0] ?? '')?.[1] ?? 0);
}

/** What `features` shows: what is built in, and what a flag has switched on. */
function featureTable({ features, isLifecycleEnabled, autoReloadIntervalMs }: RunOptions): ApiOptions['features'] {
  const isOn = (name: string) => features.has(name);
  return {
    api: { lifecycle: isLifecycleEnabled, remote_write_receiver: false, otlp_write_receiver: false },
    prometheus: { agent_mode: true, auto_reload_config: autoReloadIntervalMs !== undefined },
    scrape: {
      extra_scrape_metrics: isOn('extra-scrape-metrics'),
      start_timestamp_zero_ingestion: isOn('created-timestamp-zero-ingestion'),
      type_and_unit_labels: isOn('type-and-unit-labels'),
    },
  };
}

/** Resolves when the agent ends by itself: through a fault that it cannot go on after. */
function ended(agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    agent.on('agent.stopping', ({ reason }) => resolve(reason));
  });
}

/** Runs something once; says whether this was the time. */
function oneTime(run: () => void): () => boolean {
  let isFirst = true;
  return () => {
    const wasFirst = isFirst;
    isFirst = false;
    if (wasFirst) run();
    return wasFirst;
  };
}

/** An address that this machine can call, where the listener takes every interface. */
function reachable(address: string): string {
  return address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '127.0.0.1:');
}

function greeting(url: string): string {
  return `
  Limpet is running its demo: itself, two steady targets, one that flaps, one that is slow.

      ${url}

  Name a configuration with --config.file=prometheus.yml. Ctrl-C stops.

`;
}
