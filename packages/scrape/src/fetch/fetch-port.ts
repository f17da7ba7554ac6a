import type { Driver } from '@limpet/driver';
import type { ScrapeConfig } from '@limpet/config';
import type { HttpClient, HttpOutcome } from '@limpet/http-client';
import type { Log, Metrics } from '@limpet/model';
import PQueue from 'p-queue';
import type { LoopEvent } from '../loop/loop-events.ts';
import type { FetchInput, ScrapePorts } from '../ports.ts';
import type { FetchedBody } from './fetched-body.ts';
import { fetchOutcome } from './fetch-outcome.ts';
import type { FetchOutcome } from './fetch-outcome.ts';
import { LoopFetch } from './loop-fetch.ts';
import type { Fetch, FetchTarget } from './loop-fetch.ts';
import { FETCH_METRICS } from './metrics.ts';
import type { HeaderConfig } from './scrape-headers.ts';

/** The part of the tables that fetching reads and writes: `ScrapeTables` has it. */
export interface FetchTables {
  readonly pools: ReadonlyMap<string, FetchPool>;
  readonly loops: ReadonlyMap<string, FetchTarget>;
  readonly bodies: Map<number, FetchedBody>;
}

/** The client and configuration in force for a job. */
export interface FetchPool {
  readonly client: HttpClient;
  readonly config: HeaderConfig & Pick<ScrapeConfig, 'bodySizeLimit'>;
}

export interface FetchPortOptions {
  readonly tables: FetchTables;
  /** Takes the answers in; its clock measures the wait for a slot. */
  readonly driver: Pick<Driver, 'accept' | 'clock'>;
  /** Requests that run at the same time, at most; 0 = as many as there are (S-190). */
  readonly concurrency: number;
  /** Reaches the loop. Called from within `driver.accept` only. */
  readonly tell: (loopId: string, event: LoopEvent) => void;
  readonly log: Log;
  readonly metrics: Metrics;
  /** `<product>/<version>` (S-192). */
  readonly userAgent: string;
}

/** The part of the scrape ports that fetches bodies. */
export interface FetchPort extends Pick<ScrapePorts, 'startFetch' | 'cancelFetch' | 'release'> {
  isSlotFree(): boolean;
  /** Scrapes that wait for a slot. */
  readonly waitingCount: number;
  /** Scrapes that hold a slot. */
  readonly inFlightCount: number;
}

/**
 * Fetches the bodies of scrapes under a cap on concurrent requests. Slots are given in the order of asking. There is no
 * timer here: the loop cancels what takes too long.
 */
export function createFetchPort(options: FetchPortOptions): FetchPort {
  return new QueuedFetchPort(options);
}

class QueuedFetchPort implements FetchPort {
  readonly #options: FetchPortOptions;
  readonly #queue: PQueue;
  readonly #loops = new Map<string, LoopFetch>();
  #inFlightCount = 0;
  #lastHandle = 0;
  #isStarting = false;

  constructor(options: FetchPortOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: options.concurrency === 0 ? Infinity : options.concurrency });
  }

  get waitingCount(): number {
    return this.#queue.size;
  }

  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  isSlotFree(): boolean {
    return this.#queue.pending < this.#queue.concurrency && this.#queue.size === 0;
  }

  startFetch({ loopId, job, seq, timeoutMs, hasSlot = false }: FetchInput): void {
    const loop = this.#loopOf(loopId);
    this.#cancel(loop);
    const mustWait = !this.isSlotFree();
    const waiting = mustWait ? new AbortController() : undefined;
    const queuedAtMs = this.#options.driver.clock.mono();
    const fetch: Fetch = { job, seq, timeoutMs, queuedAtMs, hasSlot, phase: 'queued', waiting, free: undefined, handle: 0 };
    loop.fetch = fetch;
    this.#countWaiting(fetch, 1);
    this.#isStarting = true;
    const options = waiting === undefined ? undefined : { signal: waiting.signal };
    this.#queue.add(() => this.#run(loop, fetch), options).catch((error: unknown) => this.#leftQueue(error, waiting));
    this.#isStarting = false;
  }

  cancelFetch(loopId: string): void {
    const loop = this.#loops.get(loopId);
    if (loop !== undefined) this.#cancel(loop);
  }

  release(loopId: string): void {
    const loop = this.#loops.get(loopId);
    if (loop === undefined) return;
    this.#cancel(loop);
    loop.close(this.#options.tables.loops.get(loopId));
    this.#loops.delete(loopId);
  }

  #loopOf(loopId: string): LoopFetch {
    let loop = this.#loops.get(loopId);
    if (loop === undefined) {
      loop = new LoopFetch(loopId);
      this.#loops.set(loopId, loop);
    }
    return loop;
  }

  /** Ends the fetch of a loop, if any, so that it is answered no more: in the queue, on the wire, or not yet appended. */
  #cancel(loop: LoopFetch): void {
    const { fetch } = loop;
    if (fetch === undefined) return;
    const { phase } = fetch;
    fetch.phase = 'cancelled';
    loop.fetch = undefined;
    if (phase === 'queued') {
      this.#countWaiting(fetch, -1);
      fetch.waiting?.abort();
    } else if (phase === 'running') {
      loop.abort();
      this.#freeSlot(fetch);
    }
    if (fetch.handle !== 0) this.#dropBody(fetch.handle);
  }

  /** A body that nobody will append. One that was taken already is its taker's. */
  #dropBody(handle: number): void {
    const { bodies } = this.#options.tables;
    bodies.get(handle)?.release?.();
    bodies.delete(handle);
  }

  /** A queued fetch that was cancelled leaves this way, as it should; anything else is a fault of ours. */
  #leftQueue(error: unknown, waiting: AbortController | undefined): void {
    if (waiting?.signal.aborted !== true) this.#options.log.error('the fetch queue failed', { error: String(error) });
  }

  /** Holds a slot of the queue until the request has ended or was cancelled. */
  #run(loop: LoopFetch, fetch: Fetch): Promise<void> | undefined {
    if (fetch.phase !== 'queued') return undefined;
    fetch.phase = 'running';
    this.#countWaiting(fetch, -1);
    this.#inFlightCount++;
    this.#options.metrics.add(FETCH_METRICS.inFlight, [], 1);
    return new Promise((resolve) => {
      fetch.free = resolve;
      if (fetch.hasSlot) this.#begin(loop, fetch);
      else this.#grant(loop, fetch);
    });
  }

  /** Tells of the slot, never while `startFetch` is still running, and then sends the request. */
  #grant(loop: LoopFetch, fetch: Fetch): void {
    this.#options.driver.accept({ kind: 'derived', key: `slot:${loop.loopId}#${fetch.seq}` }, () => {
      if (fetch.phase !== 'running') return;
      if (this.#isStarting) {
        queueMicrotask(() => this.#grant(loop, fetch));
        return;
      }
      try {
        this.#options.tell(loop.loopId, { type: 'slotGranted', seq: fetch.seq });
      } finally {
        this.#begin(loop, fetch);
      }
    });
  }

  #begin(loop: LoopFetch, fetch: Fetch): void {
    const waitMs = this.#options.driver.clock.mono() - fetch.queuedAtMs;
    this.#options.metrics.observe(FETCH_METRICS.queueWait, [], waitMs / 1000);
    this.#request(loop, fetch);
  }

  #request(loop: LoopFetch, fetch: Fetch): void {
    if (fetch.phase !== 'running') return;
    const { tables, userAgent } = this.#options;
    const entry = tables.loops.get(loop.loopId);
    const pool = tables.pools.get(fetch.job);
    if (entry === undefined || pool === undefined) return this.#fail(loop, fetch, 'the target is not known any more');
    const { client, config } = pool;
    try {
      const request = {
        method: 'GET',
        url: entry.target.url,
        headers: loop.headersFor(config, fetch.timeoutMs, userAgent),
        signal: loop.signal,
        inflate: true,
        bodyLimitBytes: config.bodySizeLimit,
        keepsBody: true,
      } as const;
      loop
        .connectionFor(entry, client)
        .send(request)
        .then(
          (outcome) => this.#receive(loop, fetch, outcome),
          (error: unknown) => this.#fault(loop, fetch, error),
        );
    } catch (error) {
      this.#fault(loop, fetch, error);
    }
  }

  #receive(loop: LoopFetch, fetch: Fetch, outcome: HttpOutcome): void {
    if (fetch.phase === 'running') this.#answer(loop, fetch, fetchOutcome(outcome));
    else if (outcome.ok) outcome.release?.();
  }

  /** The client promises never to throw. */
  #fault(loop: LoopFetch, fetch: Fetch, error: unknown): void {
    this.#options.log.error('a scrape request failed in an unexpected way', { loopId: loop.loopId, error: String(error) });
    this.#fail(loop, fetch, 'the request could not be sent');
  }

  #fail(loop: LoopFetch, fetch: Fetch, error: string): void {
    if (fetch.phase === 'running') this.#answer(loop, fetch, { ok: false, reason: 'protocol', error });
  }

  #answer(loop: LoopFetch, fetch: Fetch, outcome: FetchOutcome): void {
    const { driver, tell } = this.#options;
    const { loopId } = loop;
    const event = this.#eventOf(fetch, outcome);
    fetch.phase = 'answered';
    driver.accept({ kind: 'effect', key: `fetch:${loopId}#${fetch.seq}` }, () => {
      if (fetch.phase === 'answered') tell(loopId, event);
    });
    this.#freeSlot(fetch);
  }

  #eventOf(fetch: Fetch, outcome: FetchOutcome): LoopEvent {
    const { tables, metrics } = this.#options;
    const { seq } = fetch;
    if (outcome.ok) {
      const handle = ++this.#lastHandle;
      fetch.handle = handle;
      tables.bodies.set(handle, outcome.body);
      return { type: 'response', seq, handle, bytes: outcome.body.bytes.byteLength };
    }
    const { reason, error } = outcome;
    metrics.add(FETCH_METRICS.failures, [reason], 1);
    if (reason === 'bodySizeLimit') metrics.add(FETCH_METRICS.bodySizeLimit, [], 1);
    return { type: 'fetchFailed', seq, reason, error };
  }

  #freeSlot(fetch: Fetch): void {
    const { free } = fetch;
    if (free === undefined) return;
    fetch.free = undefined;
    this.#inFlightCount--;
    this.#options.metrics.add(FETCH_METRICS.inFlight, [], -1);
    free();
  }

  #countWaiting({ waiting }: Fetch, change: 1 | -1): void {
    if (waiting !== undefined) this.#options.metrics.add(FETCH_METRICS.waiting, [], change);
  }
}
