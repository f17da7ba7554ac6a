import assert from 'node:assert/strict';
import test from 'node:test';
import type { HttpOutcome } from '@limpet/http-client';
import { addWritten, answerOf, writtenCounts } from './answer.ts';
import { backoffMs } from './backoff.ts';
import { requestHeaders } from './request-headers.ts';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function outcome(status: number, headers: Record<string, string> = {}, body = ''): HttpOutcome {
  return { ok: true, status, statusText: '', headers, body: new TextEncoder().encode(body), wireBytes: body.length };
}

test('W-040 the status decides: success, retry, or drop', () => {
  const rows: readonly (readonly [status: number, retryOnHttp429: boolean, kind: string])[] = [
    [200, false, 'accepted'],
    [204, false, 'accepted'],
    [299, false, 'accepted'],
    [301, false, 'rejected'],
    [304, false, 'rejected'],
    [400, true, 'rejected'],
    [404, false, 'rejected'],
    [413, false, 'rejected'],
    [428, false, 'rejected'],
    [429, false, 'rejected'],
    [429, true, 'retryable'],
    [430, true, 'rejected'],
    [499, true, 'rejected'],
    [500, false, 'retryable'],
    [503, false, 'retryable'],
    [599, false, 'retryable'],
    [600, false, 'rejected'],
    [100, false, 'rejected'],
  ];
  for (const [status, retryOnHttp429, kind] of rows) {
    assert.equal(answerOf(outcome(status), { retryOnHttp429, nowMs: NOW }).kind, kind, `${status}, retry_on_http_429 ${retryOnHttp429}`);
  }
});

test('W-040 a request without an answer is made again', () => {
  for (const reason of ['connectionRefused', 'connectionReset', 'hostNotFound', 'tls', 'closed', 'aborted', 'protocol'] as const) {
    const answer = answerOf({ ok: false, reason, error: 'why' }, { retryOnHttp429: false, nowMs: NOW });
    assert.deepEqual(answer, { kind: 'retryable', error: 'why', retryAfterMs: undefined, written: undefined });
  }
});

test('an answer longer than the limit hides its status, so the batch is not sent for ever', () => {
  assert.equal(answerOf({ ok: false, reason: 'bodyLimit', error: 'long' }, { retryOnHttp429: false, nowMs: NOW }).kind, 'rejected');
});

test('W-004 a refusal quotes the first 1024 bytes of its body', () => {
  const answer = answerOf(outcome(400, {}, 'x'.repeat(5000)), { retryOnHttp429: false, nowMs: NOW });
  assert.equal(answer.kind === 'rejected' ? answer.error : '', `server returned HTTP status 400: ${'x'.repeat(1024)}`);
});

test('W-042 the back-off starts at the least, doubles, and stays below the most', () => {
  const sleeps: number[] = [];
  for (let index = 0; index < 10; index++)
    sleeps.push(backoffMs({ lastMs: sleeps.at(-1), minMs: 30, maxMs: 5000, retryAfterMs: undefined }));
  assert.deepEqual(sleeps, [30, 60, 120, 240, 480, 960, 1920, 3840, 5000, 5000]);
});

test('W-042 a least back-off of zero is no busy loop', () => {
  assert.equal(backoffMs({ lastMs: undefined, minMs: 0, maxMs: 0, retryAfterMs: undefined }), 1);
});

test('W-043 Retry-After replaces one sleep, over the most too, and the next one goes on from it', () => {
  const first = backoffMs({ lastMs: 60, minMs: 30, maxMs: 5000, retryAfterMs: 120_000 });
  assert.equal(first, 120_000);
  assert.equal(backoffMs({ lastMs: first, minMs: 30, maxMs: 5000, retryAfterMs: undefined }), 5000);
  assert.equal(backoffMs({ lastMs: 1000, minMs: 30, maxMs: 5000, retryAfterMs: undefined }), 2000);
});

test('W-043 Retry-After is seconds or a date, whole seconds; anything else is the normal back-off', () => {
  const rows: readonly (readonly [header: string | undefined, ms: number | undefined])[] = [
    ['120', 120_000],
    [' 5 ', 5000],
    ['+5', 5000],
    ['0', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
    ['Thu Jan  1 00:00:30 2026', 30_000],
    ['Wed, 31 Dec 2025 23:59:59 GMT', undefined],
    ['Thu, 01 Jan 2026 00:00:00 GMT', undefined],
    ['2026-01-01T00:01:00Z', undefined],
  ];
  for (const [header, ms] of rows) assert.equal(retryAfterMs(header, NOW), ms, String(header));
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', NOW + 1), 29_000);
});

test('W-043 the answer carries what the receiver asked for', () => {
  const answer = answerOf(outcome(503, { 'retry-after': '7' }), { retryOnHttp429: false, nowMs: NOW });
  assert.equal(answer.kind === 'retryable' ? answer.retryAfterMs : 0, 7000);
});

test('W-002 every request has these headers, and its number from the second attempt on', () => {
  const wanted = {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'user-agent': 'Limpet/1',
    'x-prometheus-remote-write-version': '0.1.0',
  };
  assert.deepEqual(requestHeaders({ userAgent: 'Limpet/1', configured: {}, attempt: 0, isV2: false }), wanted);
  assert.deepEqual(requestHeaders({ userAgent: 'Limpet/1', configured: {}, attempt: 3, isV2: false }), { ...wanted, 'retry-attempt': '3' });
});

test('W-003 configured headers are set last', () => {
  const headers = requestHeaders({
    userAgent: 'Limpet/1',
    configured: { 'X-Scope-OrgID': 'a', 'Retry-Attempt': 'mine' },
    attempt: 1,
    isV2: false,
  });
  assert.equal(headers['x-scope-orgid'], 'a');
  assert.equal(headers['retry-attempt'], 'mine');
});

test('W-044 the written counts are read leniently and add up over the attempts', () => {
  const samples = 'x-prometheus-remote-write-samples-written';
  const exemplars = 'x-prometheus-remote-write-exemplars-written';
  assert.equal(writtenCounts({}), undefined);
  assert.deepEqual(writtenCounts({ [samples]: '5' }), { samples: 5, histograms: 0, exemplars: 0 });
  assert.deepEqual(writtenCounts({ [samples]: 'many', [exemplars]: ['2', '3'] }), { samples: 0, histograms: 0, exemplars: 2 });
  const one = { samples: 1, histograms: 2, exemplars: 3 };
  assert.deepEqual(addWritten(one, one), { samples: 2, histograms: 4, exemplars: 6 });
  assert.equal(addWritten(undefined, one), one);
  assert.equal(addWritten(undefined, undefined), undefined);
});
