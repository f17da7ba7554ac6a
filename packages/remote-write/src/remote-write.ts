import type { Config, HttpClientConfig, RemoteWriteConfig } from '@limpet/config';
import { indexTimers } from '@limpet/driver';
import type { Driver } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import { copyBatch, failed, succeeded } from '@limpet/model';
import type { Appendable, AppendVerdict, FamilyMetadata, Labels, Log, Metrics, Result, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { compileRules, relabel } from '@limpet/relabel';
import type { LoggedScrape, ScrapeQuery, Storage } from '@limpet/wal';
import { createActor } from 'xstate';
import type { ActorRefFrom, InspectionEvent } from 'xstate';
import { RemoteWriteError } from './errors.ts';
import { FLUSH_DEADLINE_MS, LOG_SAMPLES_MAX } from './limits.ts';
import { IntakeCounters } from './queue/intake-counters.ts';
import { bindMetadata } from './metadata/metadata.machine.ts';
import { MetadataSender } from './metadata/metadata-sender.ts';
import { logPlaces } from './remote/log-place.ts';
import { effectiveExternalLabels, queueChanges } from './remote/queue-changes.ts';
import { queuePorts } from './remote/queue-ports.ts';
import { bindRemote } from './remote/remote.machine.ts';
import type { remoteMachine } from './remote/remote.machine.ts';
import { RemoteQueue } from './remote/remote-queue.ts';
import type { DeliveryStage } from './remote/remote-queue.ts';
import type { RemoteQueueOptions } from './remote/remote-queue-options.ts';
import { ClientLease } from './send/client-lease.ts';
import type { FinishedRequest } from './send/request-journal.ts';
import type { SeriesRules } from './series/series-labels.ts';

export interface RemoteWriteOptions {
  readonly registry: SeriesRegistry;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Opens the HTTP client of a receiver; a refusal keeps the running configuration. */
  openHttpClient(config: HttpClientConfig): Promise<Result<HttpClient, Error>>;
  /** `Limpet/<version>`. */
  readonly userAgent: string;
  /** `--storage.remote.flush-deadline`, 60 s by default. */
  readonly flushDeadlineMs?: number;
  /** Samples that may wait in memory in front of the shards of each receiver; `LOG_SAMPLES_MAX` by default. */
  readonly logSamplesMax?: number;
  /** Opens the durable log that each receiver reads, with the first of them; without it samples wait in memory. */
  openStorage?(): Promise<Result<Storage, Error>>;
  /** What the active targets say about their metrics now; without it no metadata is sent (W-014). */
  collectMetadata?(): Iterable<FamilyMetadata>;
  /** Told of everything that happens in the receivers' machines. */
  readonly inspect?: (event: InspectionEvent) => void;
}

/** What an `apply` changed. Names of receivers. */
export interface AppliedReceivers {
  readonly kept: readonly string[];
  readonly started: readonly string[];
  readonly stopped: readonly string[];
}

/** One receiver as it runs, for views. */
export interface ReceiverStatus {
  readonly name: string;
  /** The password, if it has one, masked. */
  readonly url: string;
  readonly actor: ActorRefFrom<typeof remoteMachine>;
  readonly pendingSamples: number;
}

/** A scrape in the log, and how far it is with each receiver in force. */
export interface ScrapeDelivery {
  readonly scrape: LoggedScrape;
  readonly receivers: readonly {
    readonly name: string;
    readonly url: string;
    readonly stage: DeliveryStage;
    /** The requests that may have had something of it, as far as they are remembered. */
    readonly requests: readonly FinishedRequest[];
  }[];
}

/** Delivery to every receiver configured, as one consumer of scrape batches. */
export interface RemoteWrite extends Appendable {
  /**
   * Puts the receivers of a configuration in force. Unchanged ones keep running and get a new HTTP client; others are
   * flushed and ended before new ones start, and meanwhile batches collect for the new ones. Resolves as soon as the
   * new list takes batches; a refusal changes nothing. Calls wait for each other.
   */
  apply(config: Pick<Config, 'remoteWrite' | 'global'>): Promise<Result<AppliedReceivers, RemoteWriteError>>;
  /** What became of scrapes that the log on disk has; undefined where there is no such log. */
  deliveries(query: ScrapeQuery): Promise<readonly ScrapeDelivery[] | undefined>;
  /** The receivers in force, in the order of the configuration. */
  receivers(): readonly ReceiverStatus[];
  /** The machines of the receivers, those that are ending included. */
  actors(): readonly ActorRefFrom<typeof remoteMachine>[];
  /** Delivers what was accepted, at most for the flush deadline, or until `signal` cuts it short, and ends. */
  close(signal?: AbortSignal): Promise<void>;
}

interface Receiver {
  readonly hash: string;
  readonly externalLabels: Labels;
  readonly queue: RemoteQueue;
  readonly actor: ActorRefFrom<typeof remoteMachine>;
}

/** Starts without receivers; `apply` brings them. */
export function createRemoteWrite(options: RemoteWriteOptions): RemoteWrite {
  return new RemoteWriter(options);
}

class RemoteWriter implements RemoteWrite {
  readonly name = 'remote_write';
  readonly #options: RemoteWriteOptions;
  readonly #intake: IntakeCounters;
  /** By id, those that are ending included. */
  readonly #queues = new Map<string, RemoteQueue>();
  readonly #machine: typeof remoteMachine;
  #storage: Storage | undefined;
  /** Names of the places in the log that the receivers in force have. */
  #places: ReadonlySet<string> = new Set();
  #receivers: readonly Receiver[] = [];
  #ending: readonly Receiver[] = [];
  #applied: Promise<unknown> = Promise.resolve();
  #ordinal = 0;
  #isClosed = false;

  constructor(options: RemoteWriteOptions) {
    this.#options = options;
    this.#intake = new IntakeCounters(options.metrics);
    this.#machine = bindRemote(queuePorts(this.#queues, options.log));
  }

  append(batch: ScrapeBatch, sequence: number): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    this.#intake.count(batch);
    if (this.#storage !== undefined && this.#receivers.length > 0) return this.#appendDurably(batch, this.#storage);
    let kept: ScrapeBatch | undefined;
    const copy = (): ScrapeBatch => (kept ??= copyBatch(batch));
    const refusals: string[] = [];
    let reason: 'full' | 'failed' = 'full';
    for (const { queue } of this.#receivers) {
      const verdict = offer(queue, batch, sequence, copy);
      if (verdict.ok) continue;
      refusals.push(queue.options.config.name);
      if (verdict.reason === 'failed') reason = 'failed';
    }
    return refusals.length === 0 ? { ok: true } : { ok: false, reason, detail: `refused by ${refusals.join(', ')}` };
  }

  /** One record for all receivers; each reads it at its place. */
  #appendDurably(batch: ScrapeBatch, storage: Storage): AppendVerdict {
    const verdict = storage.append(batch);
    for (const { queue } of this.#receivers) queue.appended(batch, { isTaken: verdict.ok });
    return verdict;
  }

  oldestInUse(): number | undefined {
    let oldest: number | undefined;
    for (const queue of this.#queues.values()) {
      const inUse = queue.oldestInUse();
      if (inUse !== undefined && (oldest === undefined || inUse < oldest)) oldest = inUse;
    }
    return oldest;
  }

  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.flush(signal)));
  }

  receivers(): readonly ReceiverStatus[] {
    return this.#receivers.map(({ queue, actor }) => ({
      name: queue.options.config.name,
      url: queue.url,
      actor,
      pendingSamples: queue.pendingSamples,
    }));
  }

  actors(): readonly ActorRefFrom<typeof remoteMachine>[] {
    return [...this.#ending, ...this.#receivers].map(({ actor }) => actor);
  }

  async deliveries(query: ScrapeQuery): Promise<readonly ScrapeDelivery[] | undefined> {
    const scrapes = await this.#storage?.find(query);
    return scrapes?.map((scrape) => ({
      scrape,
      receivers: this.#receivers.map(({ queue }) => ({
        name: queue.options.config.name,
        url: queue.url,
        stage: queue.stageOf(scrape.sequence),
        requests: queue.requests.of(scrape.sequence),
      })),
    }));
  }

  async close(signal?: AbortSignal): Promise<void> {
    this.#isClosed = true;
    await this.#applied;
    const ending = [...this.#ending, ...this.#receivers];
    this.#receivers = [];
    this.#ending = ending;
    for (const receiver of ending) this.#send(receiver, { type: 'stop' });
    const abort = (): void => ending.forEach((receiver) => this.#send(receiver, { type: 'abort' }));
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    await Promise.all(ending.map(({ queue }) => queue.ended));
    signal?.removeEventListener('abort', abort);
    await this.#storage?.close();
  }

  apply(config: Pick<Config, 'remoteWrite' | 'global'>): Promise<Result<AppliedReceivers, RemoteWriteError>> {
    const applied = this.#applied.then(() => this.#apply(config));
    this.#applied = applied.catch(() => undefined);
    return applied;
  }

  async #apply({ remoteWrite, global }: Pick<Config, 'remoteWrite' | 'global'>): Promise<Result<AppliedReceivers, RemoteWriteError>> {
    if (this.#isClosed) return failed(new RemoteWriteError('LIMPET_REMOTE_WRITE_CLOSED', 'remote write has ended'));
    const externalLabels = effectiveExternalLabels(global.externalLabels);
    const changes = queueChanges(this.#receivers, remoteWrite, externalLabels);
    if (!changes.ok) return changes;
    const rules = compiled(remoteWrite, global.metricNameValidationScheme);
    if (!rules.ok) return rules;
    const opened = await this.#openStorage(remoteWrite);
    if (!opened.ok) return opened;
    const leases = await this.#openClients(remoteWrite);
    if (!leases.ok) return leases;
    const { keep, start, stop } = changes.value;
    for (const { queue: receiver, config } of keep) receiver.queue.replaceClient(pick(leases.value, config));
    for (const receiver of stop) this.#send(receiver, { type: 'stop' });
    this.#ending = [...this.#ending, ...stop];
    const predecessors = Promise.all(this.#ending.map(({ queue }) => queue.ended));
    const places = await this.#takePlaces(remoteWrite, predecessors);
    const started = start.map((config) =>
      this.#startReceiver({
        config,
        durable: places.get(config),
        externalLabels,
        rules: pick(rules.value, config),
        lease: pick(leases.value, config),
        predecessors,
      }),
    );
    const byHash = new Map([...keep.map(({ queue }) => queue), ...started].map((receiver) => [receiver.hash, receiver]));
    this.#receivers = remoteWrite.flatMap(({ hash }) => byHash.get(hash) ?? []);
    return succeeded({
      kept: keep.map(({ config }) => config.name),
      started: start.map(nameOf),
      stopped: stop.map(({ queue }) => queue.options.config.name),
    });
  }

  #startReceiver(
    settings: Pick<RemoteQueueOptions, 'config' | 'externalLabels' | 'rules' | 'lease' | 'predecessors' | 'durable'>,
  ): Receiver {
    const { registry, driver, log, metrics, userAgent, logSamplesMax, flushDeadlineMs, inspect } = this.#options;
    const { config, externalLabels } = settings;
    const id = `remote:${this.#ordinal++}`;
    const shared = { registry, driver, log, metrics, userAgent, logSamplesMax: logSamplesMax ?? LOG_SAMPLES_MAX };
    const queue = new RemoteQueue({ ...settings, ...shared, id });
    this.#queues.set(id, queue);
    const { batchSendDeadlineMs, minBackoffMs, maxBackoffMs, minShards } = config.queue;
    const timing = { batchSendDeadlineMs, minBackoffMs, maxBackoffMs, remoteTimeoutMs: config.remoteTimeoutMs };
    const input = { remote: id, minShards, flushDeadlineMs: flushDeadlineMs ?? FLUSH_DEADLINE_MS, timing };
    const actor = createActor(this.#machine, { id, input, clock: driver.clock, ...(inspect !== undefined && { inspect }) });
    indexTimers(actor.system);
    const receiver = { hash: config.hash, externalLabels, queue, actor };
    actor.subscribe({ error: (error) => this.#broke(queue, error) });
    void queue.ended.then(() => this.#forget(receiver));
    driver.accept({ kind: 'command', key: `${id}/start` }, () => actor.start());
    this.#startMetadata(queue);
    return receiver;
  }

  /** Metadata goes by itself, only as message 1.0: 2.0 has it with the series (W-024). */
  #startMetadata(queue: RemoteQueue): void {
    const { options } = queue;
    const { config, driver, log, metrics, userAgent } = options;
    const owner = this.#options;
    if (owner.collectMetadata === undefined || !config.metadata.send) return;
    if (config.protobufMessage !== 'prometheus.WriteRequest') {
      log.warn('metadata_config has no effect with remote write 2.0', { code: 'LIMPET_REMOTE_WRITE_METADATA', remote: config.name });
      return;
    }
    const collect = (): Iterable<FamilyMetadata> => owner.collectMetadata?.() ?? [];
    const sender = new MetadataSender({ config, url: queue.url, driver, log, metrics, userAgent, collect, lease: () => queue.lease });
    const { minBackoffMs, maxBackoffMs } = config.queue;
    const { remoteTimeoutMs, metadata } = config;
    const flushDeadlineMs = owner.flushDeadlineMs ?? FLUSH_DEADLINE_MS;
    const input = { sendIntervalMs: metadata.sendIntervalMs, remoteTimeoutMs, minBackoffMs, maxBackoffMs, flushDeadlineMs };
    const inspect = owner.inspect;
    const actor = createActor(bindMetadata(sender), {
      id: `metadata/${options.id}`,
      input,
      clock: driver.clock,
      ...(inspect && { inspect }),
    });
    indexTimers(actor.system);
    actor.subscribe({ error: (error) => log.error('sending metadata broke', { code: 'LIMPET_REMOTE_WRITE_FAULT', error: String(error) }) });
    void queue.ended.then(() => driver.accept({ kind: 'derived', key: `metadata/${options.id}` }, () => actor.send({ type: 'stop' })));
    driver.accept({ kind: 'command', key: `metadata/${options.id}` }, () => actor.start());
  }

  async #openStorage(configs: readonly RemoteWriteConfig[]): Promise<Result<undefined, RemoteWriteError>> {
    const options = this.#options;
    if (options.openStorage === undefined || configs.length === 0 || this.#storage !== undefined) return succeeded(undefined);
    const opened = await options.openStorage();
    if (!opened.ok) return failed(new RemoteWriteError('LIMPET_REMOTE_WRITE_LOG', opened.error.message, { cause: opened.error }));
    this.#storage = opened.value;
    return succeeded(undefined);
  }

  /** The place of each receiver in the log: known ones as they are, new ones at its end; of others none is kept. */
  async #takePlaces(
    configs: readonly RemoteWriteConfig[],
    predecessors: Promise<unknown>,
  ): Promise<ReadonlyMap<RemoteWriteConfig, RemoteQueueOptions['durable']>> {
    const storage = this.#storage;
    if (storage === undefined) return new Map();
    const names = logPlaces(configs);
    this.#places = new Set(names);
    for (const name of names) await storage.register(name);
    const forget = (): Promise<void> => storage.keepOnly(this.#places);
    void predecessors.then(forget, forget);
    return new Map(configs.map((config, index) => [config, { storage, place: names[index] ?? '' }]));
  }

  /** A machine that errors is a fault of ours: what it held counts as failed, the other receivers go on. */
  #broke(queue: RemoteQueue, error: unknown): void {
    const { id, config } = queue.options;
    this.#options.log.error('a receiver broke', { code: 'LIMPET_REMOTE_WRITE_FAULT', remote: config.name, id, error: String(error) });
    queue.release();
  }

  #forget(receiver: Receiver): void {
    this.#queues.delete(receiver.queue.options.id);
    this.#ending = this.#ending.filter((candidate) => candidate !== receiver);
  }

  #send({ queue, actor }: Receiver, event: { readonly type: 'stop' | 'abort' }): void {
    this.#options.driver.accept({ kind: 'command', key: `${queue.options.id}/${event.type}` }, () => {
      if (actor.getSnapshot().status === 'active') actor.send(event);
    });
  }

  /** One client a receiver; where one is refused the others are closed again. */
  async #openClients(
    configs: readonly RemoteWriteConfig[],
  ): Promise<Result<ReadonlyMap<RemoteWriteConfig, ClientLease>, RemoteWriteError>> {
    const opened = await Promise.all(configs.map((config) => this.#options.openHttpClient(config.httpClient)));
    const leases = new Map<RemoteWriteConfig, ClientLease>();
    let refusal: RemoteWriteError | undefined;
    configs.forEach((config, index) => {
      const client = opened[index];
      if (client?.ok === true) leases.set(config, new ClientLease(client.value));
      else {
        const message = `remote_write "${config.name}": ${client?.error.message ?? 'no client'}`;
        refusal ??= new RemoteWriteError('LIMPET_REMOTE_WRITE_CLIENT', message, { cause: client?.error });
      }
    });
    if (refusal === undefined) return succeeded(leases);
    for (const lease of leases.values()) lease.retire();
    return failed(refusal);
  }
}

/** A queue must not throw; one that does is at fault, and the others still get the batch. */
function offer(queue: RemoteQueue, batch: ScrapeBatch, sequence: number, copy: () => ScrapeBatch): AppendVerdict {
  try {
    return queue.append(batch, sequence, copy);
  } catch (error) {
    return { ok: false, reason: 'failed', detail: String(error) };
  }
}

function compiled(
  configs: readonly RemoteWriteConfig[],
  scheme: Config['global']['metricNameValidationScheme'],
): Result<ReadonlyMap<RemoteWriteConfig, SeriesRules>, RemoteWriteError> {
  const rules = new Map<RemoteWriteConfig, SeriesRules>();
  for (const config of configs) {
    try {
      const compiledRules = compileRules(config.writeRelabelConfigs, scheme);
      rules.set(config, (labels) => relabel(labels, compiledRules));
    } catch (cause) {
      const message = `remote_write "${config.name}": ${cause instanceof Error ? cause.message : String(cause)}`;
      return failed(new RemoteWriteError('LIMPET_REMOTE_WRITE_RULES', message, { cause }));
    }
  }
  return succeeded(rules);
}

function pick<Value>(values: ReadonlyMap<RemoteWriteConfig, Value>, config: RemoteWriteConfig): Value {
  const value = values.get(config);
  if (value === undefined) throw new Error(`nothing was made for remote_write "${config.name}"`);
  return value;
}

function nameOf({ name }: RemoteWriteConfig): string {
  return name;
}
