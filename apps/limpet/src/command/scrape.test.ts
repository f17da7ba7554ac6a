import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { protobufBody } from '@limpet/contract';
import { capture, jsonLines } from '../../test/captured-run.ts';

interface Exporter {
  readonly address: string;
  readonly requests: IncomingMessage[];
}

/** A target that answers every request with this body. */
async function exporter(t: TestContext, body: string | Uint8Array, status = 200, type = 'text/plain; version=0.0.4'): Promise<Exporter> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

interface Line {
  readonly entry: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: string;
}
const named = (lines: readonly Line[], name: string) => lines.find(({ labels }) => labels['__name__'] === name);

test('scrape prints samples, report series and phases of a URL', async (t) => {
  const { address, requests } = await exporter(t, 'a{b="c"} 1.5\nold 2 1000\n');
  const { exitCode, out, err } = await capture(t, ['scrape', `http://${address}/stats?x=1&x=2`]);
  assert.deepEqual([exitCode, err], [0, '']);
  assert.equal(requests[0]?.url, '/stats?x=1&x=2');
  assert.match(requests[0]?.headers['user-agent'] ?? '', /^Limpet\/\d/);
  const labels = `instance="${address}", job="scrape"`;
  const [target, outcome, , ...rest] = out.split('\n');
  assert.equal(target, `http://${address}/stats?x=1&x=2 {${labels}}`);
  assert.equal(outcome, 'up: 24 bytes of text/plain; version=0.0.4');
  assert.match(rest.join('\n'), /^# phases\nqueue +\d+\.\d{3} ms\nfetch +\d+\.\d{3} ms\nappend +\d+\.\d{3} ms\n\n# report series\n/);
  assert(rest.includes(`up{${labels}} 1`));
  assert(rest.includes(`a{b="c", ${labels}} 1.5`));
  assert(rest.includes(`old{${labels}} 2 1000`));
});

test('scrape --format=json prints one object a line', async (t) => {
  const { address } = await exporter(t, 'a 1\n');
  const { out } = await capture(t, ['scrape', '--format=json', '--job=mine', address]);
  const [head, ...samples] = jsonLines(out) as (Line & Record<string, unknown>)[];
  const labels = { instance: address, job: 'mine' };
  assert(head !== undefined);
  const { phases, ...rest } = head;
  assert.deepEqual(rest, {
    entry: 'scrape',
    job: 'mine',
    url: `http://${address}/metrics`,
    labels,
    health: 'up',
    error: null,
    bodyBytes: 4,
    contentType: 'text/plain; version=0.0.4',
  });
  assert.deepEqual(Object.keys(phases ?? {}), ['queueMs', 'fetchMs', 'appendMs']);
  assert.deepEqual(samples[0], {
    entry: 'sample',
    labels: { __name__: 'a', ...labels },
    value: '1',
    timestamp: samples[0]?.['timestamp'],
    exemplars: [],
  });
  assert.equal(named(samples, 'up')?.entry, 'report');
});

test('scrape shows native histograms, to people with their bounds, to programs whole', async (t) => {
  const histogram = { count: 3, sum: 4.5, schema: 0, positive: { spans: [[0, 2]], deltas: [1, 1] } } as const;
  const body = protobufBody([{ name: 'h', type: 'histogram', metrics: [{ histogram }] }]);
  const { address } = await exporter(t, body, 200, 'application/vnd.google.protobuf');
  const config = {
    global: { scrape_native_histograms: true },
    scrape_configs: [{ job_name: 'j', static_configs: [{ targets: [address] }] }],
  };
  const options = { files: { 'a.yml': JSON.stringify(config) } };
  const words = ['scrape', '--config.file=a.yml', '--job=j', address];
  const text = await capture(t, words, options);
  assert.match(text.out, /^h\{instance="[^"]*", job="j"\} \{count:3, sum:4\.5, \(0\.5,1\]:1, \(1,2\]:2\}$/m);
  const json = await capture(t, [...words, '--format=json'], options);
  const line = (jsonLines(json.out) as (Line & { histogram?: { positiveBuckets: string[] } })[]).find(({ entry }) => entry === 'histogram');
  assert.deepEqual([line?.labels['__name__'], line?.histogram?.positiveBuckets], ['h', ['1', '2']]);
});

test('scrape takes job, labels, credentials and relabelling from the configuration', async (t) => {
  const { address, requests } = await exporter(t, 'a 1\ngo_b 2\n');
  const config = `
scrape_configs:
  - job_name: other
  - job_name: node
    basic_auth: {username: me, password_file: secret.txt}
    metrics_path: /custom
    static_configs: [{targets: ['${address}'], labels: {zone: north}}]
    relabel_configs: [{target_label: added, replacement: here}]
    metric_relabel_configs: [{source_labels: [__name__], regex: go_.*, action: drop}]
`;
  const files = { 'p.yml': config.replace('secret.txt', '/dev/null') };
  const { exitCode, out, err } = await capture(t, ['scrape', address, '--config.file=p.yml', '--job', 'node', '--format=json'], { files });
  assert.deepEqual([exitCode, err], [0, '']);
  assert.equal(requests[0]?.url, '/custom');
  assert.equal(requests[0]?.headers.authorization, `Basic ${btoa('me:')}`);
  const lines = jsonLines(out) as Line[];
  assert.deepEqual(lines[0]?.labels, { added: 'here', instance: address, job: 'node', zone: 'north' });
  assert.equal(named(lines, 'go_b'), undefined);
  assert.equal(named(lines, 'scrape_samples_post_metric_relabeling')?.value, '1');
});

test('scrape finds a target of a target file by its URL; an unknown one goes through the relabelling of the job', async (t) => {
  const { address } = await exporter(t, '');
  const files = {
    'p.yml':
      'scrape_configs: [{job_name: node, file_sd_configs: [{files: [sd.json]}], relabel_configs: [{target_label: added, replacement: here}]}]',
    'sd.json': `[{"targets":["${address}"],"labels":{"from":"file"}}]`,
  };
  const labelsOf = async (target: string) => {
    const { out } = await capture(t, ['scrape', target, '--config.file=p.yml', '--format=json'], { files });
    return (jsonLines(out)[0] as Line).labels;
  };
  const common = { added: 'here', instance: address, job: 'node' };
  assert.deepEqual(await labelsOf(`http://${address}/metrics`), { ...common, from: 'file' });
  assert.deepEqual(await labelsOf(`http://${address}/else`), common);
});

test('a target that is down exits with 1 and its report series', async (t) => {
  const { address } = await exporter(t, 'no', 500);
  const { exitCode, out } = await capture(t, ['scrape', address]);
  assert.equal(exitCode, 1);
  assert.match(out, /^down: server returned HTTP status 500 Internal Server Error$/m);
  assert.match(out, /^up\{.*\} 0$/m);
});

test('a user in the URL becomes basic auth and is never printed', async (t) => {
  const { address, requests } = await exporter(t, '');
  const { out } = await capture(t, ['scrape', `http://me:hidden@${address}/`]);
  assert.equal(requests[0]?.headers.authorization, `Basic ${btoa('me:hidden')}`);
  assert.doesNotMatch(out, /hidden/);
});

const CONFIG = `scrape_configs:
  - job_name: a
    relabel_configs: [{action: drop, source_labels: [__address__], regex: '.*:1'}]
  - job_name: b
`;
const refusals = [
  { words: ['x:1', '--config.file=p.yml'], exitCode: 2, err: /^error: --job is needed: p\.yml has a, b\n$/ },
  { words: ['http://me:pw@x:1', '--config.file=p.yml', '--job=a'], exitCode: 2, err: /credentials are those of the job/ },
  { words: ['x:1', '--config.file=p.yml', '--job=c'], exitCode: 1, err: /p\.yml has no job 'c'; it has a, b/ },
  { words: ['x:1', '--config.file=p.yml', '--job=a'], exitCode: 1, err: /'x:1' is dropped by the relabelling of job 'a'/ },
  { words: ['x:1', '--config.file=none.yml'], exitCode: 1, err: /cannot read none\.yml/ },
  { words: ['x:1', '--config.file=bad.yml'], exitCode: 1, err: /bad\.yml cannot be used\nbad\.yml:1:1: .*\n.*> 1 \|/s },
];
for (const { words, exitCode, err } of refusals) {
  test(`limpet scrape ${words.join(' ')} exits with ${exitCode} and says why`, async (t) => {
    const run = await capture(t, ['scrape', ...words], { files: { 'p.yml': CONFIG, 'bad.yml': 'scrape_config: []\n' } });
    assert.deepEqual([run.exitCode, run.out], [exitCode, '']);
    assert.match(run.err, err);
  });
}

test('a job whose client cannot be opened is no scrape', async (t) => {
  const text = 'scrape_configs: [{job_name: a, tls_config: {ca: not-a-certificate}}]\n';
  const run = await capture(t, ['scrape', 'x:1', '--config.file=p.yml'], { files: { 'p.yml': text } });
  assert.deepEqual([run.exitCode, run.out], [1, '']);
  assert.match(run.err, /the HTTP client of job 'a' cannot be opened/);
});
