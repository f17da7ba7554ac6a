import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { join } from 'node:path';
import { freePort } from './program/free-port.ts';
import { answersWell, getText } from './program/http-get.ts';
import { findPeer, isAtLeast } from './program/peer-program.ts';
import { startProgram } from './program/running-program.ts';
import { limpet, prometheusAgent, startSender } from './program/sender.ts';
import type { SenderProgram } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { startSink } from './sink/remote-write-sink.ts';
import type { RemoteWriteSink } from './sink/remote-write-sink.ts';
import { waitUntil } from './wait-until.ts';

const exporter = findPeer({ variable: 'NODE_EXPORTER_BIN', program: 'prometheus-node-exporter' });
const prometheus = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });

const REPORT_SERIES = [
  'scrape_duration_seconds',
  'scrape_samples_post_metric_relabeling',
  'scrape_samples_scraped',
  'scrape_series_added',
  'up',
];
const DEADLINE_MS = 30_000;

suite('the node exporter, scraped for real', { skip: exporter.skip || prometheus.skip }, () => {
  const resources = new AsyncDisposableStack();
  let metricsUrl: string;
  let ours: RemoteWriteSink;
  let theirs: RemoteWriteSink;
  let reference: SenderProgram;

  before(async () => {
    const { path: folder } = resources.use(await temporaryFolder());
    const address = `127.0.0.1:${await freePort()}`;
    metricsUrl = `http://${address}/metrics`;
    const program = startProgram({ name: 'exporter', command: exporter.command, args: [`--web.listen-address=${address}`] });
    resources.defer(async () => void (await program.stop()));
    await waitUntil({ what: 'the exporter', until: () => answersWell(metricsUrl), timeoutMs: DEADLINE_MS, seen: program.output });
    ours = resources.use(await startSink());
    theirs = resources.use(await startSink());
    reference = prometheusAgent(prometheus.command);
    const start = async (sender: SenderProgram, sink: RemoteWriteSink): Promise<void> => {
      resources.use(
        await startSender({ sender, folder: join(folder, sender.userAgent.replace('/', '-')), config: config(address, sink.url) }),
      );
    };
    await Promise.all([start(limpet, ours), start(reference, theirs)]);
  });
  after(() => resources.disposeAsync());

  test('S-112 S-130 S-150 every series of its page arrives in one scrape, and the five report series', async () => {
    const expected = await settledPage(metricsUrl, ours);
    const names = namesAt(ours, lastWholeScrape(ours));
    assert.equal(names.length, expected.length + REPORT_SERIES.length);
    assert.deepEqual(names, [...expected, ...REPORT_SERIES].sort());
    assert.equal(ours.delivery.values({ __name__: 'scrape_samples_scraped' }).at(-1), String(expected.length));
    assert.deepEqual([...new Set(ours.delivery.values({ __name__: 'up' }))], ['1']);
  });

  test('S-115 S-169 prometheus delivers the same series of the same exporter', async () => {
    await waitUntil({ what: 'two scrapes of prometheus', until: () => upCount(theirs) >= 2, timeoutMs: DEADLINE_MS });
    await waitUntil({
      what: 'both to have delivered the same names',
      until: () => String(namesAt(ours, lastWholeScrape(ours))) === String(namesAt(theirs, lastWholeScrape(theirs))),
      timeoutMs: DEADLINE_MS,
      seen: () => difference(namesAt(ours, lastWholeScrape(ours)), namesAt(theirs, lastWholeScrape(theirs))),
    });
    if (reference.release === undefined || !isAtLeast(reference.release, '3.0')) return; // writes quantiles in another way
    assert.equal(difference(keysAt(ours, lastWholeScrape(ours)), keysAt(theirs, lastWholeScrape(theirs))), '');
  });
});

function config(address: string, sinkUrl: string): unknown {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [address], labels: { instance: 'here' } }] }],
    remote_write: [
      {
        url: sinkUrl,
        metadata_config: { send: false },
        queue_config: { min_shards: 1, max_shards: 1, capacity: 20_000, batch_send_deadline: '250ms' },
      },
    ],
  };
}

/** The names of the page's series, once the page is the same before and after a scrape that has arrived. */
async function settledPage(url: string, sink: RemoteWriteSink): Promise<string[]> {
  let expected: string[] = [];
  await waitUntil({
    what: 'a scrape of a page that does not change',
    timeoutMs: DEADLINE_MS,
    until: async () => {
      const before = seriesNames(await getText(url));
      const count = upCount(sink);
      await waitUntil({ what: 'two scrapes', until: () => upCount(sink) >= count + 3, timeoutMs: DEADLINE_MS });
      expected = seriesNames(await getText(url));
      return String(before) === String(expected);
    },
  });
  return expected;
}

/** The metric name of every line of a page that is a sample, counted without any parser of the agent's. */
function seriesNames(page: string): string[] {
  const samples = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return samples.map((line) => line.split(/[{ ]/, 1)[0] ?? line).sort();
}

function upCount(sink: RemoteWriteSink): number {
  return sink.delivery.values({ __name__: 'up' }).length;
}

/** The time of the last scrape that is whole: the one before the last one of which anything has come. */
function lastWholeScrape(sink: RemoteWriteSink): number {
  return sink.delivery.select({ __name__: 'up' })[0]?.samples.at(-2)?.timestampMs ?? -1;
}

function keysAt(sink: RemoteWriteSink, timestampMs: number): string[] {
  const there = sink.delivery.select().filter(({ samples }) => samples.some((sample) => sample.timestampMs === timestampMs));
  return there.map(({ key }) => key).sort();
}

function namesAt(sink: RemoteWriteSink, timestampMs: number): string[] {
  return keysAt(sink, timestampMs)
    .map((key) => key.split('{')[0] ?? key)
    .sort();
}

function difference(ours: readonly string[], theirs: readonly string[]): string {
  const onlyOurs = ours.filter((name) => !theirs.includes(name));
  const onlyTheirs = theirs.filter((name) => !ours.includes(name));
  return onlyOurs.length + onlyTheirs.length === 0 ? '' : `only limpet: ${onlyOurs.join(' ')}; only prometheus: ${onlyTheirs.join(' ')}`;
}
