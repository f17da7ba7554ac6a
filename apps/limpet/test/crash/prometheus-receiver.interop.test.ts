import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../interop/program/free-port.ts';
import { answersWell, getJson } from '../interop/program/http-get.ts';
import { findPeer } from '../interop/program/peer-program.ts';
import { startProgram } from '../interop/program/running-program.ts';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';
import { waitUntil } from '../interop/wait-until.ts';
import { startCrashRun } from './crash-run.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
const DEADLINE_MS = 60_000;
const KILLS = 4;

/** `target/number` of all scrapes that the receiver has. */
async function storedScrapes(base: string): Promise<ReadonlySet<string>> {
  const answer = (await getJson(`${base}/api/v1/query?query=${encodeURIComponent('scrapes[15m]')}`)) as {
    readonly data: {
      readonly result: readonly { readonly metric: { readonly target: string }; readonly values: readonly (readonly [number, string])[] }[];
    };
  };
  return new Set(answer.data.result.flatMap(({ metric, values }) => values.map(([, value]) => `${metric.target}/${value}`)));
}

suite('prometheus as the receiver', { skip: peer.skip, timeout: 240_000 }, () => {
  test('W-040 W-097 has every scrape after kills, although it refuses requests with samples that it has', async () => {
    await using resources = new AsyncDisposableStack();
    const { path } = resources.use(await temporaryFolder());
    const address = `127.0.0.1:${await freePort()}`;
    await writeFile(join(path, 'prometheus.yml'), '');
    const words = [`--config.file=${path}/prometheus.yml`, `--storage.tsdb.path=${path}/data`, `--web.listen-address=${address}`];
    const receiver = startProgram({ name: 'prometheus', command: peer.command, args: [...words, '--web.enable-remote-write-receiver'] });
    resources.defer(async () => void (await receiver.stop()));
    await waitUntil({ what: 'prometheus to be ready', until: () => answersWell(`http://${address}/-/ready`), timeoutMs: DEADLINE_MS });
    const run = resources.use(await startCrashRun({ writeUrl: `http://${address}/api/v1/write` }));
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(2_000 + Math.random() * 1_500);
      await run.killAndStart();
    }
    await sleep(2_500);
    const due = run.due();
    let missing: readonly string[] = due;
    const hasAll = async (): Promise<boolean> => {
      const stored = await storedScrapes(`http://${address}`);
      missing = due.filter((scrape) => !stored.has(scrape));
      return missing.length === 0;
    };
    await waitUntil({ what: 'prometheus to have everything', until: hasAll, timeoutMs: 30_000 }).catch(() => undefined);
    process.stderr.write(`CRASH: prometheus as the receiver: ${missing.length} of ${due.length} scrapes lost\n`);
    assert.deepEqual(missing, [], run.sender().program.output());
    assert.ok(due.length >= 40, `only ${due.length} scrapes were counted`);
  });
});
