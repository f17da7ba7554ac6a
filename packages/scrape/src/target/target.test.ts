import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeLabels, fnv1a64, labelsFrom, xxhash64 } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { job } from '../../test/job.ts';
import { buildTargets, targetsFromGroups } from './build-targets.ts';
import { goQuote } from './go-quote.ts';
import { jitterSeed, msToFirstScrape, offsetHash } from './jitter.ts';
import { targetHash, targetId, targetKey } from './target-hash.ts';
import { targetLimitError } from './target-limit.ts';
import { targetUrl } from './target-url.ts';

const NO_RULES = compileRules([], 'utf8');

function groupOf(count: number) {
  const targets = Array.from({ length: count }, (_, index) =>
    labelsFrom([
      ['__address__', `host-${index}:9100`],
      ['__meta_rack', 'r1'],
    ]),
  );
  return { source: 'file', targets, labels: labelsFrom([['zone', 'eu']]) };
}

test('S-040 a target is its labels, hidden ones included, and its URL', () => {
  const labels = labelsFrom([
    ['__address__', 'h'],
    ['__tmp_x', '1'],
  ]);
  const labelHash = xxhash64(encodeLabels(labels)).toString().padStart(16, '0');
  assert.equal(targetHash(targetKey(labels, 'http://h')), fnv1a64(`${labelHash}http://h`));
  const keys = [
    targetKey(labels, 'http://h'),
    targetKey(labels, 'http://h/'),
    targetKey(
      labelsFrom([
        ['__address__', 'h'],
        ['__tmp_x', '2'],
      ]),
      'http://h',
    ),
  ];
  assert.equal(new Set(keys).size, 3);
  assert.ok(keys.every((key) => /^[0-9a-f]{16}$/.test(key)));
  assert.equal(targetId({ key: '0123456789abcdef', instance: 'i:1' }), 'i:1#012345');
});

test('S-041 the URL has scheme, address, escaped path and sorted, form-encoded parameters', () => {
  const url = (path: string, params = {}, extra: Record<string, string> = {}) =>
    targetUrl(labelsFrom(Object.entries({ __scheme__: 'http', __address__: 'h:1', __metrics_path__: path, ...extra })), params);
  assert.equal(url('/metrics'), 'http://h:1/metrics');
  assert.equal(url('metrics'), 'http://h:1/metrics');
  assert.equal(url(''), 'http://h:1');
  assert.equal(url('/a?b=c'), 'http://h:1/a%3Fb=c');
  assert.equal(url('/a b/ü%/!$&+,:;=@~'), 'http://h:1/a%20b/%C3%BC%25/%21$&+,:;=@~');
  assert.equal(url('/', { b: ['2'], a: ['x y', 'ü&'] }), 'http://h:1/?a=x+y&a=%C3%BC%26&b=2');
  assert.equal(url('/', { a: ['1', '2'] }, { __param_a: 'first', __param_z: '9' }), 'http://h:1/?a=first&a=2&z=9');
  assert.equal(url('/', { a: [] }), 'http://h:1/');
  assert.equal(url('/', { '!*': ["'()"] }), 'http://h:1/?%21%2A=%27%28%29');
  assert.equal(url('/', {}, { __address__: '[::1]:80' }), 'http://[::1]:80/');
  assert.equal(url('/', {}, { __address__: 'a b' }), 'http://a%20b/');
});

test('S-042 a unix socket does not change the URL', () => {
  const group = {
    source: '',
    targets: [
      labelsFrom([
        ['__address__', 'localhost'],
        ['__unix_socket__', '/run/x.sock'],
      ]),
    ],
    labels: [],
  };
  const [target] = targetsFromGroups([group], job(), NO_RULES).targets.values();
  assert.deepEqual([target?.url, target?.socketPath], ['http://localhost/metrics', '/run/x.sock']);
});

test('S-043 the same target found twice is one, shown with the labels it was found with last', () => {
  const twice = ['a', 'b'].map((rack) => ({
    source: rack,
    targets: [labelsFrom([['__address__', 'h']])],
    labels: labelsFrom([['__meta_rack', rack]]),
  }));
  const { targets } = targetsFromGroups(twice, job(), NO_RULES);
  assert.equal(targets.size, 1);
  assert.deepEqual([...targets.values()][0]?.discovered.group, [['__meta_rack', 'b']]);
});

test('S-044 more targets than allowed are an error for all of them', () => {
  assert.equal(targetLimitError(3, 2), 'target_limit exceeded (number of targets: 3, limit: 2)');
  assert.deepEqual([targetLimitError(2, 2), targetLimitError(9, 0)], [null, null]);
});

test('S-010 the jitter seed is FNV-1a 64 of host name and external labels in Go syntax', () => {
  const labels = labelsFrom([
    ['b', 'x"\n'],
    ['a.b', 'ü'],
    ['a', '1'],
  ]);
  assert.equal(jitterSeed('host.example', labels), fnv1a64('host.example{a="1", "a.b"="ü", b="x\\"\\n"}'));
  assert.equal(jitterSeed('host', []), fnv1a64('host{}'));
  assert.notEqual(jitterSeed('host', labels), jitterSeed('other', labels));
});

test('S-010 quotes escape what Go escapes', () => {
  assert.equal(goQuote('a"\\\t\x01\x7f ü\u200b\u{1f600}\u{e0001}'), '"a\\"\\\\\\t\\x01\\x7f ü\\u200b😀\\U000e0001"');
});

test('S-100 the first scrape falls into the same slot of every interval, whenever it is computed', () => {
  const [hash, seed, intervalMs] = [0xfedcba9876543210n, 0x0123456789abcdefn, 15_000];
  const slotNs = (hash ^ seed) % 15_000_000_000n;
  for (const nowWallMs of [1_700_000_000_000, 1_700_000_003_456, 1_700_000_014_999.5, 1_700_000_007_812]) {
    const ms = msToFirstScrape({ nowWallMs, intervalMs, hash, seed });
    assert.ok(ms >= 0 && ms <= intervalMs);
    const phaseMs = (nowWallMs + ms) % intervalMs;
    assert.ok(Math.abs(phaseMs - Number(slotNs) / 1e6) < 0.001, `${phaseMs}`);
  }
  assert.equal(msToFirstScrape({ nowWallMs: 30_000, intervalMs, hash: 0n, seed: 0n }), intervalMs, 'never at once');
  assert.equal(msToFirstScrape({ nowWallMs: 30_001, intervalMs, hash: 5n, seed: 5n }), 14_999);
  assert.equal(msToFirstScrape({ nowWallMs: 29_999, intervalMs, hash: 2_000_001n, seed: 0n }), 3.000001);
});

test('S-100 slots of many targets are spread over the interval', () => {
  const intervalMs = 10_000;
  const counts = [0, 0, 0, 0, 0];
  for (const { key } of targetsFromGroups([groupOf(1000)], job(), NO_RULES).targets.values()) {
    const ms = msToFirstScrape({ nowWallMs: 0, intervalMs, hash: targetHash(key), seed: 7n });
    const slot = Math.min(Math.floor(ms / 2000), 4);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 140 && count < 260),
    counts.join(),
  );
});

test('S-100 the offset hash carries hash XOR seed', () => {
  assert.equal(offsetHash('00000000000000ff', 0xf0n), '000000000000000f');
});

test('targets are built in slices with pauses, equal to those built at once', async () => {
  let pauses = 0;
  const pause = () => Promise.resolve(void pauses++);
  const groups = [groupOf(7), groupOf(4)];
  const built = await buildTargets(groups, job(), NO_RULES, { sliceSize: 3, pause, signal: new AbortController().signal });
  assert.deepEqual(built, targetsFromGroups(groups, job(), NO_RULES));
  assert.equal(pauses, 3);
});

test('a build that is aborted in a pause ends there', async () => {
  const controller = new AbortController();
  const pause = () => Promise.resolve(controller.abort());
  assert.equal(await buildTargets([groupOf(9)], job(), NO_RULES, { sliceSize: 3, pause, signal: controller.signal }), undefined);
});
