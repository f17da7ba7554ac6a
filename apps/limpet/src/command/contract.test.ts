import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { capture } from '../../test/captured-run.ts';

const BEFORE = '# TYPE jobs_total counter\njobs_total{state="done"} 1\n';
const files = {
  'contract.yml': 'metrics:\n  jobs_total: {type: counter, labels: [state], maxSeries: 1}\n',
  'before.txt': BEFORE,
  'after.txt': BEFORE.replaceAll('state=', 'status='),
  'broken.txt': 'jobs_total{',
};

test('contract check says which promises an exposition does not keep, and answers 3', async (t) => {
  const kept = await capture(t, ['contract', 'check', '--contract=contract.yml', 'before.txt'], { files });
  assert.deepEqual([kept.exitCode, kept.out, kept.err], [0, '', 'kept: 1 metric families are as promised\n']);
  const broken = await capture(t, ['contract', 'check', '--contract=contract.yml', 'after.txt'], { files });
  assert.equal(broken.exitCode, 3);
  assert.equal(broken.out, 'jobs_total has series with the labels {status}, promised are {state}\n');
});

test('contract check reads a live URL and standard input', async (t) => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(BEFORE));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  assert.equal((await capture(t, ['contract', 'check', '--contract=contract.yml', url], { files })).exitCode, 0);
  assert.equal((await capture(t, ['contract', 'check', '--contract=contract.yml'], { files, stdin: BEFORE })).exitCode, 0);
  const refused = await capture(t, ['contract', 'check', '--contract=contract.yml', 'http://127.0.0.1:1/metrics'], { files });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.err, /^error: cannot read http:\/\/127\.0\.0\.1:1\/metrics: /);
});

test('contract draft writes a contract that check accepts', async (t) => {
  const { out } = await capture(t, ['contract', 'draft', 'before.txt'], { files });
  assert.match(out, /jobs_total:\n {4}type: counter\n/);
  const kept = await capture(t, ['contract', 'check', '--contract=draft.yml', 'before.txt'], { files: { ...files, 'draft.yml': out } });
  assert.equal(kept.exitCode, 0);
});

test('contract diff tells breaking changes from others, and answers 3 for them', async (t) => {
  const { exitCode, out } = await capture(t, ['contract', 'diff', 'before.txt', 'after.txt'], { files });
  assert.equal(exitCode, 3);
  assert.match(out, /^breaking: jobs_total has lost the label state\nbreaking: jobs_total has the new label status/);
  assert.equal((await capture(t, ['contract', 'diff', 'before.txt', 'before.txt'], { files })).exitCode, 0);
});

test('contracts and expositions that cannot be read are refused with their place', async (t) => {
  const malformed = await capture(t, ['contract', 'check', '--contract=contract.yml', 'broken.txt'], { files });
  assert.equal(malformed.exitCode, 1);
  assert.match(malformed.err, /^error: broken\.txt: /);
  const wrong = await capture(t, ['contract', 'check', '--contract=c.yml', 'before.txt'], {
    files: { ...files, 'c.yml': 'metrics: {a: {typ: x}}' },
  });
  assert.match(wrong.err, /^error: c\.yml: metrics\.a\.typ: unknown/);
});
