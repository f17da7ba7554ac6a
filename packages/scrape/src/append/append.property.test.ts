import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { counts, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import type { RecordedBatch, RecordedSample } from '../../test/append/scripted-scrape.ts';
import { rule } from '../../test/job.ts';

const NAMES = ['a', 'b', 'c', 'd', 'gone'] as const;
/** Two spellings of each series, so that two keys may stand for one. */
const LINE = fc.record({
  name: fc.constantFrom(...NAMES),
  isReversed: fc.boolean(),
  ownTime: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 4 }),
});
type Line = typeof LINE extends fc.Arbitrary<infer T> ? T : never;
type Step =
  | { readonly kind: 'body'; readonly lines: readonly Line[]; readonly isBroken: boolean }
  | { readonly kind: 'fail' | 'forced' | 'restart' | 'mark' };

const BODY = fc.record({
  kind: fc.constant('body' as const),
  lines: fc.array(LINE, { maxLength: 7 }),
  isBroken: fc.boolean(),
});
const OTHER = fc.record({ kind: fc.constantFrom('fail' as const, 'forced' as const, 'restart' as const, 'mark' as const) });
const STEPS: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: BODY.map((body) => ({ ...body, isBroken: false })) },
    { weight: 1, arbitrary: BODY },
    { weight: 2, arbitrary: OTHER },
  ),
  { maxLength: 14 },
);
const CONFIG = fc.record({ sampleLimit: fc.constantFrom(0, 0, 3), honorTimestamps: fc.boolean(), trackTimestampsStaleness: fc.boolean() });

function text({ lines, isBroken }: { readonly lines: readonly Line[]; readonly isBroken: boolean }): string {
  const metrics = lines.map(
    ({ name, isReversed, ownTime }) =>
      `${name}${isReversed ? '{y="2",x="1"}' : '{x="1",y="2"}'} 1${ownTime === null ? '' : ` ${ownTime}`}\n`,
  );
  return metrics.join('') + (isBroken ? 'broken\n' : '');
}

/** A target that lives through the steps: its loop is replaced at a restart, and the old one may mark its end later. */
function live(
  steps: readonly Step[],
  config: Partial<ScrapeWorld['config']>,
): { world: ScrapeWorld; batches: [Step, RecordedBatch | undefined][] } {
  const metricRelabelConfigs = [rule({ sourceLabels: ['__name__'], regex: 'gone', action: 'drop' })];
  const world = new ScrapeWorld({ config: { ...config, metricRelabelConfigs } });
  let loopId = 'loop';
  let retired: { readonly loopId: string; readonly markAt: number } | undefined;
  const batches = steps.map((step, index): [Step, RecordedBatch | undefined] => {
    switch (step.kind) {
      case 'body':
        return [step, world.scrape(text(step), { loopId })];
      case 'fail':
        return [step, world.outcome({ kind: 'failed', reason: 'timeout', error: 'x' }, loopId)];
      case 'forced':
        return [step, world.outcome({ kind: 'forced', error: 'x' }, loopId)];
      case 'restart':
        if (retired !== undefined) world.port.release(retired.loopId);
        retired = { loopId, markAt: world.clock.wall() };
        loopId = `loop~${index}`;
        world.startLoop(loopId);
        return [step, undefined];
      case 'mark':
        if (retired === undefined) return [step, undefined];
        return [step, world.mark(retired.markAt, retired.loopId)];
    }
  });
  return { world, batches };
}

test('S-180 W-093 I5 sample times of each series strictly increase, over failures, generations and spellings', () => {
  fc.assert(
    fc.property(STEPS, CONFIG, (steps, config) => {
      const newest = new Map<string, number>();
      for (const [, batch] of live(steps, config).batches) {
        for (const { series, atMs } of batch?.samples ?? []) {
          assert.ok(atMs > (newest.get(series) ?? -Infinity), `${series} at ${atMs}`);
          newest.set(series, atMs);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('S-136 S-138 S-132 a series is marked exactly once after it vanished, and never while it is exposed', () => {
  fc.assert(
    fc.property(STEPS, fc.constantFrom(0, 3), (given, sampleLimit) => {
      // What a second spelling does to the number of attempts is a matter of the cache: left out where there is a limit.
      const steps = given.filter(isScrape).map((step) => (sampleLimit === 0 ? step : inOneSpelling(step)));
      const { batches } = live(steps, { sampleLimit, honorTimestamps: false });
      let tracked = new Set<string>();
      for (const [step, batch] of batches) {
        const { exposed, stored } = expected(step, sampleLimit);
        const samples = batch?.samples.filter(({ isReport }) => !isReport) ?? [];
        const marked = samples.filter(({ value }) => value === 'stale').map(({ series }) => series);
        assert.deepEqual(new Set(marked), new Set([...tracked].filter((series) => !exposed.has(series))));
        assert.equal(new Set(marked).size, marked.length, 'one marker each');
        assert.deepEqual(new Set(samples.filter(isLive).map(({ series }) => series)), stored);
        tracked = exposed;
      }
    }),
    { numRuns: 300 },
  );
});

/** What a step exposes as far as it is read and within the limit, and what of that is stored. */
function expected(step: Step, sampleLimit: number): { readonly exposed: Set<string>; readonly stored: Set<string> } {
  if (step.kind !== 'body') return { exposed: new Set(), stored: new Set() };
  const exposed = new Set<string>();
  let attempts = 0;
  for (const { name } of step.lines) {
    const series = `${name}{x="1", y="2"}`;
    if (name === 'gone' || exposed.has(series)) continue;
    attempts++;
    if (sampleLimit === 0 || attempts <= sampleLimit) exposed.add(series);
  }
  const isFailed = step.isBroken || (sampleLimit > 0 && attempts > sampleLimit);
  return { exposed, stored: isFailed ? new Set() : exposed };
}

function inOneSpelling(step: Step): Step {
  return step.kind === 'body' ? { ...step, lines: step.lines.map((line) => ({ ...line, isReversed: false })) } : step;
}

/** Steps of one and the same loop. */
function isScrape({ kind }: Step): boolean {
  return kind !== 'restart' && kind !== 'mark';
}

function isLive({ value }: RecordedSample): boolean {
  return value !== 'stale';
}

test('S-112 S-122 S-123 S-150 total is what was exposed, added what relabelling left, and both cover what was stored', () => {
  fc.assert(
    fc.property(STEPS, CONFIG, (steps, config) => {
      for (const [step, batch] of live(steps.filter(isScrape), config).batches) {
        assert.ok(batch !== undefined);
        const lines = step.kind === 'body' ? step.lines : [];
        const left = lines.filter(({ name }) => name !== 'gone');
        const [up, total, added, seriesAdded] = counts(batch);
        assert.deepEqual([total, added], [lines.length, left.length]);
        assert.ok(Number(seriesAdded) <= left.length);
        const stored = scraped(batch).filter((line) => !line.includes('stale')).length;
        assert.ok(stored <= left.length && (up === 1 || stored === 0));
      }
    }),
    { numRuns: 300 },
  );
});

test('S-143 every series is given up with its loop, whatever it went through', () => {
  fc.assert(
    fc.property(STEPS, CONFIG, (steps, config) => {
      const { world } = live(steps, config);
      assert.equal(world.releaseAll(), 0);
      assert.deepEqual([world.faults, world.errors, world.tables.bodies.size], [[], [], 0]);
      for (const [key, value] of world.counted) if (key.includes('metadata_cache')) assert.equal(value, 0);
    }),
    { numRuns: 300 },
  );
});
