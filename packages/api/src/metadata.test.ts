import assert from 'node:assert/strict';
import test from 'node:test';
import type { TargetMetadata } from '@limpet/agent';
import { labelsFrom } from '@limpet/model';
import { RELABEL_EXAMPLE, apiAround, fakeAgent } from '../test/fake-agent.ts';

type Family = ReturnType<TargetMetadata['list']>[number];

function targetWith(instance: string, ...families: readonly Family[]): TargetMetadata {
  return {
    labels: labelsFrom([['instance', instance]]),
    get: (name) => families.find(({ family }) => family === name),
    list: () => families,
  };
}

const up: Family = { family: 'up_time', type: 'gauge', help: 'Up.', unit: 's' };
const hits: Family = { family: 'hits', type: 'counter', help: 'Hits.', unit: '' };

function fakeWithMetadata() {
  const fake = fakeAgent();
  fake.metadata = [targetWith('a', up, hits), targetWith('b', { ...up, help: 'Other.' }), targetWith('c', up)];
  const { api } = apiAround(fake);
  return async (path: string) => {
    const response = await api.request(`/api/v1/${path}`);
    const body = (await response.json()) as { readonly data?: unknown; readonly error?: string };
    return response.status === 200 ? body.data : [response.status, body.error];
  };
}

test('A-041 metadata of targets is found by selector and family, and limited between targets only', async () => {
  const ask = fakeWithMetadata();
  const entry = (instance: string, { family, ...rest }: Family) => ({ target: { instance }, metric: family, ...rest });
  const other = { ...up, help: 'Other.' };
  const all = [entry('a', up), entry('a', hits), entry('b', other), entry('c', up)];
  assert.deepEqual(await ask('targets/metadata'), all);
  assert.deepEqual(await ask('targets/metadata?limit=-1'), all);
  assert.deepEqual(await ask('targets/metadata?limit=0'), []);
  assert.deepEqual(await ask('targets/metadata?limit=1'), all.slice(0, 2));
  assert.deepEqual(await ask('targets/metadata?limit=3'), all.slice(0, 3));
  assert.deepEqual(await ask(`targets/metadata?match_target=${encodeURIComponent('{instance=~"b|c"}')}`), all.slice(2));
  const { metric, ...hitsOfA } = entry('a', hits);
  assert.equal(metric, 'hits');
  assert.deepEqual(await ask('targets/metadata?metric=hits'), [hitsOfA]);
  assert.deepEqual(await ask('targets/metadata?metric=none'), []);
  assert.deepEqual(await ask('targets/metadata?limit=x'), [400, 'limit must be a number']);
  const [status, error] = (await ask('targets/metadata?match_target=%7B')) as [number, string];
  assert.equal(status, 400);
  assert.match(error, /^invalid parameter "match_target": /);
});

test('A-042 metadata by family merges equal entries and is limited by family and by entry', async () => {
  const ask = fakeWithMetadata();
  const ups = [
    { type: 'gauge', unit: 's', help: 'Up.' },
    { type: 'gauge', unit: 's', help: 'Other.' },
  ];
  const hit = { type: 'counter', unit: '', help: 'Hits.' };
  assert.deepEqual(await ask('metadata'), { hits: [hit], up_time: ups });
  assert.deepEqual(await ask('metadata?limit=1'), { hits: [hit] });
  assert.deepEqual(await ask('metadata?limit=0'), {});
  assert.deepEqual(await ask('metadata?limit=-5&limit_per_metric=1'), { hits: [hit], up_time: ups.slice(0, 1) });
  assert.deepEqual(await ask('metadata?limit_per_metric=0&metric=up_time'), { up_time: ups });
  assert.deepEqual(await ask('metadata?metric=none'), {});
  assert.deepEqual(await ask('metadata?limit=1.5'), [400, 'limit must be a number']);
  assert.deepEqual(await ask('metadata?limit_per_metric=x'), [400, 'limit_per_metric must be a number']);
});

test('A-039 relabelling is explained for a pool and labels that exist', async () => {
  const { api } = apiAround(fakeAgent());
  const cases: readonly (readonly [query: string, error: RegExp])[] = [
    ['', /^no scrapePool parameter provided$/],
    ['?scrapePool=x', /^no labels parameter provided$/],
    ['?scrapePool=x&labels=%7B', /^error parsing labels: ./],
    ['?scrapePool=x&labels=[]', /^error parsing labels: not a JSON object$/],
    ['?scrapePool=x&labels={"a":1}', /^error parsing labels: the value of "a" is not a string$/],
    ['?scrapePool=x&labels={}', /^error retrieving scrape config: scrape pool "x" not found$/],
  ];
  for (const [query, error] of cases) {
    const response = await api.request(`/api/v1/targets/relabel_steps${query}`);
    assert.equal(response.status, 400, query);
    assert.match(((await response.json()) as { readonly error: string }).error, error);
  }
});

test('A-040 each step has its rule, without what is not set, its output and whether the target is kept', async () => {
  const fake = fakeAgent();
  fake.relabelSteps = (pool, labels) => {
    assert.deepEqual([pool, labels], ['node', [['__address__', 'h:1']]]);
    return [
      { rule: { ...RELABEL_EXAMPLE, action: 'hashmod', modulus: 8n, targetLabel: '__shard' }, output: labels, keep: true },
      { rule: { ...RELABEL_EXAMPLE, sourceLabels: [], regex: '', action: 'drop' }, output: [], keep: false },
    ];
  };
  const response = await apiAround(fake).api.request('/api/v1/targets/relabel_steps?scrapePool=node&labels={"__address__":"h:1"}');
  assert.deepEqual(((await response.json()) as { readonly data: unknown }).data, {
    steps: [
      {
        rule: {
          source_labels: ['a'],
          separator: ';',
          regex: '(.*)',
          modulus: 8,
          target_label: '__shard',
          replacement: '$1',
          action: 'hashmod',
        },
        output: { __address__: 'h:1' },
        keep: true,
      },
      { rule: { separator: ';', replacement: '$1', action: 'drop' }, output: {}, keep: false },
    ],
  });
});
