import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openLineMemory } from '@limpet/line-template';
import fc from 'fast-check';
import { scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import { TwinWorlds } from '../../test/append/twin-worlds.ts';
import { rule } from '../../test/job.ts';
import { MetadataCache } from './metadata-cache.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

/** The bytes of a text in which each character stands for one byte. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const NAMES = ['a', 'ab', 'a_total', 'b_bucket', 'c{x="1"}', 'c{x="2"}', 'c{x="1",y="}"}', 'b_bucket{le="1"}', 'b_bucket{le="1.0"}', 'd{z="\\"\\\\\\n"}', '{"q.r",s="t"}', 'gone', 'gone{x="1"}', 'e{u="\xc3\xa9"}', 'e{}'] as const; // prettier-ignore
const COMMENTS = ['# HELP a one', '# HELP a two', '# TYPE a counter', '# TYPE a gauge', '# TYPE b histogram', '# TYPE b gauge', '# TYPE c summary', '# HELP c {x', '# HELP b'] as const; // prettier-ignore
const TEXT_ONLY = ['# just words', '#', '', ' a 1', 'a\t2', 'a  3', 'c{x="1"}4', 'c {x="1"} 5', 'c{ x="1" } 6', 'm{l="x\ny"} 7'] as const;
const OPENMETRICS_ONLY = [
  '# UNIT a_s s',
  '# UNIT b_s s',
  '# TYPE b gaugehistogram',
  'a 1 # {t="x"} 2',
  'a_total 1 # {t="y"} 2 3',
  'a 1.5 2.5',
] as const;
const BROKEN = [
  'broken',
  'a x',
  'a 1_0',
  'a{',
  '\0',
  '# TYPE a what',
  'a 1e999',
  'a{x="1",x="2"} 1',
  '# EOF',
  'a 1 2 3',
  '\xff 1',
] as const;

const value = fc.oneof(
  fc.nat().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '0.1', '1e3', '.5', '5.', '12345678901234567890123', '1e-320', 'inf', 'nan', '+1'),
);
const sample = fc.record({ key: fc.constantFrom(...NAMES), value, time: fc.option(fc.nat({ max: 3000 }), { freq: 9 }) });
const line = fc.oneof(
  { weight: 20, arbitrary: sample },
  { weight: 5, arbitrary: fc.constantFrom(...COMMENTS) },
  { weight: 2, arbitrary: fc.record({ text: fc.constantFrom(...TEXT_ONLY), openmetrics: fc.constantFrom(...OPENMETRICS_ONLY) }) },
);
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;

/** What becomes of the lines from one scrape to the next. */
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('values' as const), salt: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), line }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), to: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: fc.nat() }) },
);
const scrape = fc.record({
  changes: fc.array(change, { maxLength: 4 }),
  damage: fc.option(fc.oneof(fc.nat(), fc.constantFrom(...BROKEN)), { freq: 4 }),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  /** The body is in the other format, this once. */
  isForeign: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
});
const config = fc.record({
  sampleLimit: fc.constantFrom(0, 0, 0, 4),
  labelLimit: fc.constantFrom(0, 0, 0, 4),
  honorTimestamps: fc.boolean(),
  trackTimestampsStaleness: fc.boolean(),
});

function changed(
  lines: readonly Line[],
  { changes }: { readonly changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[] },
): Line[] {
  const next = [...lines];
  for (const step of changes) {
    if (step.kind === 'insert') next.splice(step.at % (next.length + 1), 0, step.line);
    if (next.length === 0) continue;
    const at = 'at' in step ? step.at % next.length : 0;
    const there = next[at];
    if (step.kind === 'remove') next.splice(at, 1);
    else if (step.kind === 'repeat' && there !== undefined) next.push(there);
    else if (step.kind === 'swap' && there !== undefined) {
      next.splice(at, 1);
      next.splice(step.to % (next.length + 1), 0, there);
    } else if (step.kind === 'values') {
      for (const [index, each] of next.entries()) {
        if (typeof each === 'object' && 'key' in each && (index + step.salt) % 3 === 0)
          next[index] = { ...each, value: String(step.salt / 7) };
      }
    }
  }
  return next;
}

function bodyOf(lines: readonly Line[], isOpenMetrics: boolean, damage: number | string | null): Uint8Array {
  const texts = lines.map((each) => {
    if (typeof each === 'string') return each;
    if ('text' in each) return isOpenMetrics ? each.openmetrics : each.text;
    return `${each.key} ${each.value}${each.time === null ? '' : ` ${each.time}`}`;
  });
  if (typeof damage === 'string') texts.splice(damage.length % (texts.length + 1), 0, damage);
  const whole = `${texts.map((text) => `${text}\n`).join('')}${isOpenMetrics ? '# EOF\n' : ''}`;
  return bytes(typeof damage === 'number' ? whole.slice(0, damage % (whole.length + 1)) : whole);
}

const noPause = (): Promise<void> => Promise.reject(new Error('so few lines need no pause'));
const WAYS = [
  ['text/plain; version=0.0.4', undefined],
  [OPENMETRICS, undefined],
  ['text/plain; version=0.0.4', noPause],
  [OPENMETRICS, noPause],
] as const;

for (const [format, pause] of WAYS) {
  test(`E-021 S-136 S-144 S-155 lines of ${format.slice(0, 16)}${pause === undefined ? '' : ', prepared,'} are appended as the reference appends them, however the body changes`, () => {
    const run = (
      first: readonly Line[],
      scrapes: readonly (typeof scrape extends fc.Arbitrary<infer T> ? T : never)[],
      options: typeof config extends fc.Arbitrary<infer T> ? T : never,
    ) => {
      const metricRelabelConfigs = [rule({ sourceLabels: ['__name__'], regex: 'gone', action: 'drop' })];
      const worlds = new TwinWorlds({ config: { ...options, metricRelabelConfigs } }, pause);
      let lines = [...first];
      worlds.scrape(bodyOf(lines, format === OPENMETRICS, null), format);
      for (const step of scrapes) {
        lines = changed(lines, step);
        if (step.fails) worlds.fail();
        else {
          const isOpenMetrics = (format === OPENMETRICS) !== step.isForeign;
          worlds.scrape(bodyOf(lines, isOpenMetrics, step.damage), isOpenMetrics ? OPENMETRICS : 'text/plain; version=0.0.4');
        }
      }
      worlds.end();
    };
    fc.assert(fc.property(fc.array(line, { maxLength: 25 }), fc.array(scrape, { minLength: 1, maxLength: 8 }), config, run), {
      numRuns: 1500,
    });
  });
}

/** The inputs in the tables of the specification, which spells bytes as Go does. */
function specifiedBodies(): Uint8Array[] {
  const text = readFileSync(new URL('../../../../docs/spec/exposition.md', import.meta.url), 'utf8');
  return [...text.matchAll(/`"((?:[^`\\]|\\.)*)"`/g)].map(([, quoted = '']) =>
    bytes(
      quoted.replace(/\\(x[0-9a-f]{2}|.)/g, (_, escaped: string) =>
        escaped.length > 1 ? String.fromCharCode(Number(`0${escaped}`)) : ({ n: '\n', t: '\t', r: '\r' }[escaped] ?? escaped),
      ),
    ),
  );
}

for (const format of ['text/plain', OPENMETRICS]) {
  test(`every input of the specification gives the same as ${format.slice(0, 16)}, first, again and behind other bodies`, () => {
    const bodies = specifiedBodies();
    assert.ok(bodies.length > 120, `${bodies.length} inputs`);
    const worlds = new TwinWorlds();
    for (const body of bodies) {
      worlds.scrape(body, format);
      worlds.scrape(body, format);
      worlds.scrape(bytes(`m 1\n# TYPE m gauge\nm{l="v"} 2\n${format === OPENMETRICS ? '# EOF\n' : ''}`), format);
      worlds.scrape(Uint8Array.from([...bytes('m 1\nm{l="v"} 3\n'), ...body]), format);
    }
    worlds.end();
  });
}

test('a body of many windows is appended as the reference appends it, and lines longer than one too', () => {
  const worlds = new TwinWorlds();
  const body = (round: number, skip: number) =>
    bytes(
      Array.from({ length: 9000 }, (_, n) =>
        n % 1000 === skip ? '' : `metric_${n}{path="/some/where/${'x'.repeat(n % 90)}"} ${n * round}\n`,
      ).join(''),
    );
  for (const [round, skip] of [
    [1, -1],
    [2, -1],
    [3, 7],
    [4, 8],
    [5, -1],
  ] as const)
    worlds.scrape(body(round, skip));
  const long = `long{x="${'y'.repeat(300_000)}"}`;
  for (const round of [1, 2])
    worlds.scrape(bytes(`a ${round}\n${long} ${round}\nb ${round}\n# HELP a ${'z'.repeat(400_000)}\nc ${round}\n`));
  worlds.end();
});

test('S-115 E-023 the labels of a line that is new are those of the TYPE line in force, known or not', () => {
  const world = new ScrapeWorld();
  world.scrape('# TYPE h histogram\nh_bucket{le="1"} 1\n');
  assert.deepEqual(scraped(world.scrape('# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="2"} 2\n')).map((text) => /le="[^"]*"/.exec(text)?.[0]), ['le="1.0"', 'le="2.0"']); // prettier-ignore
});

test('S-144 lines that come and go leave no memory behind', () => {
  const worlds = new TwinWorlds();
  const { lines } = { lines: worlds.fast };
  for (let round = 0; round < 60; round++) {
    worlds.scrape(bytes(Array.from({ length: 200 }, (_, n) => `m{round="${round}",n="${n}"} ${n}\n`).join('')));
  }
  assert.equal(lines.loop().cache.seriesCount, 200);
  assert.equal(lines.registry.size <= 410, true, `${lines.registry.size} series`);
  worlds.end();
});

test('S-155 a known HELP line counts again after another way of reading has set the field', () => {
  const metadata = new MetadataCache();
  metadata.setHelp('a', 'one', 1);
  const tag = metadata.tagOf('a');
  metadata.setLine(tag, 'help', 7);
  assert.equal(metadata.seeLine(tag, 'help', 7, 2), true);
  metadata.setHelp('a', 'two', 3);
  assert.equal(metadata.seeLine(tag, 'help', 7, 4), false, 'the line has to be read again');
  metadata.flush(20);
  metadata.setHelp('b', 'three', 21);
  assert.equal(metadata.tagOf('b'), tag, 'the tag of a family that was forgotten is given again');
  assert.equal(metadata.seeLine(tag, 'help', 7, 22), false);
});

test('S-111 a comment that one format knows is read anew in another: the end of OpenMetrics is words in text', () => {
  const world = new ScrapeWorld();
  const text = { contentType: 'text/plain; version=0.0.4' };
  const openMetrics = { contentType: OPENMETRICS };
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(scraped(world.scrape('# HELP a x\\"y\na 4\n# EOF\n', text)), ['a 4']);
    assert.equal(world.loop().cache.metadata.get('a')?.help, 'x\\"y');
    const batch = world.scrape('# HELP a x\\"y\na 5\n# EOF\n', openMetrics);
    assert.deepEqual([scraped(batch), world.loop().lastError], [['a 5'], '']);
    assert.equal(world.loop().cache.metadata.get('a')?.help, 'x"y');
    world.scrape('# just words\na 6\n', text);
    world.scrape('# just words\na 7\n# EOF\n', openMetrics);
    assert.match(world.loop().lastError, /expected a valid start token/);
  }
});

test('E-100 a sample that text accepts and OpenMetrics refuses is refused, however well it is known', () => {
  const spaced = 'c{ x="1" } 6\n';
  const [text, openMetrics] = [bytes(`a 1\n${spaced}`), bytes(`a 1\n${spaced}# EOF\n`)];
  const worlds = new TwinWorlds();
  for (const _ of [1, 2]) worlds.scrape(text);
  worlds.scrape(openMetrics, OPENMETRICS);
  assert.match(worlds.fast.loop().lastError, /^expected label name/);
  worlds.scrape(openMetrics, OPENMETRICS);
  worlds.fail();
  worlds.scrape(text);
  worlds.scrape(bytes('a 2\n# EOF\n'), OPENMETRICS);
  worlds.scrape(openMetrics, OPENMETRICS);
  worlds.end();
});

test('a trap in the module costs time and nothing else: from then on the reference parsers read', () => {
  const opened = openLineMemory();
  assert.ok(opened.ok);
  const world = new ScrapeWorld({ lines: opened.memory });
  world.scrape('a 1\nb 2\n');
  const fault = Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });
  const trap = (): never => {
    throw fault;
  };
  Object.assign(opened.memory, { module: { ...opened.memory.module, run: trap, find: trap } });
  assert.deepEqual(scraped(world.scrape('a 3\nc 3\n')), ['a 3', 'c 3', 'b stale']);
  assert.deepEqual(scraped(world.scrape('a 4\nc 4\n')), ['a 4', 'c 4']);
  assert.equal(world.errors.length, 1, 'it is told once');
});
