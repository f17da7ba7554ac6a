import type { HttpOutcome } from '@limpet/http-client';
import { QUOTED_BYTES_MAX } from '../limits.ts';
import { retryAfterMs } from './retry-after.ts';

/** What the outcome of one attempt means for its batch. */
export type Answer =
  | { readonly kind: 'accepted'; readonly written: WrittenCounts | undefined }
  /** The batch is dropped: sending it again would not help. */
  | { readonly kind: 'rejected'; readonly error: string; readonly written: WrittenCounts | undefined }
  /** The receiver does not know the message (415): the same samples may go as another. */
  | { readonly kind: 'unknownMessage'; readonly error: string; readonly written: undefined }
  | {
      readonly kind: 'retryable';
      readonly error: string;
      readonly retryAfterMs: number | undefined;
      readonly written: WrittenCounts | undefined;
    };

/** What the receiver says it has written; `undefined` as a whole where it says nothing (W-044). */
export interface WrittenCounts {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

type HeaderMap = (HttpOutcome & { readonly ok: true })['headers'];

const decoder = new TextDecoder();

/** What an attempt is judged by. `nowMs` is wall time, for a `Retry-After` date. */
export interface AnswerFacts {
  readonly retryOnHttp429: boolean;
  readonly nowMs: number;
  /** Items that were sent as message 2.0; 0 with 1.0. */
  readonly sentV2?: number;
}

const UNSUPPORTED_MEDIA_TYPE = 415;

/** A receiver that takes 2.0 and says that it wrote nothing, or says nothing, has not understood it (W-045). */
function notUnderstood(written: WrittenCounts | undefined): Answer {
  return { kind: 'rejected', error: 'the receiver wrote nothing of a request of remote write 2.0', written };
}

function isNothing(written: WrittenCounts | undefined): boolean {
  return written === undefined || written.samples + written.histograms + written.exemplars === 0;
}

/** Decides on an attempt (W-040). */
export function answerOf(outcome: HttpOutcome, { retryOnHttp429, nowMs, sentV2 = 0 }: AnswerFacts): Answer {
  if (!outcome.ok) return failureAnswer(outcome);
  const { status, headers } = outcome;
  const written = writtenCounts(headers);
  if (status >= 200 && status < 300) return sentV2 > 0 && isNothing(written) ? notUnderstood(written) : { kind: 'accepted', written };
  const error = `server returned HTTP status ${statusLine(outcome)}: ${quoted(outcome.body)}`;
  if (status === UNSUPPORTED_MEDIA_TYPE && sentV2 > 0) return { kind: 'unknownMessage', error, written: undefined };
  const isRetryable = (status >= 500 && status < 600) || (status === 429 && retryOnHttp429);
  if (!isRetryable) return { kind: 'rejected', error, written };
  return { kind: 'retryable', error, retryAfterMs: retryAfterMs(headerOf(headers, 'retry-after'), nowMs), written };
}

function failureAnswer({ reason, error }: HttpOutcome & { readonly ok: false }): Answer {
  // Too long an answer hides its status: sending again could go on for ever, so the batch counts as refused.
  if (reason === 'bodyLimit') return { kind: 'rejected', error, written: undefined };
  return { kind: 'retryable', error, retryAfterMs: undefined, written: undefined };
}

/** The `X-Prometheus-Remote-Write-*-Written` headers: unreadable ones count 0, none at all is no statement. */
export function writtenCounts(headers: HeaderMap): WrittenCounts | undefined {
  const samples = headerOf(headers, 'x-prometheus-remote-write-samples-written');
  const histograms = headerOf(headers, 'x-prometheus-remote-write-histograms-written');
  const exemplars = headerOf(headers, 'x-prometheus-remote-write-exemplars-written');
  if (samples === undefined && histograms === undefined && exemplars === undefined) return undefined;
  return { samples: countOf(samples), histograms: countOf(histograms), exemplars: countOf(exemplars) };
}

/** Adds up what the attempts of one batch have written. */
export function addWritten(left: WrittenCounts | undefined, right: WrittenCounts | undefined): WrittenCounts | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return {
    samples: left.samples + right.samples,
    histograms: left.histograms + right.histograms,
    exemplars: left.exemplars + right.exemplars,
  };
}

function headerOf(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

function countOf(header: string | undefined): number {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : 0;
}

function statusLine({ status, statusText }: { readonly status: number; readonly statusText: string }): string {
  return statusText === '' ? String(status) : `${status} ${statusText}`;
}

/** The start of a body, for a person. */
function quoted(body: Uint8Array): string {
  return decoder.decode(body.subarray(0, QUOTED_BYTES_MAX)).trim();
}
