import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { settled, VirtualClock } from '@limpet/driver';
import type { HttpClient, HttpOutcome } from '@limpet/http-client';
import { succeeded } from '@limpet/model';
import type { Agent } from '../src/agent.ts';
import { configText } from '../src/config-source.ts';
import { createAgent } from '../src/create-agent.ts';
import { AgentError } from '../src/errors.ts';

/** A client of which every connection answers as told at that moment. */
function answering(answer: () => HttpOutcome): HttpClient {
  return { connect: () => ({ send: () => Promise.resolve(answer()), close: () => {} }), close: () => {} };
}

function textAnswer(text: string): HttpOutcome {
  const body = new TextEncoder().encode(text);
  return { ok: true, status: 200, statusText: 'OK', headers: { 'content-type': 'text/plain' }, body, wireBytes: body.length };
}

interface Run {
  readonly agent: Agent;
  readonly clock: VirtualClock;
  text: string;
  answer: HttpOutcome;
  /** Lets time pass, in steps in which scrapes come to their end. */
  readonly pass: (ms: number) => Promise<void>;
}

/** An agent that scrapes one answer every 10 s. */
function running(t: TestContext, text: string): Run {
  const clock = new VirtualClock({ wallMs: 1_700_000_000_000 });
  const given = { text, answer: textAnswer('a 1\n') };
  const agent = createAgent({
    config: configText(() => given.text, { file: '/etc/limpet.yml' }),
    hostName: 'limits',
    reloadOnStartup: true,
    ports: { clock, openHttpClient: () => Promise.resolve(succeeded(answering(() => given.answer))) },
  });
  const pass = (ms: number): Promise<void> => clock.advanceSettled(ms, settled);
  t.after(async () => {
    const stopped = agent.stop();
    await pass(20_000);
    await stopped;
  });
  return Object.assign(given, { agent, clock, pass });
}

const job = (fields = ''): string =>
  `scrape_configs: [{job_name: j, scrape_interval: 10s, static_configs: [{targets: [t]}]${fields === '' ? '' : `, ${fields}`}}]\n`;

async function outOfOrderCount({ agent }: Run): Promise<number> {
  const { text } = await agent.metrics();
  return Number(/^prometheus_target_scrapes_sample_out_of_order_total (\d+)$/m.exec(text)?.[1]);
}

for (const [before, after, isRejected] of [
  ['', 'storage: {tsdb: {out_of_order_time_window: 1h}}\n', true],
  ['storage: {tsdb: {out_of_order_time_window: 1h}}\n', '', false],
] as const) {
  test(`C-183 the storage block is that of the start: samples out of order are ${isRejected ? 'still' : 'never'} rejected after a reload`, async (t) => {
    const run = running(t, before + job());
    await run.agent.start();
    run.answer = textAnswer(`a 1 ${run.clock.wall()}\n`);
    run.text = after + job();
    assert.equal((await run.agent.reload()).ok, true);
    await run.pass(15_000);
    run.answer = textAnswer(`a 1 ${run.clock.wall() - 60_000}\n`);
    await run.pass(10_000);
    assert.equal((await outOfOrderCount(run)) > 0, isRejected);
  });
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'limpet-failure-log-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('C-182 a failure log that cannot be opened fails the reload, and scraping goes on under the old configuration', async (t) => {
  const folder = await folderOf(t);
  const file = join(folder, 'a.log');
  const run = running(t, job(`scrape_failure_log_file: ${file}`));
  await run.agent.start();
  await run.pass(15_000);
  run.text = job(`scrape_failure_log_file: ${join(folder, 'missing', 'b.log')}, metrics_path: /other`);
  const { ok, errors } = await run.agent.reload();
  assert.equal(ok, false);
  assert.match(errors.join(), /^failed to create file for scrape failure logger: ENOENT/);
  assert.equal(run.agent.poolConfig('j')?.metricsPath, '/metrics');
  run.answer = { ok: false, reason: 'connectionRefused', error: 'refused' };
  await run.pass(10_000);
  run.text = job('metrics_path: /other');
  assert.equal((await run.agent.reload()).ok, true);
  assert.equal(run.agent.poolConfig('j')?.metricsPath, '/other');
  const line = (await readFile(file, 'utf8')).split('\n')[0] ?? '';
  assert.deepEqual((JSON.parse(line) as { readonly msg: string }).msg, 'refused');
});

test('C-182 C-172 a failure log that cannot be opened ends the start with exit code 1', async (t) => {
  const run = running(t, job('scrape_failure_log_file: /nowhere/missing/a.log'));
  const refused = await run.agent.start().catch((error: unknown) => error);
  assert.ok(refused instanceof AgentError);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.message, /scrape failure logger/);
});
