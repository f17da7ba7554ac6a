import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { getJson, getText } from './program/http-get.ts';
import { metricFamilies } from './program/metric-families.ts';
import type { MetricFamily } from './program/metric-families.ts';
import { findPeer, isAtLeast } from './program/peer-program.ts';
import { limpet, prometheusAgent, startSender } from './program/sender.ts';
import type { SenderProgram } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { startSink } from './sink/remote-write-sink.ts';
import { text } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import { waitUntil } from './wait-until.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
const DEADLINE_MS = 40_000;

/** Families about scraping, discovery, remote write, configuration and the HTTP surface: what dashboards and alerts ask for. */
const OURS_TOO = /^prometheus_(?:target|sd|remote_storage|config|http|ready|api_notification)(?:_|$)/;

/** What the reference has and Limpet has not, with the reason. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/_symboltable_items$/, 'label strings are not interned'],
  [/^prometheus_remote_storage_string_interner_/, 'label strings are not interned'],
  [/^prometheus_sd_(?:azure|consul|linode|nomad)_/, 'with its mechanism'],
  [/^prometheus_sd_kubernetes_(?:http_request|workqueue)_/, "about Go's client of Kubernetes"],
];

/** What Limpet has as 3.14 has it, and older references do not: absent there, or without a label. */
const NEWER: readonly (readonly [RegExp, since: string])[] = [
  [/^prometheus_sd_(?:last_update_timestamp_seconds|refresh_duration_histogram_seconds)$/, '3.6'],
  [/^prometheus_sd_refresh_(?:duration_seconds|failures_total)$/, '3.6'],
  [/^prometheus_target_(?:interval_length|sync_length)_histogram_seconds$/, '3.6'],
  [/^prometheus_target_scrape_duration_seconds$/, '3.6'],
  [/^prometheus_remote_storage_queue_highest_timestamp_seconds$/, '3.6'],
  [/^prometheus_remote_storage_queue_highest_sent_timestamp_seconds$/, '2.53'],
  [/^prometheus_api_notification_/, '3.0'],
  [/^prometheus_sd_updates_delayed_total$/, '2.43'],
  [/^prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total$/, '2.45'],
  [/^prometheus_target_scrape_pool_target_limit$/, '2.50'],
  // in 2.42 these had a child without a reason
  [/^prometheus_remote_storage_(?:samples|exemplars|histograms)_dropped_total$/, '2.53'],
  [/^prometheus_sd_kubernetes_failures_total$/, '2.51'],
  [/^prometheus_ready$/, '2.44'],
  [/^prometheus_tsdb_wal_storage_size_bytes$/, '2.46'],
];

/** Mechanisms that packagers leave out of the reference: where it knows nothing of one, ours cannot be compared. */
const OPTIONAL_MECHANISM = /^prometheus_sd_(?:consul|kubernetes)_/;

const folderOf = temporaryFolder();

/** The families of an agent that has scraped, failed, discovered and delivered, without anything having gone wrong otherwise. */
async function familiesOf(sender: SenderProgram, resources: AsyncDisposableStack): Promise<ReadonlyMap<string, MetricFamily>> {
  const folder = (await folderOf).path;
  const sink = resources.use(await startSink());
  const scripts = new Map([['/metrics', [text('# TYPE a gauge', 'a 1')]]]);
  const server = resources.use(await startScriptServer({ scripts, clientOf: () => sender.name, baseMs: () => 0 }));
  const files = join(folder, 'targets.json');
  await writeFile(files, JSON.stringify([{ targets: [server.address] }]));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      { job_name: 'static', static_configs: [{ targets: [server.address, '127.0.0.1:1'] }] },
      { job_name: 'files', file_sd_configs: [{ files: [files] }] },
      { job_name: 'http', http_sd_configs: [{ url: 'http://127.0.0.1:1/', refresh_interval: '1s' }] },
      { job_name: 'dns', dns_sd_configs: [{ names: ['localhost'], type: 'A', port: 1, refresh_interval: '1s' }] },
    ],
    remote_write: [{ url: sink.url, queue_config: { batch_send_deadline: '250ms' } }],
  };
  const start = { sender, folder: join(folder, sender.name), config, flags: ['--enable-feature=extra-scrape-metrics'] };
  const running = resources.use(await startSender(start));
  await waitUntil({
    what: `${sender.name} to have delivered`,
    until: () => sink.delivery.select({ __name__: 'up' }).filter(({ samples }) => samples.length > 2).length >= 3,
    timeoutMs: DEADLINE_MS,
  });
  await getJson(`http://${running.address}/api/v1/targets`);
  return metricFamilies(await getText(`http://${running.address}/metrics`));
}

const shown = ({ type, labels }: MetricFamily): string => `${type}{${labels.join()}}`;

suite('Limpet tells of itself as prometheus does', { skip: peer.skip }, () => {
  let ours: ReadonlyMap<string, MetricFamily>;
  let theirs: ReadonlyMap<string, MetricFamily>;
  let isNewer: (name: string) => boolean;
  const resources = new AsyncDisposableStack();

  before(async () => {
    resources.use(await folderOf);
    const reference = prometheusAgent(peer.command);
    isNewer = (name) =>
      NEWER.some(([family, since]) => family.test(name) && reference.release !== undefined && !isAtLeast(reference.release, since));
    [ours, theirs] = await Promise.all([familiesOf(limpet, resources), familiesOf(reference, resources)]);
  });
  after(() => resources.disposeAsync());

  test('S-191 S-172 D-040 each family of a running agent is there from the start, with the type and the labels of upstream', () => {
    assert.ok([...theirs.keys()].filter((name) => OURS_TOO.test(name)).length > 50);
    const wrong = [...theirs].flatMap(([name, family]) => {
      if (!OURS_TOO.test(name) || isNewer(name) || LEFT_OUT.some(([left]) => left.test(name))) return [];
      const own = ours.get(name);
      return own !== undefined && shown(own) === shown(family)
        ? []
        : [`${name}: ${own === undefined ? 'none' : shown(own)}, not ${shown(family)}`];
    });
    assert.deepEqual(wrong, []);
  });

  test('S-191 no family has a name of upstream that upstream does not have', () => {
    const isComparable = (name: string): boolean => {
      const [mechanism] = OPTIONAL_MECHANISM.exec(name) ?? [];
      return mechanism === undefined || [...theirs.keys()].some((family) => family.startsWith(mechanism));
    };
    const invented = [...ours.keys()].filter(
      (name) => name.startsWith('prometheus_') && isComparable(name) && !theirs.has(name) && !isNewer(name),
    );
    assert.deepEqual(invented, []);
  });
});
