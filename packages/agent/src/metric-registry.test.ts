import assert from 'node:assert/strict';
import test from 'node:test';
import { parserFor } from '@limpet/exposition';
import type { MetricDefinition } from '@limpet/model';
import { MetricRegistry } from './metric-registry.ts';

const counter: MetricDefinition = { name: 'c_total', help: 'c', type: 'counter', labels: ['job', 'code'] };
const gauge: MetricDefinition = { name: 'g', help: 'g', type: 'gauge', labels: [] };
const histogram: MetricDefinition = { name: 'h_seconds', help: 'h', type: 'histogram', labels: ['job'], buckets: [0.1, 1] };
const summary: MetricDefinition = { name: 's_seconds', help: 's', type: 'summary', labels: [], quantiles: [0.5] };

async function samplesOf(registry: MetricRegistry): Promise<Map<string, number>> {
  const parser = parserFor(registry.contentType, undefined);
  assert.ok(parser.ok);
  const samples = new Map<string, number>();
  for (const entry of parser.value.parse(new TextEncoder().encode(await registry.exposition()))) {
    if (entry.kind === 'sample')
      samples.set(
        entry
          .labels()
          .map(([name, value]) => `${name}=${value}`)
          .join(','),
        entry.value,
      );
  }
  return samples;
}

test('every kind of metric is exposed and can be forgotten', async () => {
  const registry = new MetricRegistry({ withProcess: false });
  registry.declare([counter, gauge]);
  registry.beforeExposition(() => registry.set(gauge, [], 7));
  registry.add(counter, ['a', '200'], 2);
  registry.add(counter, ['a', '200'], 1);
  registry.observe(histogram, ['a'], 0.5);
  registry.observe(summary, [], 4);
  const samples = await samplesOf(registry);
  assert.equal(samples.get('__name__=c_total,code=200,job=a'), 3);
  assert.equal(samples.get('__name__=g'), 7);
  assert.equal(samples.get('__name__=h_seconds_bucket,job=a,le=1.0'), 1);
  assert.equal(samples.get('__name__=h_seconds_bucket,job=a,le=0.1'), 0);
  assert.equal(samples.get('__name__=s_seconds_count'), 1);
  registry.remove(counter, ['a', '200']);
  assert.equal((await samplesOf(registry)).has('__name__=c_total,code=200,job=a'), false);
});

test('two registries in one process stay apart', async () => {
  const [one, two] = [new MetricRegistry({ withProcess: false }), new MetricRegistry({ withProcess: true })];
  one.add(counter, ['a', '200'], 1);
  assert.equal((await samplesOf(two)).has('__name__=c_total,code=200,job=a'), false);
  assert.ok((await samplesOf(two)).has('__name__=process_cpu_seconds_total'));
});
