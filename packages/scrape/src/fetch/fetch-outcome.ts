import type { HttpFailureReason, HttpOutcome } from '@limpet/http-client';
import type { FetchFailureReason } from '../ports.ts';
import type { FetchedBody } from './fetched-body.ts';

/** What a request means for its scrape. */
export type FetchOutcome =
  | { readonly ok: true; readonly body: FetchedBody }
  | { readonly ok: false; readonly reason: FetchFailureReason; readonly error: string };

/** A request that the client gave up without being asked to (its job got another client) ends like a lost connection. */
const REASONS: Readonly<Record<HttpFailureReason, FetchFailureReason>> = {
  aborted: 'connectionReset',
  closed: 'connectionReset',
  connectionRefused: 'connectionRefused',
  connectionReset: 'connectionReset',
  hostNotFound: 'hostNotFound',
  tls: 'tls',
  redirect: 'redirect',
  bodyLimit: 'bodySizeLimit',
  contentEncoding: 'contentEncoding',
  credentials: 'credentials',
  unsupportedScheme: 'unsupportedScheme',
  protocol: 'protocol',
};

/** Only status 200 is a success (S-108). What is not handed on is released. */
export function fetchOutcome(outcome: HttpOutcome): FetchOutcome {
  if (!outcome.ok) return { ok: false, reason: REASONS[outcome.reason], error: outcome.error };
  const { status, statusText, headers, body, release } = outcome;
  if (status !== 200) {
    release?.();
    return { ok: false, reason: 'status', error: `server returned HTTP status ${status} ${statusText}`.trimEnd() };
  }
  const contentType = headers['content-type'];
  const fetched = { bytes: body, contentType: typeof contentType === 'string' ? contentType : (contentType?.[0] ?? '') };
  return { ok: true, body: release === undefined ? fetched : { ...fetched, release } };
}
