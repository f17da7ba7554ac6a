import assert from 'node:assert/strict';
import test from 'node:test';
import type { MetricType } from './entry.ts';
import { belongsToFamily } from './metric-family.ts';

const TABLE: readonly (readonly [type: MetricType, family: string, members: readonly string[], others: readonly string[]])[] = [
  ['counter', 'a', ['a', 'a_total'], ['a_sum', 'ab_total', 'b']],
  ['counter', 'a_total', ['a_total', 'a_total'], ['a', 'a_total_total', 'a_total_sum']],
  ['gauge', 'a', ['a'], ['a_total', 'a_bucket', 'ab']],
  ['histogram', 'a', ['a', 'a_bucket', 'a_sum', 'a_count'], ['a_total', 'a_gsum', 'a_b_bucket', 'a_created']],
  ['gaugehistogram', 'a', ['a', 'a_bucket', 'a_gsum', 'a_gcount'], ['a_sum', 'a_count']],
  ['summary', 'a', ['a', 'a_sum', 'a_count'], ['a_bucket']],
  ['info', 'a', ['a', 'a_info'], ['a_total']],
  ['info', 'a_info', ['a_info'], ['a']],
  ['stateset', 'a', ['a'], ['a_info']],
  ['unknown', 'a', ['a'], ['a_total', 'a_sum']],
];

for (const [type, name, members, others] of TABLE) {
  test(`E-117 series of the ${type} family ${name}`, () => {
    for (const series of members) assert.ok(belongsToFamily(series, { name, type }), series);
    for (const series of others) assert.ok(!belongsToFamily(series, { name, type }), series);
  });
}
