import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { getJson, getText } from './program/http-get.ts';
import { limpet, startSender } from './program/sender.ts';
import type { Sender } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import type { TemporaryFolder } from './program/temporary-folder.ts';
import { valueText } from './sink/value-text.ts';
import { startSink } from './sink/remote-write-sink.ts';
import type { RemoteWriteSink } from './sink/remote-write-sink.ts';
import { TEXT_TYPE, text } from './target/answer.ts';
import type { Step } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import type { ScriptServer } from './target/script-server.ts';
import { startSlowTarget } from './target/slow-target.ts';
import { waitUntil } from './wait-until.ts';

const DEADLINE_MS = 30_000;
/** Of the scrapes in the suites whose ticks are counted. */
const INTERVAL_MS = 1000;

const good = text('a 1', 'b 2');
const steady: readonly Step[] = [good];
const broken = {
  hanging: [good, { fault: 'hang' }],
  'hanging-in-body': [good, { ...good, fault: 'hangInBody' }],
  resetting: [good, { fault: 'reset' }],
  garbage: [good, { headers: { 'content-type': TEXT_TYPE }, body: Buffer.from([1, 255, 254, 10, 123, 34]) }],
  failing: [good, { status: 500 }],
  missing: [good, { status: 404 }],
} satisfies Record<string, readonly Step[]>;

interface World {
  readonly folder: TemporaryFolder;
  readonly server: ScriptServer;
  readonly sink: RemoteWriteSink;
}

/** Targets by path, a sink, and a folder. */
async function makeWorld(scripts: Readonly<Record<string, readonly Step[]>>, resources: AsyncDisposableStack): Promise<World> {
  const folder = resources.use(await temporaryFolder());
  const paths = new Map(Object.entries(scripts).map(([name, steps]) => [`/${name}`, steps]));
  const server = resources.use(await startScriptServer({ scripts: paths, clientOf: () => 'limpet', baseMs: () => 0 }));
  return { folder, server, sink: resources.use(await startSink()) };
}

interface ConfigOptions {
  readonly jobs: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
}

function config({ server, sink }: World, { jobs, interval = '1s', timeout = interval }: ConfigOptions): unknown {
  return {
    global: { scrape_interval: interval, scrape_timeout: timeout },
    scrape_configs: jobs.map((name) => ({ job_name: name, metrics_path: `/${name}`, static_configs: [{ targets: [server.address] }] })),
    remote_write: [{ url: sink.url, queue_config: { min_shards: 1, max_shards: 1, batch_send_deadline: '250ms' } }],
  };
}

function times(sink: RemoteWriteSink, job: string): number[] {
  return (sink.delivery.select({ __name__: 'up', job })[0]?.samples ?? []).map(({ timestampMs }) => timestampMs);
}

const upCount = (sink: RemoteWriteSink, job: string): number => times(sink, job).length;

suite('faults', { concurrency: true }, () => {
  suite('a target that fails changes nothing for the others', { concurrency: false }, () => {
    let resources: AsyncDisposableStack;
    const steadyJobs = ['steady-1', 'steady-2', 'steady-3'];
    const brokenJobs = Object.keys(broken);
    let world: World;

    const scrapeAll = async (): Promise<AsyncDisposableStack> => {
      const held = new AsyncDisposableStack();
      resources = held; // also where the attempt fails
      world = await makeWorld({ ...broken, ...Object.fromEntries(steadyJobs.map((name) => [name, steady])) }, held);
      const jobs = [...steadyJobs, ...brokenJobs];
      held.use(await startSender({ sender: limpet, folder: join(world.folder.path, 'limpet'), config: config(world, { jobs }) }));
      await waitUntil({
        what: '7 scrapes of every job',
        until: () => jobs.every((job) => upCount(world.sink, job) >= 7),
        timeoutMs: DEADLINE_MS,
      });
      return held;
    };
    before(() => onCalmMachine(scrapeAll, (held) => held.disposeAsync()));
    after(() => resources?.disposeAsync());

    for (const job of steadyJobs) {
      test(`S-101 S-102 the steady target ${job} misses no tick and stays up beside hanging and failing ones`, () => {
        const ticks = times(world.sink, job).slice(0, 7);
        const gaps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? Number.NaN));
        assert.equal(Math.round(((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) / INTERVAL_MS), ticks.length - 1, `gaps of ${gaps.join(' ')} ms`);
        assert.deepEqual([...new Set(world.sink.delivery.values({ __name__: 'up', job }))], ['1']);
        assert.deepEqual([...new Set(world.sink.delivery.values({ __name__: 'a', job }))], ['1']);
      });
    }

    for (const job of brokenJobs) {
      test(`S-131 S-138 the target that is ${job} is down with its markers, and scraped on`, () => {
        assert.deepEqual(world.sink.delivery.values({ __name__: 'up', job }).slice(0, 7), ['1', '0', '0', '0', '0', '0', '0']);
        assert.deepEqual(world.sink.delivery.values({ __name__: 'a', job }), ['1', 'stale']);
      });
    }
  });

  suite('a configuration with an error', { concurrency: false }, () => {
    const resources = new AsyncDisposableStack();
    let world: World;
    let sender: Sender;

    before(async () => {
      world = await makeWorld({ first: steady, second: steady }, resources);
      const folder = join(world.folder.path, 'limpet');
      sender = resources.use(await startSender({ sender: limpet, folder, config: config(world, { jobs: ['first'] }) }));
      await waitUntil({ what: 'scrapes', until: () => upCount(world.sink, 'first') >= 2, timeoutMs: DEADLINE_MS });
    });
    after(() => resources.disposeAsync());

    const reloadIs = async (value: 0 | 1): Promise<boolean> =>
      new RegExp(`^prometheus_config_last_reload_successful ${value}$`, 'm').test(await getText(`http://${sender.address}/metrics`));

    test('A-007 S-020 is refused on SIGHUP: the running one stays, and no scrape is lost', async () => {
      const before = await getJson(`http://${sender.address}/api/v1/status/config`);
      await sender.writeConfig('scrape_configs:\n  - job_name: first\n    scrape_interval: soon\n');
      sender.program.signal('SIGHUP');
      await waitUntil({ what: 'the refusal', until: () => reloadIs(0), timeoutMs: DEADLINE_MS, seen: sender.program.output });
      const count = upCount(world.sink, 'first');
      await waitUntil({ what: 'scrapes after it', until: () => upCount(world.sink, 'first') >= count + 4, timeoutMs: DEADLINE_MS });
      const ticks = times(world.sink, 'first');
      assert.equal(Math.round(((ticks.at(-1) ?? 0) - (ticks[0] ?? 0)) / INTERVAL_MS), ticks.length - 1);
      assert.deepEqual([...new Set(world.sink.delivery.values({ __name__: 'a', job: 'first' }))], ['1']);
      assert.deepEqual(await getJson(`http://${sender.address}/api/v1/status/config`), before);
      assert.equal(await sender.isReady(), true);
    });

    test('S-020 S-003 the next good one is taken up', async () => {
      await sender.writeConfig(config(world, { jobs: ['first', 'second'] }));
      sender.program.signal('SIGHUP');
      await waitUntil({
        what: 'the second job',
        until: () => upCount(world.sink, 'second') >= 2,
        timeoutMs: DEADLINE_MS,
        seen: sender.program.output,
      });
      assert.equal(await reloadIs(1), true);
      assert.deepEqual([...new Set(world.sink.delivery.values({ __name__: 'a', job: 'first' }))], ['1']);
    });
  });

  suite('a stop while scraping', { concurrency: false }, () => {
    const SCRAPE_MS = 700;
    const resources = new AsyncDisposableStack();
    after(() => resources.disposeAsync());

    test('A-073 A-076 S-103 S-142 SIGTERM lets a running scrape finish and be delivered, writes no markers, and exits with 0', async () => {
      const world = await makeWorld({ steady, slow: steady, hanging: [{ fault: 'hang' }] }, resources);
      const slow = resources.use(await startSlowTarget(SCRAPE_MS));
      const base = config(world, { jobs: ['steady', 'hanging'], timeout: '900ms' }) as { scrape_configs: unknown[] };
      base.scrape_configs.push({ job_name: 'slow', static_configs: [{ targets: [slow.address] }] });
      const sender = resources.use(await startSender({ sender: limpet, folder: join(world.folder.path, 'limpet'), config: base }));
      await waitUntil({ what: 'scrapes', until: () => upCount(world.sink, 'slow') >= 2, timeoutMs: DEADLINE_MS });
      const requests = slow.requestCount();
      await waitUntil({ what: 'a scrape to begin', until: () => slow.requestCount() > requests, timeoutMs: DEADLINE_MS });
      const asked = Date.now();
      sender.program.signal('SIGTERM');
      const exit = await sender.program.exited;
      assert.deepEqual(exit, { code: 0, signal: null }, sender.program.output());
      assert.ok(Date.now() - asked < 10_000, `took ${Date.now() - asked} ms`);
      assert.equal(upCount(world.sink, 'slow'), slow.requestCount(), 'the scrape that was running has been delivered');
      const ended = world.sink.delivery.select().filter(({ samples }) => samples.some(({ bits }) => valueText(bits) === 'stale'));
      assert.deepEqual(
        ended.map(({ key }) => key),
        [],
      );
    });
  });
});

suite('a kill while samples are written into the embedded store', () => {
  const SERIES = 5000;
  const resources = new AsyncDisposableStack();
  const large = text(...Array.from({ length: SERIES }, (_, index) => `large{series="${index}"} ${index}`));
  after(() => resources.disposeAsync());

  test('a store that was being written when its process was killed opens again, twice, with what was written', async () => {
    const world = await makeWorld({ 'large-1': [large], 'large-2': [large] }, resources);
    const folder = join(world.folder.path, 'limpet');
    const data = join(folder, 'data');
    const { remote_write: _, ...withoutRemote } = config(world, { jobs: ['large-1', 'large-2'], interval: '250ms' }) as Record<
      string,
      unknown
    >;
    const start = async (): Promise<Sender> => resources.use(await startSender({ sender: limpet, folder, config: withoutRemote }));
    let sender = await start();
    for (let round = 0; round < 2; round++) {
      const began = Date.now();
      await waitUntil({
        what: 'samples of this run in the file',
        until: () => storedAfter(join(data, 'recent.sqlite'), began),
        timeoutMs: DEADLINE_MS,
        seen: sender.program.output,
      });
      sender.program.signal('SIGKILL');
      await sender.program.exited;
      sender = await start();
      const kept = (await historyOf(sender, { __name__: 'large', series: '4999', job: 'large-1' })).filter(
        ([timestampMs]) => timestampMs > began - 1000,
      );
      assert.ok(kept.length > 0, 'samples of the killed run');
      assert.deepEqual([...new Set(kept.map(([, value]) => value))], [4999]);
    }
    assert.deepEqual(await sender.program.stop(), { code: 0, signal: null });
    const files = await readdir(data);
    assert.deepEqual(
      files.filter((name) => name.includes('corrupt')),
      [],
    );
    const database = new DatabaseSync(join(data, 'recent.sqlite'));
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    database.close();
  });
});

/** Whether the store's file holds a write later than a moment. Read by a connection of this process' own. */
function storedAfter(path: string, momentMs: number): boolean {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const row = database.prepare('SELECT max(written_ms) AS last FROM journal').get();
    return Number(row?.['last'] ?? 0) > momentMs;
  } catch {
    return false; // not there yet, or busy
  } finally {
    database.close();
  }
}

async function historyOf({ address }: Sender, match: Readonly<Record<string, string>>): Promise<(readonly [number, number])[]> {
  const url = `http://${address}/api/v1/limpet/history?match=${encodeURIComponent(JSON.stringify(match))}`;
  const { data } = (await getJson(url)) as { data: { series: { timestampsMs: number[]; values: (number | null)[] }[] } };
  const pairs = data.series.flatMap(({ timestampsMs, values }) =>
    timestampsMs.map((time, index) => [time, values[index] ?? null] as const),
  );
  // a marker is told as null: on a busy machine a scrape may have been too slow
  return pairs.filter((pair): pair is readonly [number, number] => pair[1] !== null);
}
