import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { FamilySpec, HistogramSpec } from '@limpet/contract';
import { boundedBuckets } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import { capture, jsonLines } from '../captured-run.ts';
import { freePort } from './program/free-port.ts';
import { answersWell, getJson } from './program/http-get.ts';
import { findPeer, isAtLeast, releaseOf } from './program/peer-program.ts';
import { startProgram } from './program/running-program.ts';
import { limpet, startSender } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { openMetrics, protobuf, text } from './target/answer.ts';
import type { Answer } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import { waitUntil } from './wait-until.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
/** Conversion came with 3.0. */
const skip = peer.skip === false && !isAtLeast(releaseOf(peer.command), '3.0') ? 'prometheus is older than 3.0' : peer.skip;
if (skip !== false && peer.skip === false) process.stderr.write(`SKIPPED: ${skip}\n`);
const DEADLINE_MS = 30_000;

const lines = `# TYPE plain histogram
plain_bucket{le="0.1"} 1
plain_bucket{le="1"} 3
plain_bucket{le="+Inf"} 4
plain_sum 5.5
plain_count 4
# TYPE gaps histogram
gaps_bucket{le="0.5"} 1
gaps_bucket{le="1"} 1
gaps_bucket{le="2"} 1
gaps_bucket{le="4"} 2
gaps_bucket{le="8"} 2
gaps_bucket{le="16"} 2
gaps_bucket{le="+Inf"} 9
gaps_count 9
# TYPE fractions histogram
fractions_bucket{le="-1.5"} 0.5
fractions_bucket{le="0"} 0.5
fractions_bucket{le="+Inf"} 2.25
fractions_sum -3
# TYPE open histogram
open_bucket{le="1e3"} 2
open_bucket{le="10"} 1
open_sum 7
open_count 5
# TYPE empty histogram
empty_bucket{le="1"} 0
empty_bucket{le="+Inf"} 0
empty_count 0
empty_sum 0`.split('\n');
const NATIVE: HistogramSpec = { count: 21, sum: -4.5, schema: 2, zeroThreshold: 0.01, zeroCount: 3, positive: { spans: [[-3, 3], [5, 1]], deltas: [1, 1, 1, 5] }, negative: { spans: [[0, 2]], deltas: [2, 0] } }; // prettier-ignore
const FLOAT: HistogramSpec = { countFloat: 4.5, sum: 2, schema: -1, positive: { spans: [[0, 2]], counts: [1.5, 3] }, zeroThreshold: 1e-6 }; // prettier-ignore
const family = (name: string, type: 'histogram' | 'gaugehistogram', histogram: HistogramSpec): FamilySpec => ({ name, type, metrics: [{ histogram }] }); // prettier-ignore
const classic = { count: 7, sum: 3, buckets: [{ upperBound: 0.25, count: 2 }, { upperBound: 5, count: 2 }, { upperBound: Infinity, count: 7 }] }; // prettier-ignore

const TARGETS: Readonly<Record<string, { readonly answer: Answer; readonly metrics: readonly string[] }>> = {
  '/text': { answer: text(...lines), metrics: ['plain', 'gaps', 'fractions', 'open', 'empty'] },
  '/openmetrics': { answer: openMetrics(...lines), metrics: ['plain', 'gaps', 'fractions', 'open', 'empty'] },
  '/protobuf': {
    answer: protobuf(
      family('native', 'histogram', NATIVE),
      family('float', 'histogram', FLOAT),
      family('gauge', 'gaugehistogram', NATIVE),
      family('classic', 'histogram', classic),
    ),
    metrics: ['native', 'float', 'gauge', 'classic'],
  },
};

/** Count, sum and the buckets that hold something. */
interface Content {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly (readonly [lower: number, upper: number, count: number])[];
}

suite('histograms hold what a real prometheus makes of the same answer', { skip }, () => {
  const resources = new AsyncDisposableStack();
  let base: string;
  let target: string;

  before(async () => {
    const { path: folder } = resources.use(await temporaryFolder());
    const scripts = new Map(Object.entries(TARGETS).map(([path, { answer }]) => [path, [answer]] as const));
    const server = resources.use(await startScriptServer({ scripts, clientOf: () => 'any', baseMs: () => 0 }));
    target = server.address;
    base = await startReference(folder, resources);
    const config = { ...jobs('limpet', {}), remote_write: [{ url: `${base}/api/v1/write`, send_native_histograms: true, queue_config: { batch_send_deadline: '250ms' } }] }; // prettier-ignore
    resources.use(await startSender({ sender: limpet, folder: join(folder, 'limpet'), config }));
  });
  after(() => resources.disposeAsync());

  /** Prometheus as a server, scraping the targets itself and taking remote writes. */
  async function startReference(folder: string, stack: AsyncDisposableStack): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const own = join(folder, 'prometheus');
    await mkdir(own);
    await writeFile(join(own, 'prometheus.yml'), JSON.stringify(jobs('own', older() ? {} : { scrape_native_histograms: true })));
    const args = [
      `--config.file=${join(own, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(own, 'tsdb')}`,
      `--web.listen-address=${address}`,
    ];
    const program = startProgram({
      name: 'prometheus',
      command: peer.command,
      args: [...args, '--web.enable-remote-write-receiver', '--enable-feature=native-histograms', '--scrape.discovery-reload-interval=1s'],
    });
    stack.defer(async () => void (await program.stop()));
    await waitUntil({
      what: 'prometheus',
      until: () => answersWell(`http://${address}/-/ready`),
      timeoutMs: DEADLINE_MS,
      seen: program.output,
    });
    return `http://${address}`;
  }

  /** Releases before 3.8 do not know the field: there it is the flag alone. */
  const older = (): boolean => !isAtLeast(releaseOf(peer.command), '3.8');

  /** A job a target; `by` is the label that says who scraped. */
  function jobs(by: string, global: Readonly<Record<string, unknown>>) {
    return {
      global: { scrape_interval: '1s', scrape_timeout: '1s', ...(by === 'limpet' ? { scrape_native_histograms: true } : {}), ...global },
      scrape_configs: Object.keys(TARGETS).map((path) => ({
        job_name: path,
        metrics_path: path,
        convert_classic_histograms_to_nhcb: true,
        static_configs: [{ targets: [target], labels: { by } }],
      })),
    };
  }

  async function stored(metric: string, path: string, by: string): Promise<Content | undefined> {
    const query = encodeURIComponent(`${metric}{job="${path}",by="${by}"}`);
    const answer = (await getJson(`${base}/api/v1/query?query=${query}`)) as {
      data: { result: { histogram?: [number, { count: string; sum: string; buckets?: [number, string, string, string][] }] }[] };
    };
    const histogram = answer.data.result[0]?.histogram?.[1];
    if (histogram === undefined) return undefined;
    const buckets = (histogram.buckets ?? []).map(([, lower, upper, count]) => [numberOf(lower), numberOf(upper), Number(count)] as const);
    return { count: Number(histogram.count), sum: Number(histogram.sum), buckets };
  }

  /** What a query answers of a metric, once it does. */
  async function awaited(metric: string, path: string, by: string): Promise<Content> {
    let found: Content | undefined;
    await waitUntil({
      what: `${metric} of ${path} by ${by}`,
      until: async () => (found = await stored(metric, path, by)) !== undefined,
      timeoutMs: DEADLINE_MS,
    });
    assert.ok(found !== undefined);
    return found;
  }

  for (const [path, { metrics }] of Object.entries(TARGETS)) {
    for (const metric of metrics) {
      test(`S-165 S-167 E-195 ${metric} of ${path} is read as prometheus reads it`, async (t) => {
        const files = { 'a.yml': JSON.stringify(jobs('limpet', {})) };
        const words = ['scrape', '--config.file=a.yml', `--job=${path}`, '--format=json', target];
        const { out, exitCode } = await capture(t, words, { files });
        assert.equal(exitCode, 0, out);
        const found = (jsonLines(out) as ScrapedLine[]).find(({ labels }) => labels['__name__'] === metric);
        assert.ok(found?.histogram !== undefined, out);
        assertSame(contentOf(found.histogram), await awaited(metric, path, 'own'));
      });
    }
  }

  for (const metric of ['native', 'float', 'gauge']) {
    test(`W-010 ${metric} arrives at prometheus by remote write as prometheus scrapes it itself`, async () => {
      assertSame(await awaited(metric, '/protobuf', 'limpet'), await awaited(metric, '/protobuf', 'own'));
    });
  }
});

interface ScrapedLine {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram?: Readonly<Record<'zeroThreshold' | 'zeroCount' | 'count' | 'sum', string>> &
    Readonly<Record<'positiveBuckets' | 'negativeBuckets' | 'customValues', readonly string[]>> &
    Pick<NativeHistogram, 'schema' | 'positiveSpans' | 'negativeSpans' | 'resetHint'> & { readonly float: boolean };
}

function contentOf(line: NonNullable<ScrapedLine['histogram']>): Content {
  const { zeroThreshold, zeroCount, count, sum, positiveBuckets, negativeBuckets, customValues, float, ...rest } = line;
  const histogram: NativeHistogram = {
    ...rest,
    isFloat: float,
    zeroThreshold: Number(zeroThreshold),
    zeroCount: Number(zeroCount),
    count: Number(count),
    sum: Number(sum),
    positiveBuckets: positiveBuckets.map(Number),
    negativeBuckets: negativeBuckets.map(Number),
    customValues: customValues.map(Number),
  };
  return {
    count: histogram.count,
    sum: histogram.sum,
    buckets: boundedBuckets(histogram).map(({ lower, upper, count }) => [lower, upper, count] as const),
  };
}

/** The same counts in the same buckets; their bounds are computed, so the last digits may differ. */
function assertSame(ours: Content, theirs: Content): void {
  const rounded = ({ buckets, ...rest }: Content) => ({
    ...rest,
    buckets: buckets.map(([lower, upper, count]) => [lower.toPrecision(10), upper.toPrecision(10), count]),
  });
  assert.deepEqual(rounded(ours), rounded(theirs));
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
