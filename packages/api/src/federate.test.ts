import assert from 'node:assert/strict';
import test from 'node:test';
import type { NewestQuery, NewestSample } from '@limpet/agent';
import { labelsFrom } from '@limpet/model';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';
import { federationText } from './federate.ts';

function sample(labels: Readonly<Record<string, string>>, value: number, timestampMs = 1_000): NewestSample {
  return { labels: labelsFrom(Object.entries(labels)), value, timestampMs };
}

test('A-015 without the embedded store there is no federation, and before the agent is ready it is not there yet', async () => {
  const off = fakeAgent();
  off.history = undefined;
  assert.equal((await apiAround(off).api.request('/federate?match[]=up')).status, 404);
  const starting = fakeAgent();
  starting.phase = 'starting';
  assert.equal((await apiAround(starting).api.request('/federate?match[]=up')).status, 503);
});

test('A-016 every selector is asked for together, over the last five minutes, and the answer is text 0.0.4', async () => {
  const fake = fakeAgent();
  const asked: NewestQuery[] = [];
  fake.newest = (query) => {
    asked.push(query);
    return [sample({ __name__: 'up', job: 'node', instance: 'h:1' }, 1)];
  };
  const query = new URLSearchParams([
    ['match[]', 'up'],
    ['match[]', '{job=~"n.*"}'],
  ]);
  const answer = await apiAround(fake).api.request(`/federate?${query.toString()}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(await answer.text(), '# TYPE up untyped\nup{instance="h:1",job="node"} 1 1000\n');
  const [only] = asked;
  assert.deepEqual([only?.fromMs, only?.toMs, only?.selectors.length, asked.length], [1_699_999_800_000, 1_700_000_100_000, 2, 1]);
  assert.equal(only?.selectors[1]?.matches(labelsFrom([['job', 'node']])), true);
});

for (const [text, words] of [
  ['up{', /parse error: expected a label name/],
  ['{a="b",c=~"("}', /parse error/],
  ['{}', /at least one non-empty matcher/],
  ['{job=~".*"}', /at least one non-empty matcher/],
] as const) {
  test(`A-016 the selector ${text} is refused with 400`, async () => {
    const answer = await apiAround(fakeAgent()).api.request(`/federate?match[]=up&match[]=${encodeURIComponent(text)}`);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), words);
  });
}

test('A-016 more series than the store answers with are refused whole', async () => {
  const fake = fakeAgent();
  fake.newest = () => undefined;
  assert.equal((await apiAround(fake).api.request('/federate?match[]=up')).status, 422);
});

test('A-016 samples are sorted by name, with one type line a name and their timestamps', () => {
  const samples = [sample({ __name__: 'b', x: '2' }, 2, 5), sample({ __name__: 'a' }, Infinity), sample({ __name__: 'b', x: '1' }, NaN, 7)];
  assert.equal(
    federationText(samples, {}),
    '# TYPE a untyped\na{instance=""} +Inf 1000\n# TYPE b untyped\nb{x="1",instance=""} NaN 7\nb{x="2",instance=""} 2 5\n',
  );
  assert.equal(federationText([], {}), '');
});

test('A-016 external labels and an empty instance are added where a series has none of them', () => {
  const samples = [
    sample({ __name__: 'a', region: 'own', instance: 'i' }, 1),
    sample({ __name__: 'b' }, 1),
    sample({ job: 'nameless' }, 1),
  ];
  assert.equal(
    federationText(samples, { region: 'eu', zone: 'z' }),
    '# TYPE a untyped\na{instance="i",region="own",zone="z"} 1 1000\n# TYPE b untyped\nb{instance="",region="eu",zone="z"} 1 1000\n',
  );
});

test('A-016 names beyond the legacy ones are quoted, and values escaped', () => {
  const samples = [sample({ __name__: 'my.metric', 'a b': 'x"\\\n' }, -0)];
  assert.equal(
    federationText(samples, { 'c:d': 'e' }),
    '# TYPE "my.metric" untyped\n{"my.metric","a b"="x\\"\\\\\\n","c:d"="e",instance=""} -0 1000\n',
  );
});
