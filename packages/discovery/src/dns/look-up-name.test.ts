import assert from 'node:assert/strict';
import test from 'node:test';
import { failed, succeeded } from '@limpet/model';
import type { DnsAnswer, DnsRecord } from './dns-lookup.ts';
import { lookUpName } from './look-up-name.ts';
import type { NameRecords } from './look-up-name.ts';

const RECORD: DnsRecord = { type: 'A', address: '192.0.2.1' };
const FOUND: DnsAnswer = { outcome: 'records', records: [RECORD] };
const EMPTY: DnsAnswer = { outcome: 'records', records: [] };
const UNKNOWN: DnsAnswer = { outcome: 'noSuchName' };
const FAILED: DnsAnswer = { outcome: 'failed', error: 'ESERVFAIL' };

interface Row {
  readonly name: string;
  /** Answers by server and candidate, in the order in which they must be asked for. */
  readonly answers: readonly (readonly [question: string, answer: DnsAnswer])[];
  readonly servers?: readonly string[];
  readonly found: readonly DnsRecord[] | 'nothing is known';
}

const ROWS: readonly Row[] = [
  { name: 'the first candidate that has records wins', answers: [['s1 h.x.', FOUND]], found: [RECORD] },
  { name: 'a candidate that exists without records wins too', answers: [['s1 h.x.', EMPTY]], found: [] },
  {
    name: 'a candidate that does not exist is followed by the next one',
    answers: [
      ['s1 h.x.', UNKNOWN],
      ['s1 h.', FOUND],
    ],
    found: [RECORD],
  },
  {
    name: 'candidates of which none exists leave no records',
    answers: [
      ['s1 h.x.', UNKNOWN],
      ['s1 h.', UNKNOWN],
    ],
    found: [],
  },
  {
    name: 'a server that fails is followed by the next one',
    answers: [
      ['s1 h.x.', FAILED],
      ['s2 h.x.', FOUND],
    ],
    found: [RECORD],
  },
  {
    name: 'a server that knows that a name does not exist is believed',
    answers: [
      ['s1 h.x.', FAILED],
      ['s2 h.x.', UNKNOWN],
      ['s1 h.', UNKNOWN],
    ],
    found: [],
  },
  {
    name: 'a candidate that no server answers for does not hide a later one that is found',
    answers: [
      ['s1 h.x.', FAILED],
      ['s2 h.x.', FAILED],
      ['s1 h.', FOUND],
    ],
    found: [RECORD],
  },
  {
    name: 'a candidate that no server answers for leaves the name open, even if the others do not exist',
    answers: [
      ['s1 h.x.', FAILED],
      ['s2 h.x.', FAILED],
      ['s1 h.', UNKNOWN],
    ],
    found: 'nothing is known',
  },
  { name: 'without a server nothing is known', servers: [], answers: [], found: 'nothing is known' },
];

for (const { name, answers, servers = ['s1', 's2'], found } of ROWS) {
  test(`C-132 ${name}`, async () => {
    const asked: string[] = [];
    const result = await lookUpName({
      name: 'h',
      type: 'A',
      conf: { servers, search: ['x'], ndots: 1 },
      signal: new AbortController().signal,
      ask: async ({ server, name: candidate }) => {
        const answer = answers[asked.push(`${server} ${candidate}`) - 1]?.[1];
        assert.ok(answer !== undefined, `${server} is asked for ${candidate}`);
        return answer;
      },
    });
    assert.deepEqual(
      asked,
      answers.map(([question]) => question),
    );
    if (found === 'nothing is known') assert.equal(result.ok, false);
    else assert.deepEqual(result, succeeded(found) satisfies NameRecords);
  });
}

test('C-132 the words of a failure name servers and reasons', async () => {
  const result = await lookUpName({
    name: 'h',
    type: 'A',
    conf: { servers: ['s1', 's2'], search: [], ndots: 1 },
    signal: new AbortController().signal,
    ask: async () => FAILED,
  });
  const message =
    'could not resolve "h": all servers responded with errors to at least one search domain (h. s1: ESERVFAIL, s2: ESERVFAIL)';
  assert.deepEqual(result, failed({ message }));
});

test('D-004 a lookup that is given up asks no further server', async () => {
  const controller = new AbortController();
  let asked = 0;
  const result = await lookUpName({
    name: 'h',
    type: 'A',
    conf: { servers: ['s1', 's2'], search: ['x'], ndots: 1 },
    signal: controller.signal,
    ask: async () => {
      asked++;
      controller.abort();
      return FAILED;
    },
  });
  assert.equal(asked, 1);
  assert.equal(result.ok, false);
});
