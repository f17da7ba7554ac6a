import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatFloat, readFloat } from './float.ts';
import type { FloatRefusal } from './float.ts';

function read(token: string): number | FloatRefusal {
  const bytes = new TextEncoder().encode(`x${token} `);
  return readFloat(bytes, 1, bytes.length - 1);
}

const VECTORS: readonly (readonly [id: string, token: string, result: number | FloatRefusal])[] = [
  ['E-030', '1_000', 'unsupported character in float'],
  ['E-030', '0x1p4', 'unsupported character in float'],
  ['E-030', '0X1P4', 'unsupported character in float'],
  ['E-030', 'p', 'unsupported character in float'],
  ['E-030', '9007199254740993', 9007199254740992],
  ['E-030', '9007199254740993.00000000000000000001', 9007199254740994],
  ['E-031', '007', 7],
  ['E-031', '5.', 5],
  ['E-031', '.5', 0.5],
  ['E-031', '+.5e1', 5],
  ['E-031', '-5.e-1', -0.5],
  ['E-031', '1E5', 1e5],
  ['E-031', '1e+5', 1e5],
  ['E-031', '123456789012345678e-3', Number('123456789012345.678')],
  ['E-031', 'iNf', Infinity],
  ['E-031', '+inf', Infinity],
  ['E-031', '-InfinitY', -Infinity],
  ['E-031', 'NAN', NaN],
  ['E-031', '-0', -0],
  ['E-031', '-0.00000000000000000000000000', -0],
  ['E-032', '+nan', 'invalid float'],
  ['E-032', '-nan', 'invalid float'],
  ['E-032', '0x10', 'invalid float'],
  ['E-032', '0x1.8', 'invalid float'],
  ['E-032', '0b1', 'invalid float'],
  ['E-032', '0o7', 'invalid float'],
  ['E-032', '1,000', 'invalid float'],
  ['E-032', '1e', 'invalid float'],
  ['E-032', '1e+', 'invalid float'],
  ['E-032', 'e1', 'invalid float'],
  ['E-032', '.', 'invalid float'],
  ['E-032', '', 'invalid float'],
  ['E-032', '-', 'invalid float'],
  ['E-032', '+', 'invalid float'],
  ['E-032', '.e1', 'invalid float'],
  ['E-032', '1.2.3', 'invalid float'],
  ['E-032', '1 0', 'invalid float'],
  ['E-032', 'true', 'invalid float'],
  ['E-032', '--1', 'invalid float'],
  ['E-032', '1e5.0', 'invalid float'],
  ['E-032', '1\xff', 'invalid float'],
  ['E-033', '1e999', 'float out of range'],
  ['E-033', '-1e309', 'float out of range'],
  ['E-033', '1e-999', 0],
  ['E-033', '-1e-400', -0],
  ['E-033', '1.7976931348623157e308', Number.MAX_VALUE],
  ['E-033', '0e999', 0],
];

for (const [id, token, result] of VECTORS) {
  test(`${id} ${JSON.stringify(token)} is ${typeof result === 'string' ? result : formatFloat(result)}`, () => {
    assert.ok(Object.is(read(token), result), String(read(token)));
  });
}

test('E-030 every decimal spelling is rounded as the language rounds it', () => {
  const digits = fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength: 1, maxLength: 20 });
  const exponent = fc.option(fc.integer({ min: -330, max: 300 }), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom('', '-', '+'), digits, fc.option(digits, { nil: undefined }), exponent, (sign, whole, fraction, power) => {
      const token = `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${power === undefined ? '' : `e${power}`}`;
      const expected = Number(token);
      assert.ok(Object.is(read(token), Number.isFinite(expected) ? expected : 'float out of range'), token);
    }),
    { numRuns: 2000 },
  );
});

test('E-031 the shortest text of a double reads back bit for bit', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      assert.ok(Object.is(read(formatFloat(value)), value));
    }),
    { numRuns: 2000 },
  );
});
