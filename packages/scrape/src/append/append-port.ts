import type { ScrapeConfig } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import { formatGoDuration } from '@limpet/model';
import type { Metrics } from '@limpet/model';
import type { FetchedBody } from '../fetch/fetched-body.ts';
import type { TickResult } from '../ledger/tick-ledger.ts';
import type { LoopEvent } from '../loop/loop-events.ts';
import type { AppendInput, ScrapePorts } from '../ports.ts';
import type { LoopEntry, ScrapeTables } from '../tables.ts';
import type { ScrapeFailureRecord } from './failure-log.ts';
import type { LinePreparation } from './line-preparation.ts';
import { countMetadata } from './metadata-gauges.ts';
import { INTERVAL_LENGTH, INTERVAL_LENGTH_HISTOGRAM, REFUSAL_METRICS, SCRAPE_DURATION } from './metrics.ts';
import { ScrapeAppend } from './scrape-append.ts';
import type { AppendedScrape, ScrapeAppendOptions } from './scrape-append.ts';
import { viewScrape } from './view-scrape.ts';
import type { ViewedScrape } from './view-scrape.ts';

export interface AppendPortOptions extends Omit<ScrapeAppendOptions, 'epoch' | 'outOfOrderWindowMs'> {
  readonly tables: Pick<ScrapeTables, 'configs' | 'pools' | 'loops' | 'bodies'>;
  readonly driver: Pick<Driver, 'accept' | 'clock'>;
  /** Gives an event to a loop, if it still runs. */
  readonly tell: (loopId: string, event: LoopEvent) => void;
  readonly metrics: Metrics;
  /** Ownership number of the batches; 0 while one agent is alone. */
  readonly epoch?: number;
  /** `storage.tsdb.out_of_order_time_window`, asked for once, at the first scrape; 0 by default. */
  readonly outOfOrderWindowMs?: () => number;
  /** Longest body that is appended within the call that asks for it, bytes; 1 MiB by default, less than 0: none. */
  readonly shortBodyBytesMax?: number;
  /** Lets other work run between two steps of a long body's preparation; without it bodies are appended in one go. */
  readonly pause?: () => Promise<void>;
  /** Told of each failed request, for the failure log of the job. Must not throw. */
  readonly onRequestFailed?: (failure: ScrapeFailureRecord) => void;
  /** Told how each scrape ended, when the loop's entry says so and before the loop is told. Must not throw. */
  readonly onAppended?: (loopId: string, seq: number, result: TickResult) => void;
  /** Told what came of a scrape that somebody wanted to look at. Must not throw. */
  readonly onViewed?: (loopId: string, viewed: ViewedScrape) => void;
}

/** The part of the scrape ports that turns bodies into batches. */
export type AppendPort = Pick<ScrapePorts, 'isAppendShort' | 'startAppend' | 'cancelAppend' | 'startMarking' | 'release'>;

/** Bodies up to this size are appended within the transition that brings them: a few milliseconds at the most. */
const SHORT_BODY_BYTES_MAX = 1_048_576;
/** The same for a target that nothing is known of, whose series are all new: each costs fifty times as much as a known one. */
const SHORT_FIRST_BODY_BYTES_MAX = 131_072;

/**
 * The append port of one agent. A short body is appended within the call. Any other append is done as a derived input
 * right behind the one that asked for it, or when the new series of its body have been worked out in steps, with pauses
 * between them; one that is cancelled before its turn leaves no trace.
 *
 * `release` gives up the series that a loop holds; whoever keeps the table of loops deletes the entry.
 */
export function createAppendPort(options: AppendPortOptions): AppendPort {
  return new Appender(options);
}

/** An append that was asked for, with the time it was asked at. */
interface WaitingAppend {
  readonly input: AppendInput;
  readonly nowMs: number;
  readonly durationMs: number;
}

class Appender implements AppendPort {
  readonly #options: AppendPortOptions;
  #madeAppend: ScrapeAppend | undefined;
  /** Appends whose turn has not come, by loop. */
  readonly #waiting = new Map<string, WaitingAppend>();
  /** Loops whose cache may hold series. */
  readonly #holding = new Map<string, LoopEntry>();

  constructor(options: AppendPortOptions) {
    this.#options = options;
  }

  /** Made with the first scrape, when the window is known. */
  get #append(): ScrapeAppend {
    const { epoch = 0, outOfOrderWindowMs } = this.#options;
    this.#madeAppend ??= new ScrapeAppend({ ...this.#options, epoch, outOfOrderWindowMs: outOfOrderWindowMs?.() ?? 0 });
    return this.#madeAppend;
  }

  isAppendShort(bytes: number, loopId?: string): boolean {
    const longest = this.#options.shortBodyBytesMax ?? SHORT_BODY_BYTES_MAX;
    const isFirst = loopId !== undefined && this.#options.tables.loops.get(loopId)?.cache.seriesCount === 0;
    return bytes <= (isFirst ? Math.min(longest, SHORT_FIRST_BODY_BYTES_MAX) : longest);
  }

  startAppend(input: AppendInput): void {
    const { driver } = this.#options;
    const { loopId, isAtOnce = false } = input;
    this.cancelAppend(loopId);
    const waiting = { input, nowMs: driver.clock.wall(), durationMs: driver.clock.mono() - input.startedMono };
    if (isAtOnce) {
      this.#scrape(waiting);
      return;
    }
    this.#waiting.set(loopId, waiting);
    const preparation = this.#preparationOf(input);
    if (preparation === undefined || preparation.step()) this.#takeTurn(waiting, 'derived');
    else void this.#prepare(waiting, preparation);
  }

  #takeTurn(waiting: WaitingAppend, kind: 'derived' | 'effect'): void {
    const { driver, tell } = this.#options;
    const { loopId, seq } = waiting.input;
    driver.accept({ kind, key: `append:${loopId}#${seq}` }, () => {
      if (this.#waiting.get(loopId) !== waiting) return;
      this.#waiting.delete(loopId);
      this.#scrape(waiting);
      tell(loopId, { type: 'appended', seq });
    });
  }

  #preparationOf(input: AppendInput): LinePreparation | undefined {
    const { tables, pause } = this.#options;
    if (pause === undefined || input.outcome.kind !== 'response') return undefined;
    const body = tables.bodies.get(input.outcome.handle);
    const entry = tables.loops.get(input.loopId);
    const config = this.#configOf(input);
    if (body === undefined || entry === undefined || config === undefined) return undefined;
    this.#holding.set(input.loopId, entry);
    return this.#append.prepare({ entry, config, body });
  }

  /** Takes the other steps of a preparation; gives it up where the append is cancelled or its loop released. */
  async #prepare(waiting: WaitingAppend, preparation: LinePreparation): Promise<void> {
    const { pause, log } = this.#options;
    const { loopId } = waiting.input;
    try {
      do {
        await pause?.();
        if (this.#waiting.get(loopId) !== waiting) return;
      } while (!preparation.step());
    } catch (cause) {
      log.error('Preparing a body broke', { code: 'LIMPET_PREPARE_FAULT', loop: loopId, cause });
    }
    this.#takeTurn(waiting, 'effect');
  }

  cancelAppend(loopId: string): void {
    const waiting = this.#waiting.get(loopId);
    if (waiting === undefined) return;
    this.#waiting.delete(loopId);
    this.#takeBody(waiting.input)?.release?.();
  }

  startMarking({ loopId, markAt }: { readonly loopId: string; readonly markAt: number }): void {
    const { driver, tell } = this.#options;
    driver.accept({ kind: 'derived', key: `mark:${loopId}` }, () => {
      const entry = this.#holding.get(loopId);
      if (entry !== undefined) this.#append.markEnd(entry, markAt);
      tell(loopId, { type: 'marked' });
    });
  }

  release(loopId: string): void {
    this.cancelAppend(loopId);
    const entry = this.#holding.get(loopId);
    if (entry === undefined) return;
    this.#holding.delete(loopId);
    entry.cache.clear(this.#append.times);
    countMetadata(entry.cache, entry.job, this.#options.metrics);
  }

  #scrape({ input, nowMs, durationMs }: WaitingAppend): void {
    const { tables, log } = this.#options;
    const body = this.#takeBody(input);
    const entry = tables.loops.get(input.loopId);
    const config = this.#configOf(input);
    if (entry === undefined || config === undefined) {
      log.error('Append of an unknown loop', { code: 'LIMPET_APPEND_UNKNOWN_LOOP', loop: input.loopId });
      this.#options.onAppended?.(input.loopId, input.seq, { reason: 'fault', isWritten: false });
      body?.release?.();
      return;
    }
    if (input.purpose === 'view') {
      this.#options.onViewed?.(input.loopId, viewScrape({ outcome: input.outcome, body, durationMs }, config));
      body?.release?.();
      return;
    }
    this.#holding.set(input.loopId, entry);
    const appended = this.#append.scrape({ input, entry, config, body, nowMs, durationMs });
    this.#logFailure(input, entry, nowMs, appended);
    this.#count(input, entry, appended);
    if (config.extraScrapeMetrics) this.#options.metrics.observe(SCRAPE_DURATION, [], durationMs / 1000);
    recordStatus(entry, input, appended, { bodyBytes: body?.bytes.length ?? 0, durationMs });
    this.#options.onAppended?.(input.loopId, input.seq, appended.result);
    body?.release?.();
  }

  #takeBody({ outcome }: AppendInput): FetchedBody | undefined {
    if (outcome.kind !== 'response') return undefined;
    const { bodies } = this.#options.tables;
    const body = bodies.get(outcome.handle);
    bodies.delete(outcome.handle);
    return body;
  }

  #configOf({ job, spec }: AppendInput): ScrapeConfig | undefined {
    const { configs, pools } = this.#options.tables;
    return configs.get(spec.cfgRev)?.get(job) ?? pools.get(job)?.config;
  }

  #logFailure({ outcome }: AppendInput, { job, target }: LoopEntry, atMs: number, { counts, error }: AppendedScrape): void {
    const { log, onRequestFailed } = this.#options;
    const fields = { scrape_pool: job, target: target.url };
    if (error !== undefined) log.debug(outcome.kind === 'response' ? 'Append failed' : 'Scrape failed', { ...fields, err: error });
    if (outcome.kind === 'failed') onRequestFailed?.({ job, target: target.url, error: error ?? outcome.error, atMs });
    const { outOfOrder, duplicates, outOfBounds, exemplarsOutOfOrder } = counts;
    if (outOfOrder > 0) log.warn('Error on ingesting out-of-order samples', { ...fields, num_dropped: outOfOrder });
    if (duplicates > 0) {
      log.warn('Error on ingesting samples with different value but same timestamp', { ...fields, num_dropped: duplicates });
    }
    if (outOfBounds > 0) {
      log.warn('Error on ingesting samples that are too old or are too far into the future', { ...fields, num_dropped: outOfBounds });
    }
    if (exemplarsOutOfOrder > 0) log.warn('Error on ingesting out-of-order exemplars', { ...fields, num_dropped: exemplarsOutOfOrder });
  }

  #count(input: AppendInput, entry: LoopEntry, { counts, isFlushForced }: AppendedScrape): void {
    const { metrics } = this.#options;
    const add = (definition: (typeof REFUSAL_METRICS)[keyof typeof REFUSAL_METRICS], n: number) => n > 0 && metrics.add(definition, [], n);
    add(REFUSAL_METRICS.sampleLimit, Number(counts.isSampleLimitHit));
    add(REFUSAL_METRICS.bucketLimit, Number(counts.isBucketLimitHit));
    add(REFUSAL_METRICS.labelLimits, Number(counts.isLabelLimitHit));
    add(REFUSAL_METRICS.duplicates, counts.duplicates);
    add(REFUSAL_METRICS.outOfOrder, counts.outOfOrder);
    add(REFUSAL_METRICS.outOfBounds, counts.outOfBounds);
    add(REFUSAL_METRICS.exemplarsOutOfOrder, counts.exemplarsOutOfOrder);
    add(REFUSAL_METRICS.cacheFlushesForced, Number(isFlushForced));
    countMetadata(entry.cache, entry.job, metrics);
    if (entry.lastStartedMono === undefined || input.purpose === 'commit') return;
    const seconds = (input.startedMono - entry.lastStartedMono) / 1000;
    const interval = [formatGoDuration(input.spec.intervalMs)];
    metrics.observe(INTERVAL_LENGTH, interval, seconds);
    metrics.observe(INTERVAL_LENGTH_HISTOGRAM, interval, seconds);
  }
}

/** What the API shows of the target (S-170). */
function recordStatus(
  entry: LoopEntry,
  input: AppendInput,
  { counts, error, result }: AppendedScrape,
  { bodyBytes, durationMs }: { readonly bodyBytes: number; readonly durationMs: number },
): void {
  entry.health = error === undefined ? 'up' : 'down';
  entry.lastError = error ?? '';
  entry.lastFailureReason = result.reason;
  entry.lastScrapeAt = input.scrapeAt;
  if (input.purpose !== 'commit') {
    entry.lastTick = input.tick;
    entry.lastStartedMono = input.startedMono;
  }
  entry.lastScrapeDurationMs = durationMs;
  entry.lastSamplesScraped = counts.total;
  entry.lastResponseBytes = bodyBytes;
  entry.scrapesTotal++;
  if (error !== undefined) entry.scrapesFailed++;
}
