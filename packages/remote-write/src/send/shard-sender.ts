import type { RemoteWriteConfig } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import type { HttpConnection, HttpOutcome } from '@limpet/http-client';
import type { Log } from '@limpet/model';
import { ANSWER_BYTES_MAX } from '../limits.ts';
import type { ShardKey } from '../ports.ts';
import { KINDS, noCounts, totalOf } from '../queue/queue-counters.ts';
import type { KindCounts, QueueCounters } from '../queue/queue-counters.ts';
import type { DropReason } from '../metrics.ts';
import type { ShardRing } from '../queue/shard-ring.ts';
import type { ShardEvent } from '../shard/shard-events.ts';
import { addWritten, answerOf } from './answer.ts';
import type { Answer, WrittenCounts } from './answer.ts';
import { countsOf, encodeBatch } from './batch.ts';
import type { EncodedBatch } from './batch.ts';
import type { ClientLease } from './client-lease.ts';
import type { MessageInForce } from './message-in-force.ts';
import type { FinishedRequest } from './request-journal.ts';
import { RepeatSearch } from './repeat-search.ts';
import { requestHeaders } from './request-headers.ts';

export interface ShardSenderOptions {
  readonly key: ShardKey;
  readonly ring: ShardRing;
  readonly config: RemoteWriteConfig;
  readonly driver: Driver;
  readonly log: Log;
  readonly counters: QueueCounters;
  readonly userAgent: string;
  readonly message: MessageInForce;
  /** The client in force. */
  lease(): ClientLease;
  /** Samples older than this are dropped; `-Infinity` where there is no age limit. */
  oldestMs(): number;
  tell(event: ShardEvent): void;
  /** Batches of the log up to this one may have been sent by an earlier process. */
  repeatsUpTo(): number;
  /** A batch is done with and its items have left the ring. Called before the machine is told. */
  onFinished(batch: { readonly itemCount: number; readonly seconds: number; readonly request: FinishedRequest | undefined }): void;
}

interface BatchUnderWay extends EncodedBatch {
  readonly startedMono: number;
  readonly failedAttempts: number;
  readonly written: WrittenCounts | undefined;
}

interface Attempt {
  readonly abort: AbortController;
  readonly startedMono: number;
}

/** Encodes and sends the batches of one shard. The items of a batch stay in the ring until the batch is decided. */
export class ShardSender {
  readonly #options: ShardSenderOptions;
  #batch: BatchUnderWay | undefined;
  /** A refused batch that is sent again in parts. */
  #search: RepeatSearch | undefined;
  #attempt: Attempt | undefined;
  #connection: { readonly lease: ClientLease; readonly connection: HttpConnection } | undefined;

  constructor(options: ShardSenderOptions) {
    this.#options = options;
  }

  get ring(): ShardRing {
    return this.#options.ring;
  }

  /** Whether a batch is under way, in flight or waiting to be sent again. */
  get isBusy(): boolean {
    return this.#batch !== undefined;
  }

  /** Whether part of a batch waits to be sent, however few items there are. */
  get isSearching(): boolean {
    return this.#search !== undefined;
  }

  /** Sends the batch under way, or begins one with the oldest items. A fault of ours drops the batch, not the shard. */
  start(): void {
    const attempt: Attempt = { abort: new AbortController(), startedMono: this.#options.driver.clock.mono() };
    this.#attempt = attempt;
    try {
      this.#send(attempt);
    } catch (error) {
      this.#answer(attempt, 'derived', () => this.#giveUp(error));
    }
  }

  /** The attempt took too long: the batch will be sent again. */
  timeOut(): void {
    const attempt = this.#attempt;
    const batch = this.#batch;
    this.cancel();
    if (attempt === undefined || batch === undefined) return;
    const error = `context deadline exceeded: no answer within ${this.#options.config.remoteTimeoutMs} ms`;
    this.#noteRetry(batch, attempt, { kind: 'retryable', error, retryAfterMs: undefined, written: undefined });
  }

  /** Cuts off the attempt; its answer is not waited for. */
  cancel(): void {
    this.#attempt?.abort.abort();
    this.#attempt = undefined;
  }

  /** Cuts off and closes. The items stay in the ring. */
  close(): void {
    this.cancel();
    this.#disconnect();
    this.#batch = undefined;
    this.#search = undefined;
  }

  #send(attempt: Attempt): void {
    const batch = this.#prepared();
    if (batch.body === undefined) {
      this.#answer(attempt, 'derived', () => this.#finish(batch, { type: 'accepted' }));
      return;
    }
    const { counters, config, userAgent } = this.#options;
    counters.count('sent', batch.sent);
    if (batch.failedAttempts === 0) counters.add('bytes', batch.body.length);
    const headers = requestHeaders({ userAgent, configured: config.headers, attempt: batch.failedAttempts, isV2: batch.isV2 });
    const request = {
      method: 'POST',
      url: config.url,
      headers,
      body: batch.body,
      inflate: false,
      bodyLimitBytes: ANSWER_BYTES_MAX,
    } as const;
    this.#connected()
      .send({ ...request, signal: attempt.abort.signal })
      .then(
        (outcome) => this.#answer(attempt, 'effect', () => this.#settle(batch, attempt, outcome)),
        (error: unknown) => this.#answer(attempt, 'effect', () => this.#settle(batch, attempt, faultOf(error))),
      );
  }

  #answer(attempt: Attempt, kind: 'derived' | 'effect', settle: () => void): void {
    const { driver, key } = this.#options;
    driver.accept({ kind, key: `${key.remote}/shard:${key.shard}` }, () => {
      if (this.#attempt === attempt) settle();
    });
  }

  /** The batch to send: the one under way, made anew without items that have become too old (W-065). */
  #prepared(): BatchUnderWay {
    const { ring, config, driver, message } = this.#options;
    const oldestMs = this.#options.oldestMs();
    const before = this.#batch;
    if (before !== undefined && before.oldestMs >= oldestMs && before.isV2 === message.isV2) return before;
    const span = this.#search?.span ?? { from: 0, count: Math.min(ring.count, config.queue.maxSamplesPerSend) };
    const itemCount = before?.itemCount ?? span.count;
    const batch = {
      ...encodeBatch(ring, { from: span.from, itemCount, oldestMs, isV2: message.isV2 }),
      startedMono: before?.startedMono ?? driver.clock.mono(),
      failedAttempts: before?.failedAttempts ?? 0,
      written: before?.written,
    };
    this.#countDropped('too_old', batch.tooOld, before?.tooOld ?? noCounts());
    this.#countDropped('nhcb_in_rw1_not_supported', batch.unsendable, before?.unsendable ?? noCounts());
    this.#batch = batch;
    return batch;
  }

  #countDropped(reason: DropReason, now: KindCounts, before: KindCounts): void {
    for (const kind of KINDS) this.#options.counters.dropped(kind, reason, now[kind] - before[kind]);
  }

  #settle(batch: BatchUnderWay, attempt: Attempt, outcome: HttpOutcome): void {
    const { driver, config, log, counters, message } = this.#options;
    const facts = { retryOnHttp429: config.queue.retryOnHttp429, nowMs: driver.clock.wall(), sentV2: batch.isV2 ? totalOf(batch.sent) : 0 };
    const answer = answerOf(outcome, facts);
    if (answer.kind === 'unknownMessage') this.#fallBack(message);
    if (answer.kind === 'retryable' || answer.kind === 'unknownMessage') {
      this.#noteRetry(batch, attempt, answer);
      this.#options.tell({
        type: 'retryable',
        error: answer.error,
        retryAfterMs: answer.kind === 'retryable' ? answer.retryAfterMs : undefined,
      });
      return;
    }
    counters.observeSend((driver.clock.mono() - attempt.startedMono) / 1000);
    if (this.#search !== undefined || (answer.kind === 'rejected' && this.#mayRepeat(batch))) {
      this.#goOnSearching(batch, answer.kind);
      return;
    }
    const missing = shortfall(batch, addWritten(batch.written, answer.written), answer.kind);
    counters.count('failed', missing);
    if (answer.kind === 'rejected') {
      const fields = { code: 'LIMPET_REMOTE_WRITE_REJECTED', remote: config.name, error: answer.error, ...batch.sent };
      log.error('non-recoverable error', fields);
    } else if (totalOf(missing) > 0) {
      log.error('the receiver took less than was sent', { code: 'LIMPET_REMOTE_WRITE_PARTIAL', remote: config.name, ...missing });
    }
    this.#finish(batch, { type: answer.kind });
  }

  /** Whether the refusal may be for samples that the receiver has since before a crash. */
  #mayRepeat({ itemCount }: BatchUnderWay): boolean {
    const { ring } = this.#options;
    return itemCount > 1 && (ring.oldestSequence ?? Infinity) <= this.#options.repeatsUpTo();
  }

  /** Sends a refused batch again in parts, and drops what is decided (see `RepeatSearch`). */
  #goOnSearching(batch: BatchUnderWay, kind: 'accepted' | 'rejected'): void {
    const { ring, config, log, counters } = this.#options;
    if (this.#search === undefined) {
      const fields = { code: 'LIMPET_REMOTE_WRITE_REPEAT', remote: config.name, items: batch.itemCount };
      log.info('a refused batch may repeat samples from before a restart; it is sent again in parts', fields);
      this.#search = new RepeatSearch(batch.itemCount, (index) => (index < ring.count ? ring.at(index).sequence : undefined));
      this.#batch = undefined;
      this.#attempt = undefined;
      this.#options.tell({ type: 'rejected' });
      return;
    }
    const { decided, refused } = this.#search.answered(kind === 'accepted');
    counters.count('failed', countsOf(ring, refused));
    const counts = countsOf(ring, decided);
    if (this.#search.isDone) this.#search = undefined;
    this.#finish({ ...batch, itemCount: decided, sent: counts, tooOld: noCounts(), unsendable: noCounts() }, { type: kind });
  }

  /** Something threw that must not: the batch would only make it throw again. */
  #giveUp(error: unknown): void {
    const { ring, config, log, counters } = this.#options;
    this.#search = undefined;
    const itemCount = Math.min(this.#batch?.itemCount ?? Infinity, ring.count, config.queue.maxSamplesPerSend);
    const sent = countsOf(ring, itemCount);
    counters.count('failed', sent);
    log.error('a batch could not be sent', { code: 'LIMPET_REMOTE_WRITE_FAULT', remote: config.name, error: String(error), ...sent });
    const startedMono = this.#options.driver.clock.mono();
    const nothing = {
      body: undefined,
      isV2: false,
      unsendable: noCounts(),
      oldestMs: Infinity,
      newestMs: 0,
      failedAttempts: 0,
      written: undefined,
    };
    this.#finish({ ...nothing, itemCount, sent, tooOld: noCounts(), startedMono }, { type: 'rejected' });
  }

  #noteRetry(batch: BatchUnderWay, attempt: Attempt, answer: Answer & { readonly kind: 'retryable' | 'unknownMessage' }): void {
    const { driver, config, log, counters } = this.#options;
    this.#attempt = undefined;
    counters.observeSend((driver.clock.mono() - attempt.startedMono) / 1000);
    counters.count('retried', batch.sent);
    log.warn('Failed to send batch, retrying', { code: 'LIMPET_REMOTE_WRITE_RETRY', remote: config.name, error: answer.error });
    this.#batch = { ...batch, failedAttempts: batch.failedAttempts + 1, written: addWritten(batch.written, answer.written) };
  }

  /** The batch is done with: its items leave the ring. */
  #finish(batch: BatchUnderWay, event: ShardEvent): void {
    const { ring, driver, counters } = this.#options;
    this.#attempt = undefined;
    this.#batch = undefined;
    const request = this.#noted(batch, event);
    ring.drop(batch.itemCount);
    for (const kind of KINDS) counters.addPending(kind, -batch.sent[kind] - batch.tooOld[kind] - batch.unsendable[kind]);
    counters.finished(batch.newestMs);
    this.#options.onFinished({ itemCount: batch.itemCount, seconds: (driver.clock.mono() - batch.startedMono) / 1000, request });
    this.#options.tell(event);
  }

  /** What is remembered of a request, before its items leave the ring; nothing where none was made. */
  #noted({ itemCount, sent, failedAttempts }: BatchUnderWay, event: ShardEvent): FinishedRequest | undefined {
    const { ring, key, driver } = this.#options;
    if (itemCount === 0 || totalOf(sent) === 0) return undefined;
    return {
      shard: key.shard,
      fromSequence: ring.at(0).sequence,
      toSequence: ring.at(itemCount - 1).sequence,
      itemCount: totalOf(sent),
      attempts: failedAttempts + 1,
      outcome: event.type === 'accepted' ? 'accepted' : 'rejected',
      endedMs: Math.trunc(driver.clock.wall()),
    };
  }

  /** The receiver says that it does not know the message: it gets 1.0 from now on, this batch first. */
  #fallBack(message: MessageInForce): void {
    if (!message.isV2) return;
    message.fallBack();
    const fields = { code: 'LIMPET_REMOTE_WRITE_FALL_BACK', remote: this.#options.config.name };
    this.#options.log.warn('the receiver does not know remote write 2.0 and gets 1.0 from now on', fields);
  }

  #connected(): HttpConnection {
    const lease = this.#options.lease();
    if (this.#connection?.lease !== lease) {
      this.#disconnect();
      this.#connection = { lease, connection: lease.connect(this.#options.config.url) };
    }
    return this.#connection.connection;
  }

  #disconnect(): void {
    this.#connection?.lease.give(this.#connection.connection);
    this.#connection = undefined;
  }
}

/** What was sent and not written: all of a rejected batch that nobody confirmed, nothing of an accepted one (W-046). */
function shortfall({ sent, isV2 }: EncodedBatch, written: WrittenCounts | undefined, kind: 'accepted' | 'rejected'): KindCounts {
  if (written === undefined && (kind === 'rejected' || isV2)) return sent;
  if (written === undefined) return noCounts();
  const missing = noCounts();
  for (const each of KINDS) missing[each] = Math.max(0, sent[each] - written[each]);
  return missing;
}

/** A connection never rejects; one that does is at fault, and its answer counts as lost. */
function faultOf(error: unknown): HttpOutcome {
  return { ok: false, reason: 'protocol', error: String(error) };
}
