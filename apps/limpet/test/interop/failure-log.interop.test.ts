import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { freePort } from './program/free-port.ts';
import { findPeer, isAtLeast, releaseOf } from './program/peer-program.ts';
import { limpet, prometheusAgent, startSender } from './program/sender.ts';
import type { SenderProgram } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { startSink } from './sink/remote-write-sink.ts';
import { TEXT_TYPE, text } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import { waitUntil } from './wait-until.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
const DEADLINE_MS = 30_000;
const SCRAPES = 3;
const isLogged = !peer.skip && isAtLeast(releaseOf(peer.command), '3.0');

/** Jobs by what becomes of their scrapes. */
const SCRIPTS = {
  refused: [],
  status: [{ status: 500 }],
  garbage: [{ headers: { 'content-type': TEXT_TYPE }, body: 'a 1\n!\n' }],
  forced: [text('a 1')],
  healthy: [text('a 1')],
} as const;

interface FailureLine {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly job_name: string;
  readonly target: string;
  readonly source?: string;
}

/** The lines of the failure log of an agent whose every job was scraped a few times. */
async function failuresOf(sender: SenderProgram, closedPort: number, resources: AsyncDisposableStack): Promise<readonly FailureLine[]> {
  const { path: folder } = resources.use(await temporaryFolder());
  const scripts = new Map(Object.entries(SCRIPTS).map(([name, steps]) => [`/${name}`, [...steps]]));
  const server = resources.use(await startScriptServer({ scripts, clientOf: () => 'any', baseMs: () => 0 }));
  const sink = resources.use(await startSink());
  const file = join(folder, 'failures.log');
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', scrape_failure_log_file: file },
    scrape_configs: Object.keys(SCRIPTS).map((name) => ({
      job_name: name,
      metrics_path: `/${name}`,
      ...(name === 'forced' ? { target_limit: 1 } : {}),
      static_configs: [
        { targets: [name === 'refused' ? `127.0.0.1:${closedPort}` : server.address, ...(name === 'forced' ? ['b:1'] : [])] },
      ],
    })),
    remote_write: [{ url: sink.url, queue_config: { batch_send_deadline: '250ms' } }],
  };
  const agent = resources.use(await startSender({ sender, folder: join(folder, 'agent'), config }));
  const upCount = (job: string): number => sink.delivery.select({ __name__: 'up', job })[0]?.samples.length ?? 0;
  await waitUntil({
    what: `${SCRAPES} scrapes of every job by ${sender.name}`,
    until: () => Object.keys(SCRIPTS).every((job) => upCount(job) >= SCRAPES),
    timeoutMs: DEADLINE_MS,
    seen: () => agent.program.output().slice(-2_000),
  });
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as FailureLine);
}

suite('the log of failed scrapes is that of prometheus', { skip: isLogged ? false : peer.skip || 'the reference has no such log' }, () => {
  const resources = new AsyncDisposableStack();
  let ours: readonly FailureLine[];
  let theirs: readonly FailureLine[];

  before(async () => {
    const closedPort = await freePort();
    const agents = [limpet, prometheusAgent(peer.command)];
    const [subject = [], reference = []] = await Promise.all(agents.map((agent) => failuresOf(agent, closedPort, resources)));
    ours = subject;
    theirs = reference;
  });
  after(() => resources.disposeAsync());

  test('S-135 each line has the same fields with the same words, one for each failed request and none for other failures', () => {
    // `source` is the line of Go that wrote it
    const withoutPort = (written: FailureLine): Omit<FailureLine, 'time'> => {
      const { time: _, source: __, ...line } = written;
      const shown = (words: string): string => words.replaceAll(/127\.0\.0\.1:\d+/g, 'address');
      return { ...line, msg: shown(line.msg), target: shown(line.target) };
    };
    const kindsOf = (lines: readonly FailureLine[]): string[] =>
      [...new Set(lines.map((line) => JSON.stringify(withoutPort(line))))].sort();
    assert.deepEqual(new Set(ours.map(({ job_name: job }) => job)), new Set(['refused', 'status']));
    assert.deepEqual(kindsOf(ours), kindsOf(theirs));
    for (const job of ['refused', 'status']) assert.ok(ours.filter(({ job_name: name }) => name === job).length >= SCRAPES - 1, job);
  });

  test('S-135 the time is that of the failure, in the form of RFC 3339', () => {
    for (const { time } of [...ours, ...theirs]) {
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)$/);
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < DEADLINE_MS * 2, time);
    }
  });
});
