import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { histogramFault } from '@limpet/model';
import { ClassicHistogram } from './classic-histogram.ts';
import type { HistogramEntry, ParseOptions } from './entry.ts';
import { formatFloat } from './float.ts';
import { parseOpenMetrics } from './openmetrics-parser.ts';
import { parseText } from './text-parser.ts';

const encoder = new TextEncoder();

/** Series of a body, histograms as `name{labels} count/sum bounds buckets`, float ones with `~`. */
function series(text: string, options: ParseOptions = {}, parse = parseText): string[] {
  const found: string[] = [];
  for (const entry of parse(encoder.encode(text), { convertClassicHistograms: true, ...options })) {
    if (entry.kind !== 'sample' && entry.kind !== 'histogram') continue;
    const labels = entry.labels();
    const name = labels.find(([label]) => label === '__name__')?.[1];
    const others = labels.filter(([label]) => label !== '__name__').map(([label, value]) => `${label}=${value}`);
    const time = entry.timestampMs === undefined ? '' : ` @${entry.timestampMs}`;
    found.push(`${name}{${others.join()}} ${entry.kind === 'sample' ? formatFloat(entry.value) : histogramLine(entry)}${time}`);
  }
  return found;
}

function histogramLine({ histogram }: HistogramEntry): string {
  const { count, sum, customValues, positiveBuckets, isFloat } = histogram;
  return `${isFloat ? '~' : ''}${count}/${formatFloat(sum)} [${customValues.join()}] [${positiveBuckets.join()}]`;
}

const openMetrics = (text: string, options?: ParseOptions) => series(`${text}# EOF\n`, options, parseOpenMetrics);

/** A classic histogram in either text format. */
const H = (labels = '', scale = 1) => {
  const comma = labels === '' ? '' : ',';
  const bucket = (le: string, count: number) => `h_bucket{${labels}${comma}le="${le}"} ${count * scale}\n`;
  const block = labels === '' ? '' : `{${labels}}`;
  return `${bucket('1', 1)}${bucket('2.5', 3)}${bucket('+Inf', 4)}h_sum${block} 5.5\nh_count${block} ${4 * scale}\n`;
};
const TYPE = '# TYPE h histogram\n';

test('E-190 S-165 only histograms by their TYPE and by their exact names are converted', () => {
  assert.deepEqual(series(TYPE + H('a="b"')), ['h{a=b} 4/5.5 [1,2.5] [1,2,1]']);
  assert.deepEqual(openMetrics(TYPE + H('a="b"')), ['h{a=b} 4/5.5 [1,2.5] [1,2,1]']);
  assert.equal(series(TYPE + H(), { convertClassicHistograms: false }).length, 5);
  assert.equal(series(H()).length, 5, 'no TYPE');
  assert.equal(series(`# TYPE h gauge\n${H()}`).length, 5);
  assert.equal(series(`# TYPE g histogram\n${H()}`).length, 5, 'another family');
  assert.equal(openMetrics(`# TYPE h gaugehistogram\n${H()}`).length, 5, 'gauge histograms of text stay classic');
  assert.deepEqual(series(`${TYPE}h 1\nh_max 2\nh_buckets{le="1"} 3\n`), ['h{} 1', 'h_max{} 2', 'h_buckets{le=1.0} 3']);
});

test('E-191 S-165 classic series stay beside the converted one where they are kept', () => {
  assert.deepEqual(series(TYPE + H(), { keepClassicHistograms: true }), [
    'h_bucket{le=1.0} 1',
    'h_bucket{le=2.5} 3',
    'h_bucket{le=+Inf} 4',
    'h_sum{} 5.5',
    'h_count{} 4',
    'h{} 4/5.5 [1,2.5] [1,2,1]',
  ]);
});

test('E-192 S-166 a histogram ends with other labels, another name, a metadata line or the body', () => {
  const one = (labels: string) => `h{${labels.replaceAll('"', '')}} 4/5.5 [1,2.5] [1,2,1]`;
  assert.deepEqual(series(TYPE + H('a="1"') + H('a="2"')), [one('a="1"'), one('a="2"')]);
  assert.deepEqual(series(`${TYPE}${H('a="1"')}other 1\n${H('a="1"')}`), [one('a="1"'), 'other{} 1', one('a="1"')]);
  const cut = (line: string) => series(`${TYPE}h_bucket{le="1"} 1\n${line}h_bucket{le="2"} 1\n`);
  assert.deepEqual(cut('# HELP h x\n'), ['h{} 1/0 [1] [1]', 'h{} 1/0 [2] [1]']);
  assert.deepEqual(cut(TYPE), ['h{} 1/0 [1] [1]', 'h{} 1/0 [2] [1]']);
  assert.deepEqual(cut('# TYPE g histogram\n'), ['h{} 1/0 [1] [1]', 'h_bucket{le=2.0} 1']);
  assert.deepEqual(
    series(`${TYPE}h_bucket{le="1",z="2",a="1"} 3\nh_count{z="2",a="1"} 3\n`),
    ['h{a=1,z=2} 3/0 [1] [3]'],
    'order of labels',
  );
});

test('E-193 S-166 buckets come in any order, the first of equal bounds counts, bounds that are no number stay plain', () => {
  const lines = ['h_count 4', 'h_bucket{le="+Inf"} 4', 'h_bucket{le="1"} 1', 'h_bucket{le="2.5"} 3', 'h_bucket{le="1.0"} 2', 'h_sum 5.5'];
  assert.deepEqual(series(`${TYPE}${lines.join('\n')}\n`), ['h{} 4/5.5 [1,2.5] [1,2,1]']);
  assert.deepEqual(series(`${TYPE}h_bucket{le="x"} 1\n${H()}`), ['h_bucket{le=x} 1', 'h{} 4/5.5 [1,2.5] [1,2,1]']);
  const amid = `${TYPE}h_bucket{le="1"} 1\nh_bucket{le="x"} 1\nh 5\nh_bucket{le="+Inf"} 2\nh_count 2\n`;
  assert.deepEqual(series(amid), ['h_bucket{le=x} 1', 'h{} 5', 'h{} 2/0 [1] [1,1]'], 'and do not cut the histogram in two');
  assert.deepEqual(series(`${TYPE}h_bucket{le="NaN"} 1\nh_bucket 2\n`), ['h_bucket{le=NaN} 1', 'h_bucket{} 2']);
});

const NOT_CONVERTED: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['a negative bucket', ['h_bucket{le="1"} -1', 'h_count 1']],
  ['a negative count', ['h_bucket{le="+Inf"} 1', 'h_count -1']],
  ['counts that fall', ['h_bucket{le="1"} 2', 'h_bucket{le="2"} 1', 'h_count 2']],
  ['counts that fall, in another order', ['h_bucket{le="2"} 1', 'h_bucket{le="1"} 2', 'h_count 2']],
  ['a count that is not that of +Inf', ['h_bucket{le="+Inf"} 1', 'h_count 2']],
  ['a count below the buckets', ['h_bucket{le="1"} 3', 'h_count 2']],
  ['a bound of -Inf', ['h_bucket{le="-Inf"} 0', 'h_bucket{le="+Inf"} 2']],
];
for (const [name, lines] of NOT_CONVERTED) {
  test(`E-196 S-167 in text, ${name} makes the histogram vanish and nothing else`, () => {
    const text = `${TYPE}${lines.join('\n')}\n# TYPE g gauge\ng 1\n`;
    assert.deepEqual(series(text), ['g{} 1']);
    assert.deepEqual(series(text, { keepClassicHistograms: true }).length, lines.length + 1);
  });
}

test('E-193 S-167 a bound that is not a number cannot be set', () => {
  const classic = new ClassicHistogram();
  classic.setBucket(NaN, 1);
  assert.deepEqual(classic.convert(), { fault: 'bucket bound is not a number' });
});

test('E-194 S-167 what is missing is filled in: the count from the highest bucket, +Inf from the count', () => {
  assert.deepEqual(series(`${TYPE}h_bucket{le="1"} 1\nh_bucket{le="2"} 3\n`), ['h{} 3/0 [1,2] [1,2]']);
  assert.deepEqual(series(`${TYPE}h_bucket{le="1"} 1\nh_count 3\nh_sum 9\n`), ['h{} 3/9 [1] [1,2]']);
  assert.deepEqual(series(`${TYPE}h_count 3\n`), ['h{} 3/0 [] [3]']);
  assert.deepEqual(series(`${TYPE}h_sum 3\n`), ['h{} 0/3 [] []']);
});

test('E-195 S-167 a histogram of integers stays one; empty buckets are cut, two of them kept in between', () => {
  assert.deepEqual(series(TYPE + H('', 0.5)), ['h{} ~2/5.5 [1,2.5] [0.5,1,0.5]']);
  const buckets = (counts: readonly number[]) => counts.map((count, index) => `h_bucket{le="${index + 1}"} ${count}\n`).join('');
  const only = (counts: readonly number[]) => {
    const entry = [...parseText(encoder.encode(TYPE + buckets(counts)), { convertClassicHistograms: true })].find((found) => found.kind === 'histogram');
    return [entry?.histogram.positiveSpans, entry?.histogram.positiveBuckets];
  }; // prettier-ignore
  const span = (offset: number, length: number) => ({ offset, length });
  assert.deepEqual(only([0, 1, 1, 1, 2]), [[span(1, 4)], [1, 0, 0, 1]]);
  assert.deepEqual(only([1, 1, 1, 1, 2]), [
    [span(0, 1), span(3, 1)],
    [1, 1],
  ]);
  assert.deepEqual(only([0.5, 0.5, 1]), [
    [span(0, 1), span(1, 1)],
    [0.5, 0.5],
  ]);
  assert.deepEqual(only([0, 0, 0]), [[], []]);
});

test('E-197 S-167 exemplars are those of all lines in order, the start time that of the first one', () => {
  const text = `${TYPE}h_bucket{le="1"} 1 # {t="a"} 0.5 1\nh_bucket{le="+Inf"} 2 # {t="b"} 3\nh_count 2 # {t="c"} 4 5\nh_sum 1\nh_created 1.5\n# EOF\n`;
  const entries = [...parseOpenMetrics(encoder.encode(text), { convertClassicHistograms: true, startTimestamps: true })];
  const entry = entries.find((found) => found.kind === 'histogram');
  assert.deepEqual(entry?.exemplars.map(({ labels, timestampMs }) => [labels[0]?.[1], timestampMs]), [['a', 1000], ['b', undefined], ['c', 5000]]); // prettier-ignore
  assert.equal(entry?.startTimestampMs, 1500);
});

test('E-198 the time is that of the histogram, and a _created line does not cut it in two', () => {
  const text = `${TYPE}h_bucket{le="1"} 1 7\nh_created 1\nh_bucket{le="+Inf"} 2 7\nh_count 2 7\nother 1 9\n`;
  assert.deepEqual(series(text), ['h_created{} 1', 'h{} 2/0 [1] [1,1] @7', 'other{} 1 @9']);
  const foreign = `${TYPE}h_bucket{a="1",le="1"} 1\nh_created{a="2"} 1\nh_count{a="1"} 1\n`;
  assert.deepEqual(series(foreign), ['h{a=1} 1/0 [1] [1]', 'h_created{a=2} 1', 'h{a=1} 1/0 [] [1]']);
});

test('E-024 __type__ goes with the converted histogram', () => {
  assert.deepEqual(series(TYPE + H(), { typeAndUnitLabels: true }), ['h{__type__=histogram} 4/5.5 [1,2.5] [1,2,1]']);
});

test('E-021 the key of a converted histogram is its own, and the same with every scrape', () => {
  const keys = (text: string) =>
    [...parseText(encoder.encode(text), { convertClassicHistograms: true })].flatMap((entry) =>
      entry.kind === 'histogram' ? [entry.key] : [],
    );
  const [a, b, again] = keys(TYPE + H('a="1"') + H('a="2"') + H('a="1"', 3));
  assert.equal(a, again);
  assert.notEqual(a, b);
  assert.ok(a?.startsWith('\0'));
});

test('many buckets are converted in little time, in whatever order they come: 200,000 from the highest down', () => {
  const classic = new ClassicHistogram();
  for (let bound = 200_000; bound > 0; bound--) classic.setBucket(bound, bound);
  const converted = classic.convert();
  assert.ok('histogram' in converted);
  assert.deepEqual([converted.histogram.customValues.length, converted.histogram.count], [200_000, 200_000]);
});

const anyBuckets = fc
  .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 8 })
  .chain((bounds) =>
    fc.tuple(
      fc.constant(bounds.toSorted((a, b) => a - b)),
      fc.array(fc.nat(20), { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
    ),
  );

test('E-195 S-167 whatever classic histogram is sound is converted without losing a count, in any order of its buckets', () => {
  fc.assert(
    fc.property(anyBuckets, fc.boolean(), fc.double(), fc.nat(), ([bounds, counts], isFloat, sum, turn) => {
      const scale = isFloat ? 0.5 : 1;
      const cumulative = counts.map((_, index) => scale * counts.slice(0, index + 1).reduce((total, count) => total + count, 0));
      const classic = new ClassicHistogram();
      const places = [...bounds, Infinity].map((bound, index) => ({ bound, count: cumulative[index] ?? 0 }));
      for (let n = 0; n < places.length; n++) {
        const place = places[(n + turn) % places.length];
        if (place !== undefined) classic.setBucket(place.bound, place.count);
      }
      classic.setSum(sum);
      const converted = classic.convert();
      assert.ok('histogram' in converted);
      const { histogram } = converted;
      assert.equal(histogramFault(histogram), undefined);
      assert.deepEqual(histogram.customValues, bounds);
      assert.ok(Object.is(histogram.sum, sum));
      assert.equal(histogram.count, cumulative.at(-1));
      // Added up again, the buckets are those that were exposed.
      const again = new Map<number, number>();
      let index = 0;
      let at = 0;
      for (const { offset, length } of histogram.positiveSpans) {
        index += offset;
        for (let n = 0; n < length; n++) again.set(index++, histogram.positiveBuckets[at++] ?? 0);
      }
      assert.deepEqual(places.map((_, place) => again.get(place) ?? 0), counts.map((count) => count * scale)); // prettier-ignore
    }),
  );
});
