import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import { capture, jsonLines } from '../../test/captured-run.ts';

const TEXT = `# HELP requests Requests.
# TYPE requests counter
# a comment
requests{path="/",code="200"} 3 1700000000123
big NaN
`;

test('parse prints the entries of a text exposition in the documented shape', async (t) => {
  const { exitCode, out, err } = await capture(t, ['parse', '-'], { stdin: TEXT });
  assert.deepEqual([exitCode, err], [0, '']);
  const rest = { exemplars: [], startTimestamp: null };
  assert.deepEqual(jsonLines(out), [
    { entry: 'help', metric: 'requests', help: 'Requests.' },
    { entry: 'type', metric: 'requests', type: 'counter' },
    { entry: 'comment', text: '# a comment' },
    { entry: 'sample', labels: { __name__: 'requests', code: '200', path: '/' }, value: '3', timestamp: 1_700_000_000_123, ...rest },
    { entry: 'sample', labels: { __name__: 'big' }, value: 'NaN', timestamp: null, ...rest },
  ]);
});

test('parse reads a file, and OpenMetrics by its Content-Type', async (t) => {
  const body = '# TYPE a counter\na_total 1.5 # {trace="x"} 1 5\n# EOF\n';
  const words = ['parse', '--content-type=application/openmetrics-text; version=1.0.0', 'om.txt'];
  const { exitCode, out } = await capture(t, words, { files: { 'om.txt': body } });
  assert.equal(exitCode, 0);
  const exemplars = [{ labels: { trace: 'x' }, value: '1', timestamp: 5000 }];
  assert.deepEqual(jsonLines(out)[1], {
    entry: 'sample',
    labels: { __name__: 'a_total' },
    value: '1.5',
    timestamp: null,
    exemplars,
    startTimestamp: null,
  });
});

test('parse takes the fallback only where the Content-Type says nothing', async (t) => {
  const refused = await capture(t, ['parse', '--content-type=text/html'], { stdin: 'a 1\n' });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.err, /^error: <stdin>: received unsupported Content-Type "text\/html"/);
  const words = ['parse', '--content-type=text/html', '--fallback=PrometheusText0.0.4'];
  assert.equal(jsonLines((await capture(t, words, { stdin: 'a 1\n' })).out).length, 1);
});

test('E-011 parse of an empty body needs no parser', async (t) => {
  assert.deepEqual(await capture(t, ['parse', '--content-type=no/such'], { stdin: '' }), { exitCode: 0, out: '', err: '' });
});

test('parse of a malformed body prints the lines before the fault, then the fault with its place', async (t) => {
  const { exitCode, out, err } = await capture(t, ['parse', 'bad.txt'], { files: { 'bad.txt': 'a 1\nb 2\nc{ 3\nd 4\n' } });
  assert.equal(exitCode, 1);
  assert.equal(jsonLines(out).length, 2);
  assert.match(err, /^bad\.txt:3:4: expected label name/);
});

test('parse of a file that is not there says so', async (t) => {
  const run = await capture(t, ['parse', 'nowhere.txt']);
  assert.deepEqual(run, { exitCode: 1, out: '', err: 'error: cannot read nowhere.txt: no such file or directory\n' });
});

test('parse yields start timestamps and type labels when asked to', async (t) => {
  const stdin = '# TYPE a counter\na_total 1\na_created 2\n# EOF\n';
  const words = ['parse', '--content-type=application/openmetrics-text', '--start-timestamps', '--type-and-unit-labels'];
  const [, sample, ...more] = jsonLines((await capture(t, words, { stdin })).out) as Record<string, unknown>[];
  assert.equal(sample?.['startTimestamp'], 2000);
  assert.deepEqual(sample?.['labels'], { __name__: 'a_total', __type__: 'counter' });
  assert.deepEqual(more, []);
});

test('parse writes a big result in pieces and waits for its reader', async (t) => {
  let inFlight = 0;
  let inFlightMax = 0;
  const pieces: string[] = [];
  const writeOut = async (text: string): Promise<void> => {
    inFlightMax = Math.max(inFlightMax, ++inFlight);
    await new Promise(setImmediate);
    pieces.push(text);
    inFlight--;
  };
  const stdin = Array.from({ length: 5000 }, (_, index) => `series_${index} ${index}\n`).join('');
  assert.equal((await capture(t, ['parse'], { stdin, io: { writeOut } })).exitCode, 0);
  assert.equal(jsonLines(pieces.join('')).length, 5000);
  assert.equal(inFlightMax, 1);
  assert(pieces.length > 5 && pieces.every((piece) => piece.length < 100_000));
});

test('parse reads protobuf with native histograms, and names the byte of a fault', async (t) => {
  const histogram = { count: 3, sum: 4.5, schema: 0, positive: { spans: [[0, 2]], deltas: [1, 1] } } as const;
  const body = protobufBody([{ name: 'h', type: 'histogram', metrics: [{ histogram }] }]);
  const words = ['parse', '--content-type=application/vnd.google.protobuf'];
  const { exitCode, out } = await capture(t, words, { stdin: body });
  assert.equal(exitCode, 0);
  const read = jsonLines(out).at(-1) as { entry: string; histogram: { count: string; positiveBuckets: string[] } };
  assert.deepEqual([read.entry, read.histogram.count, read.histogram.positiveBuckets], ['histogram', '3', ['1', '2']]);
  const refused = await capture(t, words, { stdin: Uint8Array.of(...body, 9) });
  assert.equal(refused.exitCode, 1);
  assert.equal(jsonLines(refused.out).length, 3);
  assert.equal(refused.err, `<stdin>:${body.length + 1}: protobuf: length beyond the end at byte ${body.length + 1}\n`);
});
