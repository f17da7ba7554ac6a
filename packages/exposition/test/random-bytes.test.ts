import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { entryLine, ParseError, parseOpenMetrics, parseText } from '../src/index.ts';
import type { Parse } from '../src/index.ts';

/** Pieces of both formats, so that random bodies get past the first byte. */
const PIECES = [
  '# HELP m help\n', '# TYPE m histogram\n', '# TYPE m summary\n', '# TYPE m counter\n', '# UNIT m_s s\n', '# EOF\n', '# EOF', '#', ' ', '\t', '\n',
  'm', 'm_total', 'm_created', '{', '}', '"', ',', '=', 'a="b"', 'le="1"', '"x.y"', '\\', '\\n', ' 1', ' 1.5e3', ' -Inf', ' NaN', ' 0x1p3',
  ' # {t="x"} 1', ' 1700000000123', '\0', '\r', '\x80', '\xc3\xa9', '\xf0\x9f\x98\x80', '\xed\xa0\x80', 'm{a="b"} 1\n', 'm 1\n', 'm_created 5\n',
].map((piece) => Uint8Array.from(piece, (character) => character.charCodeAt(0))); // prettier-ignore
const body = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) }), {
      maxLength: 25,
    })
    .map(joined),
);
const options = fc.record({ startTimestamps: fc.boolean(), typeAndUnitLabels: fc.boolean() });

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

for (const [format, parse] of Object.entries<Parse>({ text: parseText, openmetrics: parseOpenMetrics })) {
  test(`5,000 random bodies make the ${format} parser throw nothing but ParseError, and entries stay in the body`, () => {
    fc.assert(
      fc.property(body, options, (bytes, chosen) => {
        // Every entry takes at least one byte, so more of them would mean that the parser stands still.
        let entries = 0;
        try {
          for (const entry of parse(bytes, chosen)) {
            assert.ok(++entries <= bytes.length);
            assert.doesNotThrow(() => JSON.parse(entryLine(entry)));
            if (entry.kind === 'sample') assert.ok(entry.keyStart < entry.keyEnd && entry.keyEnd <= bytes.length);
          }
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
          assert.ok(error.offset <= bytes.length && error.line >= 1 && error.column >= 1);
        }
      }),
      { numRuns: 5000 },
    );
  });
}

test('long runs of one thing are read in linear time: 200,000 samples that all wait for a _created line', () => {
  const bytes = new TextEncoder().encode(`# TYPE m counter\n${'m_total 1\n'.repeat(200_000)}# EOF\n`);
  let samples = 0;
  for (const entry of parseOpenMetrics(bytes, { startTimestamps: true })) if (entry.kind === 'sample') samples++;
  assert.equal(samples, 200_000);
});
