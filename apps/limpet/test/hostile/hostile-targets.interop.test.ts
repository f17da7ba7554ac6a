import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getJson, getText } from '../interop/program/http-get.ts';
import { asInstalled } from './as-installed.ts';
import { limpet, startSender } from '../interop/program/sender.ts';
import type { Sender } from '../interop/program/sender.ts';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';
import { valueText } from '../interop/sink/value-text.ts';
import { startSink } from '../interop/sink/remote-write-sink.ts';
import type { RemoteWriteSink } from '../interop/sink/remote-write-sink.ts';
import { waitUntil } from '../interop/wait-until.ts';
import { startHealthyTargets } from './healthy-targets.ts';
import type { HealthyTargets } from './healthy-targets.ts';
import { measureForeignLoad } from './foreign-load.ts';
import { HOSTILE } from './hostile-behaviour.ts';
import { peakResidentBytes, processWith } from './process-memory.ts';
import { startHostileServer } from './start-hostile-server.ts';
import type { HostileServer } from './start-hostile-server.ts';

const HEALTHY_COUNT = 200;
/** Of the healthy targets. */
const INTERVAL_MS = 1_000;
/** How long all of them are watched together. Shorter for a quick look. */
const WATCHED_MS = Number(process.env['LIMPET_HOSTILE_MS'] ?? 60_000);
const HOSTILE_INTERVAL_MS = 3_000;
const HOSTILE_TIMEOUT_MS = 2_000;
/** From the end of a scrape that timed out to its being noticed. */
const SLACK_MS = 500;
/** Share of the machine that others may take without being an excuse. Beyond it ticks are missed for want of a processor. */
const FOREIGN_LOAD_MAX = 0.25;
/** More slack on a machine that others use. */
const BUSY_SLACK_MS = 3_000;
/** 300 MB, as sizes are written here (C-012). */
const RESIDENT_BYTES_MAX = 300 * 1024 ** 2;
const DEADLINE_MS = 60_000;

const TIMEOUT = /^Get "\S+": context deadline exceeded$/;

const names = Object.keys(HOSTILE);
const healthy = Array.from({ length: HEALTHY_COUNT }, (_, index) => `/healthy-${index}`);

interface ActiveTarget {
  readonly scrapePool: string;
  readonly health: string;
  readonly lastError: string;
  readonly lastScrapeDuration: number;
  readonly limpet: { readonly lastFailureReason: string; readonly scrapesTotal: number };
}

interface Peers {
  readonly targets: HealthyTargets;
  readonly server: HostileServer;
  readonly sink: RemoteWriteSink;
}

function config({ targets, server, sink }: Peers): unknown {
  return {
    global: { scrape_interval: `${HOSTILE_INTERVAL_MS}ms`, scrape_timeout: `${HOSTILE_TIMEOUT_MS}ms` },
    scrape_configs: [
      {
        job_name: 'healthy',
        scrape_interval: `${INTERVAL_MS}ms`,
        scrape_timeout: `${INTERVAL_MS}ms`,
        static_configs: healthy.map((path) => ({ targets: [targets.address], labels: { __metrics_path__: path, path } })),
      },
      ...names.map((name) => ({
        job_name: name,
        metrics_path: `/${name}`,
        static_configs: [{ targets: [server.address] }],
        ...HOSTILE[name]?.job,
      })),
    ],
    remote_write: [{ url: sink.url, queue_config: { min_shards: 1, max_shards: 1, batch_send_deadline: '250ms' } }],
  };
}

suite(`${names.length} hostile targets beside ${HEALTHY_COUNT} healthy ones`, { concurrency: false }, () => {
  const resources = new AsyncDisposableStack();
  /** Every state in which a hostile target was seen. */
  const seen = new Map<string, ActiveTarget[]>(names.map((name) => [name, []]));
  let peers: Peers;
  let sender: Sender;
  let window: { readonly fromMs: number; readonly toMs: number };
  let residentBytes = 0;
  let foreignLoad = 0;
  let exposition = '';

  async function look(): Promise<void> {
    const { data } = (await getJson(`http://${sender.address}/api/v1/targets`)) as { data: { activeTargets: ActiveTarget[] } };
    for (const target of data.activeTargets) seen.get(target.scrapePool)?.push(target);
  }

  const upOf = (path: string) => peers.sink.delivery.select({ __name__: 'up', path })[0]?.samples ?? [];

  before(async () => {
    const folder = resources.use(await temporaryFolder());
    peers = {
      targets: resources.use(await startHealthyTargets()),
      server: resources.use(await startHostileServer()),
      sink: resources.use(await startSink()),
    };
    sender = resources.use(await startSender({ sender: asInstalled(limpet), folder: join(folder.path, 'limpet'), config: config(peers) }));
    const isScraped = (path: string): boolean => upOf(path).length > 0;
    await waitUntil({
      what: 'a scrape of every healthy target',
      until: () => healthy.every(isScraped),
      timeoutMs: DEADLINE_MS,
      seen: sender.program.output,
    });
    const pid = processWith(`--config.file=${sender.configPath}`);
    const loadSince = measureForeignLoad(pid);
    const fromMs = Date.now();
    window = { fromMs, toMs: fromMs + WATCHED_MS };
    while (Date.now() < window.toMs) {
      await sleep(1_000);
      await look();
    }
    foreignLoad = loadSince();
    const isDelivered = (path: string): boolean => (upOf(path).at(-1)?.timestampMs ?? 0) >= window.toMs;
    await waitUntil({
      what: 'the last scrapes to be delivered',
      until: () => healthy.every(isDelivered),
      timeoutMs: DEADLINE_MS,
      seen: sender.program.output,
    });
    residentBytes = peakResidentBytes(pid);
    exposition = await getText(`http://${sender.address}/metrics`);
  });
  after(() => resources.disposeAsync());

  for (const name of names) {
    test(`S-104 S-170 S-171 the target that is "${name}" is down, says why, and within its timeout`, () => {
      const { error, reasons } = HOSTILE[name] ?? assert.fail();
      const states = (seen.get(name) ?? []).filter(({ health }) => health !== 'unknown');
      const slackMs = SLACK_MS + (foreignLoad > FOREIGN_LOAD_MAX ? BUSY_SLACK_MS : 0);
      for (const { health, lastError, lastScrapeDuration } of states) {
        assert.equal(health, 'down');
        assert.match(lastError, TIMEOUT.test(lastError) ? TIMEOUT : error);
        assert.ok(lastScrapeDuration * 1000 <= HOSTILE_TIMEOUT_MS + slackMs, `took ${lastScrapeDuration} s`);
      }
      const named = states.filter(
        ({ lastError, limpet: { lastFailureReason } }) => error.test(lastError) && reasons.includes(lastFailureReason),
      );
      assert.ok(
        named.length > 0,
        `seen instead: ${states.map(({ lastError, limpet: { lastFailureReason } }) => `${lastFailureReason}: ${lastError}`).join('\n')}`,
      );
    });
  }

  test('S-101 S-102 no healthy target lost a tick: each was asked, and its samples delivered, at every interval', (t) => {
    const due = Math.floor(WATCHED_MS / INTERVAL_MS);
    const inWindow = (ms: number): boolean => ms >= window.fromMs && ms < window.toMs;
    const counts = healthy.map((path) => ({
      path,
      requests: peers.targets.requestsOf(path).filter(inWindow).length,
      ups: upOf(path).filter(({ timestampMs, bits }) => inWindow(timestampMs) && valueText(bits) === '1').length,
    }));
    const excused = Math.floor(due * Math.max(0, foreignLoad - FOREIGN_LOAD_MAX));
    const lost = counts.reduce((sum, { ups }) => sum + due - ups, 0);
    t.diagnostic(`${lost} of ${due * HEALTHY_COUNT} ticks are missing in the window; others took ${foreignLoad.toFixed(2)} of the machine`);
    assert.deepEqual(
      counts.filter(({ requests, ups }) => Math.min(requests, ups) < due - 1 - excused),
      [],
    );
  });

  test('the process stayed below 300 MB, and its budget for bodies is whole again', (t) => {
    t.diagnostic(`${Math.round(residentBytes / 1e6)} MB at most`);
    assert.ok(residentBytes < RESIDENT_BYTES_MAX, `${residentBytes} bytes were resident`);
    assert.match(exposition, /^limpet_body_budget_limit_bytes 50331648$/m);
    assert.match(exposition, /^limpet_body_budget_held_bytes \d+$/m);
    assert.match(exposition, /^limpet_faults_total 0$/m);
    assert.equal(sender.program.isRunning(), true);
  });

  test('A-073 A-076 it stops in time with all of them in flight', async () => {
    const asked = Date.now();
    const exit = await sender.program.stop();
    assert.deepEqual(exit, { code: 0, signal: null }, sender.program.output());
    assert.ok(Date.now() - asked < 10_000, `took ${Date.now() - asked} ms`);
  });
});
