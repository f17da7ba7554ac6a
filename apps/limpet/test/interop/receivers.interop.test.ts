import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { freePort } from './program/free-port.ts';
import { answersWell, getJson, getText } from './program/http-get.ts';
import { findPeer } from './program/peer-program.ts';
import type { PeerProgram } from './program/peer-program.ts';
import { startProgram } from './program/running-program.ts';
import { limpet, startSender } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { valueText } from './sink/value-text.ts';
import { startSink } from './sink/remote-write-sink.ts';
import type { RemoteWriteSink } from './sink/remote-write-sink.ts';
import { text } from './target/answer.ts';
import type { Step } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import { waitUntil } from './wait-until.ts';

const victoria = findPeer({ variable: 'VICTORIA_METRICS_BIN', program: 'victoria-metrics' });
const prometheus = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });

const DEADLINE_MS = 30_000;
/** Tiny and huge values are in series of their own: victoria-metrics keeps the values of a block to one decimal exponent. */
const SCRIPT: readonly Step[] = [
  text('steady{kind="gauge"} 1.5', 'large 9007199254740991', 'special +Inf', 'vanishing 1'),
  text('steady{kind="gauge"} -2.25e-9', 'large -9007199254740991', 'special -Inf', 'vanishing 2'),
  text('steady{kind="gauge"} 21', 'large 4503599627370497', 'special 0.1', 'vanishing 3'),
  text('steady{kind="gauge"} 4', 'large 1', 'special -1234.5678'),
];

/** One sample as every store can be asked for it. */
type Point = readonly [timestampMs: number, value: number];

interface Receiver {
  readonly name: string;
  readonly peer: PeerProgram;
  readonly args: (place: { readonly address: string; readonly folder: string }) => readonly string[];
  readonly writePath: string;
  readonly readyPath: string;
  /** Samples of the series of a metric, markers left out. */
  readonly samples: (base: string, metric: string) => Promise<Point[]>;
  /** Whether the series of a metric has a value now. */
  readonly isPresent: (base: string, metric: string) => Promise<boolean>;
}

const receivers: readonly Receiver[] = [
  {
    name: 'victoria-metrics',
    peer: victoria,
    args: ({ address, folder }) => [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=${address}`,
      '-search.latencyOffset=0s',
      '-retentionPeriod=1d',
    ],
    writePath: '/api/v1/write',
    readyPath: '/health',
    samples: async (base, metric) => {
      await getText(`${base}/internal/force_flush`);
      const lines = (await getText(`${base}/api/v1/export?match[]=${metric}`)).split('\n').filter((line) => line !== '');
      return lines.flatMap((line) => {
        const { values, timestamps } = JSON.parse(line.replaceAll(/(?<!["\w+-])[+-]?Inf(?:inity)?\b/g, '"$&"')) as {
          values: (number | string | null)[];
          timestamps: number[];
        };
        return values.flatMap((value, index): Point[] =>
          value === null ? [] : [[timestamps[index] ?? Number.NaN, numberOf(String(value))]],
        );
      });
    },
    isPresent: async (base, metric) => (await instantQuery(base, metric)).length > 0,
  },
  {
    name: 'prometheus',
    peer: prometheus,
    args: ({ address, folder }) => [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
    ],
    writePath: '/api/v1/write',
    readyPath: '/-/ready',
    samples: async (base, metric) => {
      const series = await instantQuery(base, `${metric}[10m]`);
      return series.flatMap(({ values = [] }) => values.map(([time, value]): Point => [Math.round(time * 1000), numberOf(value)]));
    },
    isPresent: async (base, metric) => (await instantQuery(base, metric)).length > 0,
  },
];

/** Receivers whose program is here, by name: where they listen. */
type Addresses = ReadonlyMap<string, string>;

suite('remote-write receivers take what Limpet sends', { skip: receivers.every(({ peer }) => peer.skip) }, () => {
  const resources = new AsyncDisposableStack();
  let bases: Addresses;
  let sink: RemoteWriteSink;
  let output: () => string;

  before(async () => {
    const { path: folder } = resources.use(await temporaryFolder());
    sink = resources.use(await startSink());
    const present = receivers.filter(({ peer }) => peer.skip === false);
    bases = new Map(
      await Promise.all(present.map(async (receiver) => [receiver.name, await startReceiver(receiver, folder, resources)] as const)),
    );
    const server = await startScriptServer({ scripts: new Map([['/metrics', SCRIPT]]), clientOf: () => 'limpet', baseMs: () => 0 });
    resources.use(server);
    const urls = [sink.url, ...present.map(({ name, writePath }) => `${bases.get(name)}${writePath}`)];
    const sender = resources.use(
      await startSender({ sender: limpet, folder: join(folder, 'limpet'), config: limpetConfig(server.address, urls) }),
    );
    output = sender.program.output;
    await waitUntil({
      what: 'more scrapes than the script has',
      until: () => sink.delivery.values({ __name__: 'up' }).length > SCRIPT.length + 1,
      timeoutMs: DEADLINE_MS,
      seen: output,
    });
  });
  after(() => resources.disposeAsync());

  for (const { name, peer, samples, isPresent } of receivers) {
    for (const metric of ['steady', 'large', 'special', 'vanishing', 'up', 'scrape_samples_scraped']) {
      test(`W-001 ${name} returns the samples of ${metric} with their times and values`, { skip: peer.skip }, async () => {
        const sent = sink.delivery.select({ __name__: metric })[0]?.samples.filter(({ bits }) => valueText(bits) !== 'stale') ?? [];
        const expected = sent.slice(0, SCRIPT.length).map(({ timestampMs, bits }): Point => [timestampMs, numberOf(valueText(bits))]);
        assert.ok(expected.length >= SCRIPT.length - 1);
        let received: Point[] = [];
        await waitUntil({
          what: `the samples of ${metric}`,
          until: async () => (received = await samples(bases.get(name) ?? '', metric)).length >= expected.length,
          timeoutMs: DEADLINE_MS,
          seen: () => JSON.stringify({ received, expected }),
        });
        assert.deepEqual(received.slice(0, expected.length), expected);
      });
    }

    test(`S-136 W-030 ${name} takes the marker: the series that vanished has no value any more`, { skip: peer.skip }, async () => {
      const base = bases.get(name) ?? '';
      assert.deepEqual(sink.delivery.values({ __name__: 'vanishing' }), ['1', '2', '3', 'stale']);
      await waitUntil({ what: 'a value of the steady series', until: () => isPresent(base, 'steady'), timeoutMs: DEADLINE_MS });
      await waitUntil({ what: 'no value of the other one', until: async () => !(await isPresent(base, 'vanishing')), timeoutMs: 10_000 });
    });
  }

  test('no receiver refused anything', () => {
    assert.doesNotMatch(output(), /non-recoverable|level=ERROR/);
    assert.deepEqual(sink.errors, []);
  });
});

/** Starts a receiver and returns its base URL once it is ready. */
async function startReceiver({ name, peer, args, readyPath }: Receiver, folder: string, resources: AsyncDisposableStack): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const own = join(folder, name);
  await mkdir(own);
  await writeFile(join(own, 'prometheus.yml'), 'global: {}\n');
  const program = startProgram({ name, command: peer.command, args: args({ address, folder: own }) });
  resources.defer(async () => void (await program.stop()));
  await waitUntil({ what: name, until: () => answersWell(`http://${address}${readyPath}`), timeoutMs: DEADLINE_MS, seen: program.output });
  return `http://${address}`;
}

function limpetConfig(target: string, urls: readonly string[]): unknown {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', external_labels: { sender: 'limpet' } },
    scrape_configs: [{ job_name: 'scripted', static_configs: [{ targets: [target] }] }],
    remote_write: urls.map((url, index) => ({ url, name: `receiver-${index}`, queue_config: { batch_send_deadline: '250ms' } })),
  };
}

interface QueryResult {
  readonly values?: readonly (readonly [seconds: number, value: string])[];
}

async function instantQuery(base: string, query: string): Promise<readonly QueryResult[]> {
  const answer = (await getJson(`${base}/api/v1/query?nocache=1&query=${encodeURIComponent(query)}`)) as {
    data: { result: QueryResult[] };
  };
  return answer.data.result;
}

function numberOf(value: string): number {
  return Number(value.replace(/^([+-]?)Inf$/, '$1Infinity'));
}
