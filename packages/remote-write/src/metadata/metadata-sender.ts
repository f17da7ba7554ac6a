import type { RemoteWriteConfig } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import type { HttpConnection, HttpOutcome } from '@limpet/http-client';
import type { FamilyMetadata, Log, Metrics } from '@limpet/model';
import { compress } from 'snappyjs';
import { ANSWER_BYTES_MAX } from '../limits.ts';
import { METADATA_METRICS } from '../metrics.ts';
import { answerOf } from '../send/answer.ts';
import type { ClientLease } from '../send/client-lease.ts';
import { requestHeaders } from '../send/request-headers.ts';
import { encodeMetadata } from '../wire/metadata-request.ts';
import type { MetadataEvent, MetadataPorts } from './metadata-ports.ts';

export interface MetadataSenderOptions {
  readonly config: RemoteWriteConfig;
  /** The receiver's URL as it may be shown. */
  readonly url: string;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly userAgent: string;
  /** What the active targets say now. */
  collect(): Iterable<FamilyMetadata>;
  /** The client in force. */
  lease(): ClientLease;
}

/** Sends what was collected in chunks, one request after the other (W-014). */
export class MetadataSender implements MetadataPorts {
  readonly #options: MetadataSenderOptions;
  readonly #labels: readonly string[];
  #waiting: FamilyMetadata[] = [];
  #tell: (event: MetadataEvent) => void = () => {};
  #abort: AbortController | undefined;
  #failedAttempts = 0;
  #connection: { readonly lease: ClientLease; readonly connection: HttpConnection } | undefined;

  constructor(options: MetadataSenderOptions) {
    this.#options = options;
    this.#labels = [options.config.name, options.url];
  }

  attach(tell: (event: MetadataEvent) => void): void {
    this.#tell = tell;
  }

  collect(): void {
    const distinct = new Map<string, FamilyMetadata>();
    for (const each of this.#options.collect()) distinct.set(JSON.stringify([each.family, each.type, each.help, each.unit]), each);
    this.#waiting = [...distinct.values()];
  }

  hasChunk(): boolean {
    return this.#waiting.length > 0;
  }

  sendChunk(): void {
    const { config, driver, userAgent, metrics } = this.#options;
    const chunk = this.#chunk();
    const abort = new AbortController();
    this.#abort = abort;
    const body = compress(encodeMetadata(chunk));
    metrics.add(METADATA_METRICS.sent, this.#labels, chunk.length);
    if (this.#failedAttempts === 0) metrics.add(METADATA_METRICS.bytes, this.#labels, body.length);
    const headers = requestHeaders({ userAgent, configured: config.headers, attempt: this.#failedAttempts, isV2: false });
    const settle = (outcome: HttpOutcome): void =>
      driver.accept({ kind: 'effect', key: `metadata/${config.name}` }, () => {
        if (this.#abort === abort) this.#settle(outcome);
      });
    this.#connected()
      .send({ method: 'POST', url: config.url, headers, body, inflate: false, bodyLimitBytes: ANSWER_BYTES_MAX, signal: abort.signal })
      .then(settle, (error: unknown) => settle({ ok: false, reason: 'protocol', error: String(error) }));
  }

  timeOut(): void {
    this.#abort?.abort();
    this.#noteRetry(`no answer within ${this.#options.config.remoteTimeoutMs} ms`);
  }

  release(): void {
    const abort = this.#abort;
    this.#abort = undefined;
    abort?.abort();
    this.#waiting = [];
    this.#connection?.lease.give(this.#connection.connection);
    this.#connection = undefined;
  }

  #settle(outcome: HttpOutcome): void {
    const { config, driver, log, metrics } = this.#options;
    const answer = answerOf(outcome, { retryOnHttp429: config.queue.retryOnHttp429, nowMs: driver.clock.wall() });
    if (answer.kind === 'retryable') {
      this.#noteRetry(answer.error);
      this.#tell({ type: 'retryable', retryAfterMs: answer.retryAfterMs });
      return;
    }
    const count = this.#chunk().length;
    if (answer.kind !== 'accepted') {
      metrics.add(METADATA_METRICS.failed, this.#labels, count);
      const fields = { code: 'LIMPET_REMOTE_WRITE_METADATA', remote: config.name, error: answer.error, count };
      log.error('non-recoverable error while sending metadata', fields);
    }
    this.#abort = undefined;
    this.#failedAttempts = 0;
    this.#waiting = this.#waiting.slice(count);
    this.#tell({ type: 'finished' });
  }

  #noteRetry(error: string): void {
    const { config, log, metrics } = this.#options;
    this.#abort = undefined;
    this.#failedAttempts++;
    metrics.add(METADATA_METRICS.retried, this.#labels, this.#chunk().length);
    log.warn('failed to send metadata, retrying', { code: 'LIMPET_REMOTE_WRITE_RETRY', remote: config.name, error });
  }

  #chunk(): readonly FamilyMetadata[] {
    return this.#waiting.slice(0, this.#options.config.metadata.maxSamplesPerSend);
  }

  #connected(): HttpConnection {
    const lease = this.#options.lease();
    if (this.#connection?.lease !== lease) {
      this.#connection?.lease.give(this.#connection.connection);
      this.#connection = { lease, connection: lease.connect(this.#options.config.url) };
    }
    return this.#connection.connection;
  }
}
