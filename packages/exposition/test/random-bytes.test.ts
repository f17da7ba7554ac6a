import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import fc from 'fast-check';
import { entryLine, ParseError, parseOpenMetrics, parseProtobuf, parseText, ProtobufError } from '../src/index.ts';
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
const options = fc.record({
  startTimestamps: fc.boolean(),
  typeAndUnitLabels: fc.boolean(),
  convertClassicHistograms: fc.boolean(),
  keepClassicHistograms: fc.boolean(),
  ignoreNativeHistograms: fc.boolean(),
});

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

for (const [format, parse] of Object.entries<Parse>({ text: parseText, openmetrics: parseOpenMetrics })) {
  test(`10,000 random bodies make the ${format} parser throw nothing but ParseError, and entries stay in the body`, () => {
    fc.assert(
      fc.property(body, options, (bytes, chosen) => {
        // Every entry takes at least one byte, so more of them would mean that the parser stands still; a converted
        // histogram comes on top of its lines.
        let entries = 0;
        try {
          for (const entry of parse(bytes, chosen)) {
            assert.ok(++entries <= 2 * bytes.length);
            assert.doesNotThrow(() => JSON.parse(entryLine(entry)));
            if (entry.kind === 'sample') assert.ok(entry.keyStart < entry.keyEnd && entry.keyEnd <= bytes.length);
          }
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
          assert.ok(error.offset <= bytes.length && error.line >= 1 && error.column >= 1);
        }
      }),
      { numRuns: 10_000 },
    );
  });
}

test('long runs of one thing are read in linear time: 200,000 samples that all wait for a _created line', () => {
  const bytes = new TextEncoder().encode(`# TYPE m counter\n${'m_total 1\n'.repeat(200_000)}# EOF\n`);
  let samples = 0;
  for (const entry of parseOpenMetrics(bytes, { startTimestamps: true })) if (entry.kind === 'sample') samples++;
  assert.equal(samples, 200_000);
});

const sound = protobufBody([
  { name: 'c', help: 'x', metrics: [{ labels: { a: 'b' }, value: 1, exemplar: { labels: { t: 'x' }, value: 1, timestampMs: 5 } }] },
  { name: 's', type: 'summary', metrics: [{ summary: { count: 1, sum: 2, quantiles: [[0.5, 1]] }, startMs: 1000 }] },
  {
    name: 'h',
    type: 'histogram',
    metrics: [
      { histogram: { count: 3, sum: 1, buckets: [{ upperBound: 1, count: 2 }], positive: { spans: [[0, 2]], deltas: [1, 1] } } },
      { histogram: { countFloat: 3, zeroCount: 1, negative: { spans: [[-1, 1]], counts: [2] } } },
      { histogram: { count: 3, buckets: [{ upperBound: 1, count: 2 }] } },
    ],
  },
]);
const change = fc.tuple(fc.nat(sound.length), fc.nat(3), fc.uint8Array({ maxLength: 3 }));

test('10,000 random and damaged bodies make the protobuf parser throw nothing but ProtobufError, and entries stay in the body', () => {
  const damaged = fc.array(change, { maxLength: 3 }).map((changes) => {
    let bytes: Uint8Array = sound;
    for (const [at, removed, added] of changes) bytes = Uint8Array.of(...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed));
    return bytes;
  });
  let whole = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 4, arbitrary: damaged }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) }),
      options,
      (bytes, chosen) => {
        let entries = 0;
        try {
          for (const entry of parseProtobuf(bytes, chosen)) {
            assert.ok(++entries <= 4 * bytes.length);
            assert.doesNotThrow(() => JSON.parse(entryLine(entry)));
            if (entry.kind === 'sample' || entry.kind === 'histogram')
              assert.ok(entry.keyStart <= entry.keyEnd && entry.keyEnd <= bytes.length);
          }
          whole++;
        } catch (error) {
          if (!(error instanceof ProtobufError)) throw error;
          assert.ok(error.offset <= bytes.length);
        }
      },
    ),
    { numRuns: 10_000 },
  );
  assert.ok(whole > 500, `${whole} bodies were read to their end`);
});
