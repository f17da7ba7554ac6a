import type { ScrapeConfig } from '@limpet/config';
import { mediaTypeOf, parserFor } from '@limpet/exposition';
import type { LineMemory } from '@limpet/line-template';
import { encodeLabels, SAMPLE_FLAGS } from '@limpet/model';
import type { Log, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import type { TickResult } from '../ledger/tick-ledger.ts';
import type { AppendInput, ScrapeOutcome } from '../ports.ts';
import type { FetchedBody } from '../fetch/fetched-body.ts';
import type { LoopEntry } from '../tables.ts';
import { targetId } from '../target/target-hash.ts';
import type { Target } from '../target/target.ts';
import { NO_APPEND_FEATURES } from './append-features.ts';
import type { AppendFeatures } from './append-features.ts';
import { BatchWriter } from './batch-writer.ts';
import { BodyAppend, lineBodyOf } from './body-append.ts';
import type { BodyRules, HistogramForms } from './body-append.ts';
import { emptyCounts } from './body-counts.ts';
import type { BodyCounts } from './body-counts.ts';
import { schemaOfFactor } from './histogram-limits.ts';
import { LinePreparation } from './line-preparation.ts';
import { REPORT_COUNT, REPORT_SERIES, reportValues } from './report-series.ts';
import type { ScrapeReport } from './report-series.ts';
import { reportLabels } from './series-labels.ts';
import { SeriesTimes } from './series-times.ts';

/** Where batches go. Takes a batch at once, borrows it, does not throw. */
export interface BatchSink {
  append(batch: ScrapeBatch): void;
}

export interface ScrapeAppendOptions {
  readonly registry: SeriesRegistry;
  readonly sink: BatchSink;
  readonly log: Log;
  /** Ownership number of the batches. */
  readonly epoch: number;
  /** How much older than the newest of its series a sample may be (W-093). */
  readonly outOfOrderWindowMs: number;
  /** None by default. */
  readonly features?: AppendFeatures;
  /** Where known lines are recognised; without it every line is read by the reference parsers. */
  readonly lines?: LineMemory | undefined;
}

/** One scrape to append. */
export interface ScrapeToAppend {
  readonly input: AppendInput;
  readonly entry: LoopEntry;
  readonly config: ScrapeConfig;
  /** `undefined` where the request failed or was not made. */
  readonly body: FetchedBody | undefined;
  /** Wall time now. */
  readonly nowMs: number;
  readonly durationMs: number;
}

/** What became of a scrape. */
export interface AppendedScrape {
  readonly counts: BodyCounts;
  /** The request's error, else the append's, else the forced one; `undefined`: the target is up (S-170). */
  readonly error: string | undefined;
  readonly isFlushForced: boolean;
  /** For the account of ticks. */
  readonly result: TickResult;
}

/**
 * The transaction of one scrape: samples, stale markers and report series become one batch (S-130); a body that fails is
 * rolled back and becomes an empty scrape (S-132). One for an agent; not re-entrant.
 */
export class ScrapeAppend {
  readonly times: SeriesTimes;
  readonly #options: ScrapeAppendOptions;
  readonly #features: AppendFeatures;
  readonly #writer: BatchWriter;
  readonly #rules = new WeakMap<ScrapeConfig, BodyRules>();
  /** Given up for good when its module traps: a fault there must not cost more than time. */
  #lines: LineMemory | undefined;
  #appendNumber = 0;

  constructor(options: ScrapeAppendOptions) {
    this.#options = options;
    this.#features = options.features ?? NO_APPEND_FEATURES;
    this.#lines = options.lines;
    this.times = new SeriesTimes(options.registry);
    this.#writer = new BatchWriter(this.times, options.outOfOrderWindowMs);
  }

  /** Appends one scrape and hands its batch over. Never throws. */
  scrape(scrape: ScrapeToAppend): AppendedScrape {
    const { input, entry, body } = scrape;
    const append = ++this.#appendNumber;
    this.#writer.begin();
    const counts = body === undefined || body.bytes.length === 0 ? emptyCounts() : this.#appendBody(scrape, body, append);
    if (counts.error !== undefined) this.#writer.rollBack();
    this.#appendStaleMarkers(entry, input.scrapeAt, append);
    const error = input.outcome.kind === 'response' ? counts.error : requestError(input.outcome, entry.target.url);
    const hasReport = this.#appendReport(scrape, reportOf(scrape, counts, error));
    const place = { tick: input.tick, timestampMs: input.scrapeAt, ...(input.purpose === 'commit' && { isBesideGrid: true as const }) };
    const isCommitted = this.#commit(entry, place);
    const reason = isCommitted ? failureReason(input.outcome, counts) : 'fault';
    const hasFlushed = body !== undefined && body.bytes.length > 0 && counts.error === undefined;
    const isFlushForced = entry.cache.endIteration(hasFlushed, this.times);
    return { counts, error, isFlushForced, result: { reason, isWritten: hasReport && isCommitted } };
  }

  /**
   * What can be worked out ahead of the append of a long body; `undefined` where there is nothing. The caller appends the
   * body when all steps are done, or clears the cache, or lets another scrape of the target forget it.
   */
  prepare({ entry, config, body }: Pick<ScrapeToAppend, 'entry' | 'config' | 'body'>): LinePreparation | undefined {
    const lines = this.#lines;
    if (lines === undefined || body === undefined) return undefined;
    const parser = parserOf(body, config);
    if (!parser.ok) return undefined;
    const lineBody = lineBodyOf({
      body: body.bytes,
      parser: parser.value,
      features: this.#features,
      histograms: histogramForms(entry.target),
    });
    if (lineBody === undefined) return undefined;
    return new LinePreparation({
      body: lineBody,
      keys: entry.cache.lineKeys(lines),
      times: this.times,
      rules: this.#rulesOf(config),
      target: entry.target.publicLabels,
      sampleLimit: config.sampleLimit,
    });
  }

  /** Appends the end-of-run markers of a target: all its series and its report series (S-141). Never throws. */
  markEnd(entry: LoopEntry, markAt: number): void {
    this.#writer.begin();
    this.#appendStaleMarkers(entry, markAt, ++this.#appendNumber);
    for (const series of entry.cache.report) this.#writer.appendStale(series, markAt, SAMPLE_FLAGS.report);
    const passedCount = Math.round((markAt - (entry.lastScrapeAt ?? markAt)) / entry.target.intervalMs);
    if (this.#writer.count > 0) this.#commit(entry, { tick: entry.lastTick + passedCount, timestampMs: markAt });
    entry.cache.endIteration(false, this.times);
  }

  #appendBody(scrape: ScrapeToAppend, body: FetchedBody, append: number): BodyCounts {
    const { input, entry, config, nowMs } = scrape;
    const parser = parserOf(body, config);
    if (!parser.ok) return { ...emptyCounts(), error: parser.error.message, reason: 'contentType' };
    const { fallbackReason } = parser.value;
    if (fallbackReason !== undefined) this.#options.log.debug(fallbackReason, { scrape_pool: entry.job, target: entry.target.url });
    const { writer, times } = { writer: this.#writer, times: this.times };
    try {
      return new BodyAppend(
        {
          body: body.bytes,
          parser: parser.value,
          histograms: histogramForms(entry.target),
          rules: this.#rulesOf(config),
          features: this.#features,
          lines: this.#lines,
          target: entry.target.publicLabels,
          cache: entry.cache,
          timestampMs: input.scrapeAt,
          nowMs,
          append,
        },
        { writer, times },
      ).run();
    } catch (cause) {
      if (this.#lines !== undefined && isTrap(cause)) {
        this.#giveUpLines(cause);
        return this.#appendBody(scrape, body, append);
      }
      const error = cause instanceof Error ? cause.message : String(cause);
      this.#options.log.error('Append broke', { code: 'LIMPET_APPEND_FAULT', scrape_pool: entry.job, target: entry.target.url, cause });
      return { ...emptyCounts(), error: `internal fault: ${error}`, reason: 'fault' };
    }
  }

  /** The body under way is begun anew by the reference parsers, and so is every later one. */
  #giveUpLines(cause: unknown): void {
    this.#writer.rollBack();
    this.#lines = undefined;
    this.#options.log.error('Expositions are read by the reference parsers from now on', {
      code: 'LIMPET_LINE_TEMPLATE_FAULT',
      cause: String(cause),
    });
  }

  #rulesOf(config: ScrapeConfig): BodyRules {
    let rules = this.#rules.get(config);
    if (rules === undefined) {
      const scheme = config.metricNameValidationScheme;
      rules = {
        honorLabels: config.honorLabels,
        honorTimestamps: config.honorTimestamps,
        trackTimestampsStaleness: config.trackTimestampsStaleness,
        sampleLimit: config.sampleLimit,
        histogramLimits: {
          schemaMax: schemaOfFactor(config.nativeHistogramMinBucketFactor),
          bucketLimit: config.nativeHistogramBucketLimit,
        },
        metricRules: compileRules(config.metricRelabelConfigs, scheme),
        scheme,
        limits: config,
      };
      this.#rules.set(config, rules);
    }
    return rules;
  }

  /** Marks what the last iteration tracked and this one has not; what is as new already refuses its marker (S-136). */
  #appendStaleMarkers({ cache }: LoopEntry, timestampMs: number, append: number): void {
    const { trackedIn } = this.times.columns;
    for (const series of cache.previous) {
      if (trackedIn[series] !== append) this.#writer.appendStale(series, timestampMs, 0);
    }
  }

  /** Returns whether the series were there to be written to: a clock that was set back makes them refuse. */
  #appendReport({ input, entry, config }: ScrapeToAppend, report: ScrapeReport): boolean {
    const { cache, target } = entry;
    const values = reportValues(report);
    const count = config.extraScrapeMetrics ? REPORT_SERIES.length : REPORT_COUNT;
    let isWritten = true;
    for (const [index, { name: family, type, help, unit }] of REPORT_SERIES.entries()) {
      if (index >= count) break;
      cache.report[index] ??= this.times.acquire(encodeLabels(reportLabels(family, target.publicLabels)));
      const isTaken = this.#writer.appendReport(cache.report[index], input.scrapeAt, values[index] ?? 0);
      if (isTaken && this.#features.hasMetadata) this.#writer.describe({ family, type, help, unit });
      isWritten = isTaken && isWritten;
    }
    return isWritten;
  }

  /** A sink that throws breaks its contract; then nothing of the batch counts as written, and this is false (S-134). */
  #commit({ job, target }: LoopEntry, place: Pick<ScrapeBatch, 'tick' | 'timestampMs' | 'isBesideGrid'>): boolean {
    const { sink, epoch, log } = this.#options;
    try {
      sink.append(this.#writer.batch({ job, targetId: targetId(target), epoch, ...place }));
      return true;
    } catch (cause) {
      this.#writer.rollBack();
      log.error('Scrape commit failed', { code: 'LIMPET_COMMIT_FAULT', scrape_pool: job, target: target.url, cause });
      return false;
    }
  }
}

function parserOf({ contentType }: FetchedBody, { fallbackScrapeProtocol: fallback }: ScrapeConfig): ReturnType<typeof parserFor> {
  return parserFor(contentType, fallback === undefined ? undefined : mediaTypeOf(fallback));
}

function histogramForms(target: Target): HistogramForms {
  return {
    ignoreNativeHistograms: !target.scrapeNativeHistograms,
    convertClassicHistograms: target.convertClassicHistogramsToNhcb,
    keepClassicHistograms: target.alwaysScrapeClassicHistograms,
  };
}

/** Why the target is down, as one of a bounded set; `undefined`: it is up. */
function failureReason(outcome: ScrapeOutcome, counts: BodyCounts): TickResult['reason'] {
  if (outcome.kind === 'forced') return 'targetLimit';
  return outcome.kind === 'failed' ? outcome.reason : counts.reason;
}

/**
 * The error of a request, in the form of Go's client. A timeout is noticed by the loop, which does not know the URL, so
 * the URL is put in front here (S-171).
 */
function requestError(outcome: Exclude<ScrapeOutcome, { kind: 'response' }>, url: string): string {
  const isBare = outcome.kind === 'failed' && outcome.reason === 'timeout' && !outcome.error.startsWith('Get ');
  return isBare ? `Get "${url}": ${outcome.error}` : outcome.error;
}

/** On a failed request or a forced error nothing was exposed, so the counts are 0 (S-150, S-151). */
function reportOf({ input, config, body, durationMs }: ScrapeToAppend, counts: BodyCounts, error: string | undefined): ScrapeReport {
  const { outcome, spec } = input;
  const isTooLarge = outcome.kind === 'failed' && outcome.reason === 'bodySizeLimit';
  return {
    isUp: error === undefined,
    durationSeconds: durationMs / 1000,
    total: counts.total,
    added: counts.added,
    seriesAdded: counts.seriesAdded,
    timeoutSeconds: spec.timeoutMs / 1000,
    sampleLimit: config.sampleLimit,
    bodyBytes: isTooLarge ? -1 : (body?.bytes.length ?? 0),
  };
}

/** A fault inside WebAssembly. */
function isTrap(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'RuntimeError';
}
