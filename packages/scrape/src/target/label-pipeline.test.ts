import assert from 'node:assert/strict';
import test from 'node:test';
import type { ScrapeConfig } from '@limpet/config';
import { labelsFrom, labelsObject } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import type { RelabelConfig } from '@limpet/relabel';
import { job, rule } from '../../test/job.ts';
import { targetsFromGroups } from './build-targets.ts';
import type { BuiltTargets } from './build-targets.ts';
import { discoveredLabels } from './discovered-labels.ts';
import type { Target } from './target.ts';

interface Given {
  readonly target?: Readonly<Record<string, string>>;
  readonly group?: Readonly<Record<string, string>>;
  readonly config?: Partial<ScrapeConfig>;
  readonly rules?: readonly RelabelConfig[];
}

const ADDRESS = { __address__: '1.2.3.4:1000' };

function build({ target = ADDRESS, group = {}, config = {}, rules = [] }: Given): BuiltTargets {
  const groups = [{ source: 'source', targets: [Object.entries(target)] as Labels[], labels: Object.entries(group) as Label[] }];
  return targetsFromGroups(groups, job(config), compileRules(rules, 'utf8'));
}

function only(given: Given): Target {
  const [target] = build(given).targets.values();
  assert.ok(target !== undefined, JSON.stringify(build(given).failures));
  return target;
}

function labels(given: Given): Record<string, string> {
  return labelsObject(only(given).labels);
}

function failure(given: Given): string | undefined {
  const { targets, failures } = build(given);
  assert.equal(targets.size + failures.length, 1);
  return failures[0]?.error;
}

test('S-030 labels of the target hide those of its group, an empty one too', () => {
  const result = labels({ target: { ...ADDRESS, a: 't', b: '' }, group: { a: 'g', b: 'g', c: 'g', d: '' } });
  assert.deepEqual([result['a'], result['b'], result['c'], result['d']], ['t', undefined, 'g', undefined]);
});

test('S-031 S-032 S-035 A-036 a target gets what its job says, where discovery is silent', () => {
  assert.deepEqual(labels({ config: { scrapeIntervalMs: 60_000, convertClassicHistogramsToNhcb: true } }), {
    __address__: '1.2.3.4:1000',
    __always_scrape_classic_histograms__: 'false',
    __convert_classic_histograms_to_nhcb__: 'true',
    __metrics_path__: '/metrics',
    __scheme__: 'http',
    __scrape_interval__: '1m',
    __scrape_native_histograms__: 'false',
    __scrape_timeout__: '10s',
    instance: '1.2.3.4:1000',
    job: 'job',
  });
});

test('S-031 S-032 what discovery sets wins over the job, and an empty value counts as missing', () => {
  const set = {
    job: 'other',
    __scrape_interval__: '30s',
    __scrape_timeout__: '5s',
    __metrics_path__: '/x',
    __scheme__: 'https',
    __convert_classic_histograms_to_nhcb__: 'T',
  };
  const target = only({ target: { ...ADDRESS, ...set, __scrape_native_histograms__: '' }, config: { scrapeNativeHistograms: true } });
  for (const [name, value] of Object.entries(set)) assert.equal(labelsObject(target.labels)[name], value);
  assert.deepEqual([target.intervalMs, target.timeoutMs], [30_000, 5_000]);
  assert.deepEqual([target.convertClassicHistogramsToNhcb, target.scrapeNativeHistograms], [true, true]);
});

test('S-032 a histogram flag that relabelling removed falls back to the job', () => {
  const rules = [rule({ regex: '__scrape_native_histograms__', action: 'labeldrop' })];
  assert.equal(only({ rules, config: { scrapeNativeHistograms: true } }).scrapeNativeHistograms, true);
});

test('S-033 parameters become labels with their first value; discovered labels are computed anew from the configuration', () => {
  const params = { a: ['1', '2'], b: [], c: [''] };
  const target = only({ target: { ...ADDRESS, __meta_x: 'm', __param_d: 'own' }, group: { g: '1' }, config: { params } });
  assert.equal(labelsObject(target.labels)['__param_a'], '1');
  const discovered = labelsObject(discoveredLabels(target, job({ params, jobName: 'renamed', metricsPath: '/new' })));
  assert.deepEqual(discovered, {
    __address__: '1.2.3.4:1000',
    __always_scrape_classic_histograms__: 'false',
    __convert_classic_histograms_to_nhcb__: 'false',
    __meta_x: 'm',
    __metrics_path__: '/new',
    __param_a: '1',
    __param_d: 'own',
    __scheme__: 'http',
    __scrape_interval__: '15s',
    __scrape_native_histograms__: 'false',
    __scrape_timeout__: '10s',
    g: '1',
    job: 'renamed',
  });
});

test('S-034 the first thing that is wrong with relabelled labels refuses the target', () => {
  const of = (changes: Readonly<Record<string, string>>) => failure({ target: { ...ADDRESS, ...changes } });
  assert.equal(failure({ target: { a: '1' } }), 'no address');
  assert.equal(of({ __address__: 'http://host' }), '"http://host" is not a valid hostname');
  assert.equal(of({ __scrape_interval__: 'x' }), 'error parsing scrape interval: not a valid duration string: "x"');
  assert.equal(of({ __scrape_interval__: '0s' }), 'scrape interval cannot be 0');
  assert.equal(of({ __scrape_timeout__: 'x' }), 'error parsing scrape timeout: not a valid duration string: "x"');
  assert.equal(of({ __scrape_timeout__: '0' }), 'scrape timeout cannot be 0');
  assert.equal(of({ __scrape_timeout__: '16s' }), 'scrape timeout cannot be greater than scrape interval ("16s" > "15s")');
  const words = {
    __convert_classic_histograms_to_nhcb__: 'convert classic histograms to nhcb',
    __always_scrape_classic_histograms__: 'always scrape classic histograms',
    __scrape_native_histograms__: 'scrape native histograms',
  };
  for (const [name, word] of Object.entries(words))
    assert.match(of({ [name]: 'yes' }) ?? '', new RegExp(`^error parsing ${word}: .*"yes"`));
  for (const text of ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False']) {
    assert.equal(of({ __scrape_native_histograms__: text }), undefined, text);
  }
  assert.equal(of({ __address__: 'a/b', __scrape_interval__: 'x' }), '"a/b" is not a valid hostname', 'in order');
  assert.equal(of({ __scrape_interval__: '0s', __scrape_timeout__: 'x' }), 'scrape interval cannot be 0', 'in order');
});

test('S-034 what relabelling takes away is missing', () => {
  assert.equal(failure({ rules: [rule({ regex: '__address__', action: 'labeldrop' })] }), 'no address');
  assert.equal(failure({ rules: [rule({ regex: '.*', action: 'labeldrop' })] }), 'no address');
  assert.equal(
    failure({ rules: [rule({ regex: '__scrape_interval__', action: 'labeldrop' })] }),
    'error parsing scrape interval: empty duration string',
  );
});

test('S-035 meta labels go, instance is the address unless set, other hidden labels stay on the target and off its series', () => {
  const target = only({ target: { ...ADDRESS, __meta_a: '1', __tmp_b: '2', zone: 'z' }, rules: [] });
  assert.deepEqual(labelsObject(target.publicLabels), { instance: '1.2.3.4:1000', job: 'job', zone: 'z' });
  assert.deepEqual([labelsObject(target.labels)['__meta_a'], labelsObject(target.labels)['__tmp_b']], [undefined, '2']);
  assert.deepEqual(target.labels, labelsFrom(target.labels), 'sorted');
  assert.equal(only({ target: { ...ADDRESS, instance: 'i' } }).instance, 'i');
  assert.equal(only({ target: { ...ADDRESS, instance: '' } }).instance, '1.2.3.4:1000');
  assert.equal(failure({ target: { ...ADDRESS, a: '\ud800' } }), 'invalid label value for "a": "\ufffd"');
});

test('S-036 no port is added to an address and none is taken away', () => {
  for (const address of ['host', 'host:80', 'host:443', '[::1]', '[::1]:80']) {
    const target = only({ target: { __address__: address, __scheme__: 'https' } });
    assert.deepEqual([target.url, target.instance], [`https://${address}/metrics`, address]);
  }
});

test('S-037 a target that cannot be built is named by group and place, and leaves the others alone', () => {
  const groups = [
    { source: 'one', targets: [labelsFrom([['__address__', 'a']]), []], labels: [] },
    { source: 'two', targets: [labelsFrom([['__address__', 'b/']])], labels: [] },
  ];
  const { targets, failures } = targetsFromGroups(groups, job(), compileRules([], 'utf8'));
  assert.deepEqual(
    [...targets.values()].map(({ instance }) => instance),
    ['a'],
  );
  assert.deepEqual(failures, [
    { source: 'one', index: 1, error: 'no address' },
    { source: 'two', index: 0, error: '"b/" is not a valid hostname' },
  ]);
});

test('S-038 dropped targets are counted in full and kept up to keep_dropped_targets', () => {
  const addresses = (count: number): Labels[] => Array.from({ length: count }, (_, index) => [['__address__', `h${index}`]]);
  const rules = compileRules([rule({ sourceLabels: ['__address__'], regex: 'h[0-4]', action: 'drop' })], 'utf8');
  for (const [keepDroppedTargets, kept] of [
    [0, 5],
    [2, 2],
    [9, 5],
  ] as const) {
    const built = targetsFromGroups([{ source: '', targets: addresses(6), labels: [] }], job({ keepDroppedTargets }), rules);
    assert.deepEqual([built.dropped.length, built.droppedCount, built.targets.size], [kept, 5, 1]);
    assert.equal(labelsObject(built.dropped[0]?.discoveredLabels ?? [])['job'], 'job');
  }
});
