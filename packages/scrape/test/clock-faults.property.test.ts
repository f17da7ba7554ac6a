import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { World } from './simulated-world.ts';
import type { Happening, SimulatedTarget } from './simulated-world.ts';
import { tickViolations } from './tick-violations.ts';

const HOUR_MS = 3_600_000;
const INTERVALS_MS = [1_000, 5_000, 15_000] as const;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** The window in which the world is calm, and every target must keep its interval. */
const CALM_MS = 60_000;

type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'step'; readonly ms: number }
  | { readonly do: 'suspend'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('step' as const), ms: fc.constantFrom(-HOUR_MS, HOUR_MS, -30_000, 30_000, 700, -700) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('suspend' as const), ms: fc.constantFrom(600_000, 45_000, 3_000, 200) }) },
);
const life = fc.record({
  targets: fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), intervalMs: fc.constantFrom(...INTERVALS_MS) }), {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: NAMES.length,
  }),
  cap: fc.constantFrom(1, 2, 1_000),
  latencyMsMax: fc.constantFrom(5, 900, 4_000),
  hang: fc.constantFrom(0, 0, 0.2),
  failure: fc.constantFrom(0, 0.3),
  seed: fc.nat(),
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
});

const scrapesOf = (happenings: readonly Happening[], loopId: string): number =>
  happenings.filter((happening) => happening.what === 'appended' && happening.loopId === loopId).length;

test('S-101 S-102 S-190 clocks that are stepped and machines that sleep leave every tick with one outcome, no flood and no stall', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(life, async ({ targets, steps, ...weather }) => {
      const world = new World({ weather });
      const simulated: readonly SimulatedTarget[] = targets.map((target) => ({ ...target, timeoutMs: target.intervalMs * 0.8 }));
      world.configure({ job: { targets: simulated, cacheKey: 0, targetLimit: 0 } });
      await world.advance(0);
      world.discover({ job: simulated });
      await world.advance(30_000);
      for (const { do: what, ms } of steps) {
        const before = world.happenings.length;
        if (what === 'step') world.clock.stepWall(ms);
        if (what === 'suspend') world.clock.suspend(ms);
        await world.advance(what === 'pass' ? ms : 0);
        if (what === 'pass') continue;
        const begun = world.happenings.slice(before).filter((happening) => happening.what === 'slot').length;
        assert.ok(begun <= simulated.length, `a flood: ${begun} requests at once for ${simulated.length} targets`);
      }
      world.weather = { ...world.weather, hang: 0, failure: 0, latencyMsMax: 1, cap: 1_000 };
      await world.advance(20_000); // requests that hang end with their timeouts
      const from = world.happenings.length;
      await world.advance(CALM_MS);
      const calm = world.happenings.slice(from);
      const loops = world.liveLoops('job');
      assert.equal(loops.length, simulated.length);
      for (const loopId of loops) {
        const intervalMs = simulated.find(({ name }) => loopId.startsWith(`job/${name}#`))?.intervalMs ?? Number.NaN;
        const count = scrapesOf(calm, loopId);
        assert.ok(Math.abs(count - CALM_MS / intervalMs) <= 1, `${loopId} was scraped ${count} times in ${CALM_MS} ms`);
      }
      world.send({ type: 'stop' });
      await world.advance(60_000);
      assert.equal(world.loopsKnown.length, 0);
      assert.deepEqual(tickViolations(world.happenings, { hasClockFaults: true }), []);
      assert.deepEqual(world.faults, []);
      for (const happening of world.happenings) if (happening.what === 'ticks') seen.add(happening.kind.outcome);
    }),
    { numRuns: 150 },
  );
  for (const outcome of ['scraped', 'late', 'failed', 'skippedOverrun', 'skippedCapacity', 'skippedSuspended', 'clockJumped']) {
    assert.ok(seen.has(outcome), `no run led to ${outcome}`);
  }
});
