import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { Config, QueueConfig, RemoteWriteConfig } from '@limpet/config';
import { batchOf } from '@limpet/contract';
import type { BatchSpec, SampleSpec } from '@limpet/contract';
import { Driver, settled, VirtualClock } from '@limpet/driver';
import type { HttpClient, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { SeriesRegistry, succeeded } from '@limpet/model';
import type { Log, LogFields, MetricDefinition, Metrics } from '@limpet/model';
import { createRemoteWrite } from '../src/remote-write.ts';
import type { RemoteWrite, RemoteWriteOptions } from '../src/remote-write.ts';
import { decodeBody } from './decode-write-request.ts';
import type { DecodedSeries } from './decode-write-request.ts';

export const QUEUE: QueueConfig = {
  capacity: 10_000,
  maxShards: 50,
  minShards: 1,
  maxSamplesPerSend: 2_000,
  batchSendDeadlineMs: 5_000,
  minBackoffMs: 30,
  maxBackoffMs: 5_000,
  retryOnHttp429: false,
  sampleAgeLimitMs: 0,
};

export function receiverConfig(
  overrides: Partial<Omit<RemoteWriteConfig, 'queue'>> = {},
  queue: Partial<QueueConfig> = {},
): RemoteWriteConfig {
  const name = overrides.name ?? 'abc123';
  return {
    url: 'http://receiver.test/api/v1/write',
    name,
    hash: `hash of ${name}`,
    remoteTimeoutMs: 30_000,
    headers: {},
    writeRelabelConfigs: [],
    sendExemplars: false,
    sendNativeHistograms: false,
    roundRobinDns: false,
    protobufMessage: 'prometheus.WriteRequest',
    metadata: { send: true, sendIntervalMs: 60_000, maxSamplesPerSend: 2_000 },
    httpClient: { ...HTTP_CLIENT_DEFAULTS, enableHttp2: false },
    ...overrides,
    queue: { ...QUEUE, ...queue },
  };
}

export function configOf(
  remoteWrite: readonly RemoteWriteConfig[],
  externalLabels: Record<string, string> = {},
): Pick<Config, 'remoteWrite' | 'global'> {
  const global = { externalLabels, metricNameValidationScheme: 'utf8' } as unknown as Config['global'];
  return { remoteWrite, global };
}

/** One request that reached the scripted receiver. */
export interface ReceivedRequest {
  readonly request: HttpRequest;
  readonly atMs: number;
  /** Number of the connection that it came over. */
  readonly connection: number;
  readonly series: readonly DecodedSeries[];
}

/** `'hang'`: no answer until the request is aborted. `takes` is whether the receiver stored the request before it failed. */
export type Reaction = 'hang' | { readonly outcome: HttpOutcome; readonly afterMs?: number; readonly takes?: boolean };

export function answer(status: number, headers: Record<string, string> = {}, afterMs = 0): Reaction {
  const body = new TextEncoder().encode(status >= 300 ? 'the receiver says no' : '');
  return { outcome: { ok: true, status, statusText: '', headers, body, wireBytes: body.length }, afterMs };
}

export function failure(reason: 'connectionReset' | 'connectionRefused', afterMs = 0, takes = false): Reaction {
  return { outcome: { ok: false, reason, error: reason }, afterMs, takes };
}

/** A sample that the receiver has stored: it answered 2xx, or took it and then failed. */
export interface StoredSample {
  readonly series: string;
  readonly value: number | 'stale';
  readonly timestampMs: number;
}

/** A receiver in virtual time behind the `HttpClient` interface. `react` decides on each request by its number. */
export class ScriptedReceiver {
  readonly requests: ReceivedRequest[] = [];
  readonly stored: StoredSample[] = [];
  readonly closedClients = new Set<number>();
  readonly openConnections = new Set<number>();
  inFlight = 0;
  inFlightMax = 0;
  abortedCount = 0;
  /** Whether requests are read as message 1.0 with samples. */
  isDecoded = true;
  react: (request: ReceivedRequest, number: number) => Reaction = () => answer(204);
  readonly #clock: VirtualClock;
  #clientCount = 0;
  #connectionCount = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  open(): HttpClient {
    const client = this.#clientCount++;
    return {
      connect: () => {
        const connection = this.#connectionCount++;
        this.openConnections.add(connection);
        return { send: (request) => this.#send(request, connection), close: () => this.openConnections.delete(connection) };
      },
      close: () => this.closedClients.add(client),
    };
  }

  #send(request: HttpRequest, connection: number): Promise<HttpOutcome> {
    const isV1 = this.isDecoded && !String(request.headers?.['content-type']).includes('v2');
    const series = isV1 ? decodeBody(request.body ?? new Uint8Array()) : [];
    const received = { request, atMs: this.#clock.mono(), connection, series };
    this.requests.push(received);
    const reaction = this.react(received, this.requests.length);
    this.inFlightMax = Math.max(this.inFlightMax, ++this.inFlight);
    return new Promise((resolve) => {
      const settle = (outcome: HttpOutcome): void => {
        this.inFlight--;
        resolve(outcome);
      };
      const timer =
        reaction === 'hang' ? undefined : this.#clock.setTimeout(() => this.#answer(received, reaction, settle), reaction.afterMs ?? 0);
      request.signal.addEventListener('abort', () => {
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        this.abortedCount++;
        settle({ ok: false, reason: 'aborted', error: 'aborted' });
      });
    });
  }

  #answer(received: ReceivedRequest, { outcome, takes }: Reaction & object, settle: (outcome: HttpOutcome) => void): void {
    const isStored = outcome.ok ? outcome.status < 300 : takes === true;
    if (isStored) {
      for (const { labels, samples } of received.series) {
        for (const { value, timestampMs } of samples) this.stored.push({ series: JSON.stringify(labels), value, timestampMs });
      }
    }
    settle(outcome);
  }
}

/** Counts what is counted: `value('prometheus_…', 'reason')`. */
export class CountingMetrics implements Metrics {
  readonly values = new Map<string, number>();
  readonly removed: string[] = [];

  add({ name }: MetricDefinition, labels: readonly string[], n: number): void {
    const key = keyOf(name, labels);
    this.values.set(key, (this.values.get(key) ?? 0) + n);
  }

  set({ name }: MetricDefinition, labels: readonly string[], value: number): void {
    this.values.set(keyOf(name, labels), value);
  }

  observe({ name }: MetricDefinition, labels: readonly string[]): void {
    this.add({ name } as MetricDefinition, labels, 1);
  }

  remove({ name }: MetricDefinition, labels: readonly string[]): void {
    this.removed.push(keyOf(name, labels));
  }

  /** The value of `prometheus_remote_storage_<name>` of any receiver, with a reason where there is one. */
  value(name: string, reason = ''): number {
    return this.values.get(`prometheus_remote_storage_${name} ${reason}`.trim()) ?? 0;
  }
}

function keyOf(name: string, labels: readonly string[]): string {
  return `${name} ${labels[2] ?? ''}`.trim();
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly driver: Driver;
  readonly registry: SeriesRegistry;
  readonly receiver: ScriptedReceiver;
  readonly metrics: CountingMetrics;
  readonly logged: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[];
  readonly faults: unknown[];
  readonly remoteWrite: RemoteWrite;
  /** Appends as the fan-out does. */
  append(samples: readonly SampleSpec[], spec?: BatchSpec): boolean;
  advance(ms: number): Promise<void>;
}

/** `further` gives options that need what the bench makes. */
export function makeBench(
  options: Partial<RemoteWriteOptions> = {},
  further: (made: Pick<Bench, 'driver' | 'registry'>) => Partial<RemoteWriteOptions> = () => ({}),
): Bench {
  const clock = new VirtualClock();
  const faults: unknown[] = [];
  const driver = new Driver({ clock, onFault: (error) => faults.push(error) });
  const registry = new SeriesRegistry();
  const receiver = new ScriptedReceiver(clock);
  const metrics = new CountingMetrics();
  const logged: Bench['logged'] = [];
  const log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (message: string, fields?: LogFields) => logged.push({ level, message, fields }),
    ]),
  ) as unknown as Log;
  const openHttpClient = () => Promise.resolve(succeeded(receiver.open()));
  const remoteWrite = createRemoteWrite({
    registry,
    driver,
    log,
    metrics,
    openHttpClient,
    userAgent: 'Limpet/test',
    ...options,
    ...further({ driver, registry }),
  });
  return {
    clock,
    driver,
    registry,
    receiver,
    metrics,
    logged,
    faults,
    remoteWrite,
    append(samples, spec = {}) {
      const batch = batchOf(registry, samples, { timestampMs: Math.floor(clock.wall()), ...spec });
      return remoteWrite.append(batch, registry.nextSequence()).ok;
    },
    advance: (ms) => clock.advanceSettled(ms, settled),
  };
}

/** Closes in virtual time; returns how long it took. */
export async function closeBench(bench: Bench): Promise<number> {
  const startMs = bench.clock.mono();
  const end = { ms: -1 };
  void bench.remoteWrite.close().then(() => (end.ms = bench.clock.mono()));
  for (let step = 0; end.ms < 0 && step < 10_000; step++) {
    await settled();
    if (end.ms < 0) bench.clock.step(200_000);
  }
  if (end.ms < 0) throw new Error('close never ended');
  await settled();
  return end.ms - startMs;
}

/** `count` samples of series `s0 …`, each with the same value. */
export function samplesOf(count: number, value: number): SampleSpec[] {
  return Array.from({ length: count }, (_, n) => ({ labels: { __name__: `s${n}` }, value }));
}
