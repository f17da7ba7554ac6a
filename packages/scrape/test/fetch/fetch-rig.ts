import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { HttpClientConfig, ScrapeConfig } from '@limpet/config';
import { Driver, VirtualClock } from '@limpet/driver';
import { liveHttpEffects, openHttpClient } from '@limpet/http-client';
import type { HttpClient, HttpConnection } from '@limpet/http-client';
import { silentLog, silentMetrics } from '@limpet/model';
import type { Metrics } from '@limpet/model';
import { createFetchPort } from '../../src/fetch/fetch-port.ts';
import type { FetchPool, FetchPort, FetchTables } from '../../src/fetch/fetch-port.ts';
import type { FetchTarget } from '../../src/fetch/loop-fetch.ts';
import type { LoopEvent } from '../../src/loop/loop-events.ts';

/** What a job without any settings has. */
export const PLAIN_JOB: FetchPool['config'] = {
  scrapeProtocols: ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'],
  metricNameEscapingScheme: 'allow-utf-8',
  enableCompression: true,
  bodySizeLimit: 0,
};

type MutableTables = FetchTables & { readonly pools: Map<string, FetchPool>; readonly loops: Map<string, FetchTarget> };

/** A fetch port on a driver under virtual time, with everything that it told. */
export interface Rig {
  readonly port: FetchPort;
  readonly tables: MutableTables;
  readonly clock: VirtualClock;
  readonly driver: Driver;
  readonly told: { readonly loopId: string; readonly event: LoopEvent }[];
  readonly counted: Map<string, number>;
  /** Makes a loop of job `job` known. */
  addLoop(loopId: string, url: string, socketPath?: string): FetchTarget;
  /** Starts as a loop does: from within an input. */
  start(loopId: string, options?: { readonly seq?: number; readonly timeoutMs?: number }): void;
  /** The events that a loop was told, as they came. */
  events(loopId: string): LoopEvent[];
}

export function makeRig(client: HttpClient, { concurrency = 0, config = {}, onTold }: RigOptions = {}): Rig {
  const clock = new VirtualClock();
  const driver = new Driver({
    clock,
    onFault: (error) => {
      throw error;
    },
  });
  const tables: MutableTables = {
    pools: new Map([['job', { client, config: { ...PLAIN_JOB, ...config } }]]),
    loops: new Map(),
    bodies: new Map(),
  };
  const told: { readonly loopId: string; readonly event: LoopEvent }[] = [];
  const counted = new Map<string, number>();
  const metrics: Metrics = {
    ...silentMetrics,
    add: ({ name }, labelValues, n) =>
      counted.set([name, ...labelValues].join(' '), (counted.get([name, ...labelValues].join(' ')) ?? 0) + n),
    observe: ({ name }, _, value) => counted.set(`${name} sum`, (counted.get(`${name} sum`) ?? 0) + value),
  };
  const tell = (loopId: string, event: LoopEvent): void => {
    told.push({ loopId, event });
    onTold?.(loopId, event);
  };
  const port = createFetchPort({ tables, driver, concurrency, tell, log: silentLog, metrics, userAgent: 'Limpet/test' });
  return {
    port,
    tables,
    clock,
    driver,
    told,
    counted,
    addLoop(loopId, url, socketPath = '') {
      const entry: FetchTarget = { target: { url, socketPath }, connection: undefined };
      tables.loops.set(loopId, entry);
      return entry;
    },
    start(loopId, { seq = 1, timeoutMs = 10_000 } = {}) {
      driver.accept({ kind: 'timer', key: 'tick' }, () => port.startFetch({ loopId, job: 'job', seq, timeoutMs }));
    },
    events: (loopId) => told.filter((one) => one.loopId === loopId).map(({ event }) => event),
  };
}

export interface RigOptions {
  readonly concurrency?: number;
  readonly config?: Partial<Pick<ScrapeConfig, keyof FetchPool['config']>>;
  readonly onTold?: (loopId: string, event: LoopEvent) => void;
}

/** An opened client that must open. */
export async function openClient(config: Partial<HttpClientConfig> = {}): Promise<HttpClient> {
  const client = await openHttpClient(
    { ...HTTP_CLIENT_DEFAULTS, ...config },
    { effects: { ...liveHttpEffects, environment: {} }, userAgent: 'Limpet/client' },
  );
  if (!client.ok) throw client.error;
  return client.value;
}

/** A connection that the test does not use. */
export const NO_CONNECTION: HttpConnection = { send: () => Promise.reject(new Error('not expected')), close: () => {} };

export interface Exporter {
  readonly url: string;
  readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  readonly sockets: { accepted: number; open: number };
  readonly close: () => void;
}

/** An exporter on a port of its own, or on a socket path. */
export async function exporter(answer: (url: string, response: ServerResponse) => void, path?: string): Promise<Exporter> {
  const requests: Exporter['requests'] = [];
  const open = new Set<Socket>();
  const sockets = { accepted: 0, open: 0 };
  const server = createServer(({ url = '', headers }, response) => {
    requests.push({ url, headers });
    answer(url, response);
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    open.add(socket);
    sockets.accepted++;
    sockets.open++;
    socket.on('close', () => {
      open.delete(socket);
      sockets.open--;
    });
  });
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return {
    url: path === undefined ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : 'http://localhost',
    requests,
    sockets,
    close,
  };
}

/** Ends a test that would hang; a busy machine may take many turns for one file. */
const CLAIM_MS_MAX = 20_000;

/** Lets sockets and files work until a claim holds. */
export async function eventually(claim: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + CLAIM_MS_MAX;
  while (!claim() && performance.now() < deadlineMs) await new Promise((resolve) => setImmediate(resolve));
  if (!claim()) throw new Error('a claim did not come true');
}
