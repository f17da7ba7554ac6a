import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, globSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getText } from '../interop/program/http-get.ts';
import { startProgram } from '../interop/program/running-program.ts';
import { limpet } from '../interop/program/sender.ts';
import { waitUntil } from '../interop/wait-until.ts';
import { startCrashRun } from './crash-run.ts';
import type { CrashRun } from './crash-run.ts';
import type { Behaviour } from './faulty-receiver.ts';
import { mountSmallDisk } from './small-disk.ts';

const AWAY: Readonly<Record<Exclude<Behaviour, 'ok'>, string>> = {
  fail: 'answers 500',
  throttle: 'answers 429 with Retry-After',
  hang: 'does not answer',
  refuse: 'resets every connection',
  dropMidResponse: 'breaks off in the middle of its answer',
  storeThenFail: 'stores what it gets and then answers 500',
};
const DISK_BYTES = 1024 * 1024;

/** Somewhere within a span of time: the kill should meet the agent in another place each time. */
function sometime(fromMs: number, toMs: number): Promise<void> {
  return sleep(fromMs + Math.random() * (toMs - fromMs));
}

/** Everything that was safe has arrived, and nothing new came behind something newer. */
async function assertWhole(run: CrashRun, what: string): Promise<void> {
  const outcome = await run.outcome();
  const { lost, outOfOrder, servedCount, repeatCount } = outcome;
  process.stderr.write(`CRASH: ${what}: ${lost.length * 6} of ${servedCount * 6} samples lost, ${repeatCount} came again\n`);
  assert.deepEqual({ lost, outOfOrder }, { lost: [], outOfOrder: [] }, run.sender().program.output());
  assert.ok(servedCount >= 20, `only ${servedCount} scrapes were counted`);
  assert.deepEqual(run.receiver.errors, []);
}

suite('nothing is lost', { concurrency: 3, timeout: 300_000 }, () => {
  for (const [behaviour, what] of Object.entries(AWAY) as [Exclude<Behaviour, 'ok'>, string][]) {
    test(`W-097 a receiver that ${what}, and three kills meanwhile`, async () => {
      await using run = await startCrashRun();
      await sleep(2_000);
      run.receiver.behave(behaviour);
      for (let round = 0; round < 3; round++) {
        await sometime(1_500, 3_000);
        await run.killAndStart();
      }
      await sleep(1_500);
      run.receiver.behave('ok');
      await assertWhole(run, `a receiver that ${what}`);
    });
  }

  test('W-097 kills while a backlog is being sent', async () => {
    await using run = await startCrashRun();
    run.receiver.behave('fail');
    await sleep(8_000);
    run.receiver.behave('ok');
    for (let round = 0; round < 3; round++) {
      await run.killAndStart();
      await sometime(0, 400);
    }
    await sleep(2_000);
    await assertWhole(run, 'kills while a backlog is being sent');
  });

  test('W-097 kills within the first second of a start with a backlog', async () => {
    await using run = await startCrashRun();
    run.receiver.behave('fail');
    await sleep(7_000);
    await run.kill();
    for (let round = 0; round < 3; round++) await run.startAndKill(sometime(100, 900));
    run.receiver.behave('ok');
    await run.start();
    await assertWhole(run, 'kills within the first second');
  });

  test('W-081 a stop while the receiver is away ends at once, and what it lacks comes after the next start', async () => {
    await using run = await startCrashRun();
    await sleep(3_000);
    run.receiver.behave('refuse');
    await sleep(4_000);
    const { code, tookMs } = await run.stop();
    assert.equal(code, 0);
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
    run.receiver.behave('ok');
    await run.start();
    await sleep(1_500);
    await assertWhole(run, 'a stop while the receiver is away');
  });

  test('W-094 the newest file torn and followed by garbage: what was whole arrives', async () => {
    await using run = await startCrashRun();
    run.receiver.behave('fail');
    await sleep(7_000);
    await run.kill();
    const newest =
      globSync(join(run.folder, 'wal', '*.seg'))
        .toSorted()
        .at(-1) ?? '';
    truncateSync(newest, statSync(newest).size - 3); // the last record: within the time that a kill may cost
    appendFileSync(newest, randomBytes(10_000));
    run.receiver.behave('ok');
    await run.start();
    await sleep(1_500);
    await assertWhole(run, 'the newest file torn');
    const { output } = run.sender().program;
    assert.match(output(), /LIMPET_WAL_DAMAGED/);
  });

  test('the disk full for a while with the receiver away: degraded, then whole again', async (t) => {
    const disk = await mountSmallDisk(DISK_BYTES);
    if ('missing' in disk) {
      t.skip(disk.missing);
      return;
    }
    await using full = disk;
    await using run = await startCrashRun({ agentFolder: join(full.path, 'agent') });
    await sleep(2_000);
    run.receiver.behave('fail');
    full.fill();
    const isDegraded = async (): Promise<boolean> =>
      /^limpet_wal_degraded 1$/m.test(await getText(`http://${run.sender().address}/metrics`));
    await waitUntil({ what: 'the log to be degraded', until: isDegraded, timeoutMs: 20_000 });
    await sleep(5_000);
    full.empty();
    await waitUntil({ what: 'the log to be well', until: async () => !(await isDegraded()), timeoutMs: 20_000 });
    await sleep(1_500);
    await run.killAndStart(); // what came while it was full is on disk by now
    run.receiver.behave('ok');
    await sleep(1_000);
    await assertWhole(run, 'the disk full for a while');
  });

  test('what became of a scrape can be asked: its record in the log, and the requests that the receiver accepted', async () => {
    await using run = await startCrashRun();
    await sleep(4_000);
    const url = `http://${run.sender().address}`;
    const program = startProgram({
      name: 'explain',
      command: limpet.command,
      args: [
        ...limpet.args.slice(0, -1),
        'explain',
        'delivery',
        `--target=${run.targets.address}`,
        `--at=${Date.now() / 1000 - 2}`,
        `--url=${url}`,
        '--format=json',
      ],
    });
    assert.equal((await program.exited).code, 0, program.output());
    const scrapes = program
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DeliveredScrape);
    assert.ok(scrapes.length >= 1, program.output());
    for (const { record, receivers } of scrapes) {
      assert.match(record.segment, /^\d{8}\.seg$/);
      assert.equal(receivers[0]?.stage, 'finished');
      assert.ok(receivers[0].requests.some(({ outcome }) => outcome === 'accepted'));
    }
  });
});

interface DeliveredScrape {
  readonly record: { readonly segment: string };
  readonly receivers: readonly { readonly stage: string; readonly requests: readonly { readonly outcome: string }[] }[];
}
