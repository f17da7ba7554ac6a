import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { capture, jsonLines } from '../../test/captured-run.ts';

const tick = (at: string, outcome: string, reason = '') => ({ at, until: at, outcome, reason });
const TICKS = [
  tick('2026-03-01T12:00:00Z', 'scraped'),
  tick('2026-03-01T12:00:15Z', 'failed', 'timeout'),
  tick('2026-03-01T12:00:30Z', 'late'),
];
const TARGET = {
  id: 'node/h:1#abcdef~1',
  scrapePool: 'node',
  scrapeUrl: 'http://h:1/metrics',
  ticks: TICKS,
  explanation: {
    found: true,
    isGap: true,
    tick: TICKS[1],
    meaning: 'the target did not answer within the scrape timeout.',
    hint: 'Ask it by hand.',
    neighbours: TICKS,
  },
};

/** An agent that answers every request alike. */
async function agent(t: TestContext, body: object | string, status = 200) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('explain gap prints what became of the tick, why, a hint and what is around it', async (t) => {
  const { address, requests } = await agent(t, { status: 'success', data: { targets: [TARGET] } });
  const words = ['explain', 'gap', '--target=h:1', '--at=2026-03-01T12:00:15Z', `--url=http://${address}/prefix/`];
  const { exitCode, out, err } = await capture(t, words);
  assert.deepEqual([exitCode, err], [0, '']);
  assert.equal(requests[0]?.url, '/prefix/api/v1/limpet/gaps?target=h%3A1&at=2026-03-01T12%3A00%3A15Z');
  assert.equal(
    out,
    `http://h:1/metrics in node (node/h:1#abcdef~1)
2026-03-01T12:00:15Z failed (timeout)
The target was due at 2026-03-01T12:00:15Z: the target did not answer within the scrape timeout.
Hint: Ask it by hand.

  2026-03-01T12:00:00Z  scraped
> 2026-03-01T12:00:15Z  failed (timeout)
  2026-03-01T12:00:30Z  late
`,
  );
});

test('explain gap says where nothing is missing, for every target of the name', async (t) => {
  const explanation = (why: string) => ({ ...TARGET, explanation: { found: false, why } });
  const { address } = await agent(t, { status: 'success', data: { targets: ['noGap', 'tooOld', 'notYet', 'noTick'].map(explanation) } });
  const { exitCode, out } = await capture(t, ['explain', 'gap', '--target=h:1', `--url=http://${address}`]);
  assert.equal(exitCode, 0);
  for (const sentence of ['No sample is missing among its last 3 ticks.', 'longer ago', 'has not ended yet', 'no tick at that time']) {
    assert.ok(out.includes(sentence), sentence);
  }
});

test('explain gap --format=json prints one object a line', async (t) => {
  const { address } = await agent(t, { status: 'success', data: { targets: [TARGET, TARGET] } });
  const { out } = await capture(t, ['explain', 'gap', '--format=json', '--target=h:1', `--url=http://${address}`]);
  const { ticks: _, explanation, ...identity } = TARGET;
  assert.deepEqual(jsonLines(out), [
    { entry: 'gap', ...identity, ...explanation },
    { entry: 'gap', ...identity, ...explanation },
  ]);
});

test('explain gap sends the credentials of the URL and never shows them', async (t) => {
  const { address, requests } = await agent(t, 'Unauthorized', 401);
  const { exitCode, err } = await capture(t, ['explain', 'gap', '--target=h:1', `--url=http://me:p%40ss@${address}`]);
  assert.equal(requests[0]?.headers.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  assert.deepEqual([exitCode, err], [1, `error: http://${address} answers with status 401, and not as a Limpet agent does\n`]);
});

test('A-098 explain gap exits with 1 where the agent cannot answer and with 2 on wrong usage', async (t) => {
  const failing = async (status: number, error: string) => (await agent(t, { status: 'error', errorType: 'x', error }, status)).address;
  const run = async (...words: readonly string[]) => {
    const { exitCode, err } = await capture(t, ['explain', 'gap', ...words]);
    return [exitCode, err.split('\n')[0]];
  };
  assert.deepEqual(await run('--target=h:2', `--url=http://${await failing(404, 'no target "h:2"')}`), [1, 'error: no target "h:2"']);
  assert.deepEqual(await run('--target=h', '--at=x', `--url=http://${await failing(400, 'at must be a time')}`), [
    2,
    'error: at must be a time',
  ]);
  const [code, sentence] = await run('--target=h:1', '--url=http://127.0.0.1:1');
  assert.equal(code, 1);
  assert.match(String(sentence), /^error: no agent answers at http:\/\/127\.0\.0\.1:1: ./);
  assert.deepEqual(await run('--target=h:1', '--url=ftp://x'), [2, 'error: --url must be an http or https URL']);
  assert.equal((await run())[0], 2);
});
