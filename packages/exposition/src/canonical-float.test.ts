import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { canonicalFloat, normalizeLabelValue } from './canonical-float.ts';
import { METRIC_TYPES } from './entry.ts';

const LE_VECTORS: readonly (readonly [id: string, exposed: string, stored: string])[] = [
  ['E-161', 'foo', 'foo'],
  ['E-161', '', ''],
  ['E-161', '1_000', '1000.0'],
  ['E-161', '1_0.2_5e1_0', '1.025e+11'],
  ['E-161', '1__0', '1__0'],
  ['E-161', '_1', '_1'],
  ['E-161', '1_', '1_'],
  ['E-161', '1_.5', '1_.5'],
  ['E-161', '0x1p4', '16.0'],
  ['E-161', '-0X1.8P+1', '-3.0'],
  ['E-161', '0x_1_0p0', '16.0'],
  ['E-161', '0x.8p0', '0.5'],
  ['E-161', '0x0p99999', '0.0'],
  ['E-161', '0x1p-1074', '5e-324'],
  ['E-161', '0x10', '0x10'],
  ['E-161', '0xp1', '0xp1'],
  ['E-161', '0x1p99999', '0x1p99999'],
  ['E-161', '1e999', '1e999'],
  ['E-161', '+nan', '+nan'],
  ['E-162', '1', '1.0'],
  ['E-162', '-1', '-1.0'],
  ['E-162', '0', '0.0'],
  ['E-162', '10', '10.0'],
  ['E-162', '0.50', '0.5'],
  ['E-162', '100000', '100000.0'],
  ['E-162', '123456.789', '123456.789'],
  ['E-162', '1000000', '1e+06'],
  ['E-162', '2097152', '2.097152e+06'],
  ['E-162', '0.0001', '0.0001'],
  ['E-162', '0.00001', '1e-05'],
  ['E-162', '123456789', '1.23456789e+08'],
  ['E-162', '-0', '0.0'],
  ['E-162', 'inf', '+Inf'],
  ['E-162', '-Infinity', '-Inf'],
  ['E-162', 'nan', 'NaN'],
  ['E-162', '1e23', '1e+23'],
  ['E-162', '1e100', '1e+100'],
];

for (const [id, exposed, stored] of LE_VECTORS) {
  test(`${id} le=${JSON.stringify(exposed)} is stored as ${JSON.stringify(stored)}`, () => {
    assert.equal(normalizeLabelValue('histogram', 'le', exposed), stored);
    assert.equal(normalizeLabelValue('summary', 'quantile', exposed), stored);
  });
}

test('E-160 only le of a histogram and quantile of a summary are normalised', () => {
  for (const type of METRIC_TYPES) {
    assert.equal(normalizeLabelValue(type, 'le', '10'), type === 'histogram' ? '10.0' : '10');
    assert.equal(normalizeLabelValue(type, 'quantile', '1'), type === 'summary' ? '1.0' : '1');
    assert.equal(normalizeLabelValue(type, 'other', '1'), '1');
  }
});

test('E-162 the canonical text is the same number, has a point or an exponent, and is its own canonical text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = canonicalFloat(value);
      assert.ok(Number(text) === value);
      assert.match(text, /^-?\d+(\.\d+)?(e[+-]\d\d+)?$/);
      assert.match(text, /[.e]/);
      assert.equal(normalizeLabelValue('histogram', 'le', text), text);
    }),
    { numRuns: 1000 },
  );
});
