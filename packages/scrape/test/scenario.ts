import fc from 'fast-check';
import { violationsAfterQuiet, violationsAfterStop, violationsAtRest, violationsOfTrace } from './invariants.ts';
import { fairWeather, World } from './simulated-world.ts';
import type { SimulatedJob, SimulatedTarget, Weather, WorldOptions } from './simulated-world.ts';

/** One thing that somebody does to the machines. */
export type Command =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'configure'; readonly jobs: Readonly<Record<string, SimulatedJob>> }
  | { readonly do: 'discover'; readonly targets: Readonly<Record<string, readonly SimulatedTarget[]>> }
  | { readonly do: 'trigger' };

export interface Scenario {
  readonly weather: Weather;
  readonly commands: readonly Command[];
  readonly reloadOnStartup: boolean;
}

const target: fc.Arbitrary<SimulatedTarget> = fc.record({
  name: fc.constantFrom('web-1', 'web-2', 'web-3', 'web-4'),
  intervalMs: fc.constantFrom(2_000, 15_000),
  timeoutMs: fc.constantFrom(1_000, 2_000),
});
const targets = fc.uniqueArray(target, { maxLength: 4, selector: ({ name }) => name });
const job: fc.Arbitrary<SimulatedJob> = fc.record({
  targets: fc.constant([]),
  cacheKey: fc.constantFrom(1, 2),
  targetLimit: fc.constantFrom(0, 0, 2),
  clientFails: fc.constantFrom(false, false, false, true),
});

/** Short waits for races, long ones for timers. */
const wait = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 6_000 }), fc.integer({ min: 6_000, max: 60_000 }));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: wait.map((ms): Command => ({ do: 'wait', ms })) },
  {
    weight: 2,
    arbitrary: fc
      .dictionary(fc.constantFrom('a', 'b'), job, { maxKeys: 2 })
      .map((jobs): Command => ({ do: 'configure', jobs: { ...jobs } })),
  },
  {
    weight: 3,
    arbitrary: fc
      .dictionary(fc.constantFrom('a', 'b'), targets, { minKeys: 1, maxKeys: 2 })
      .map((targets): Command => ({ do: 'discover', targets: { ...targets } })),
  },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'trigger' }) },
);

const rarely = fc.constantFrom(0, 0, 0.05, 0.3);
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  reloadOnStartup: fc.boolean(),
  commands: fc.array(command, { minLength: 3, maxLength: 14 }),
  weather: fc.record({
    seed: fc.nat(),
    cap: fc.integer({ min: 1, max: 4 }),
    latencyMsMax: fc.constantFrom(10, 500, 3_000),
    failure: rarely,
    hang: rarely,
    appendLost: rarely,
    appendMsMax: fc.constantFrom(0, 0, 500, 20_000),
    markLost: rarely,
    effectLost: rarely,
    planFailure: rarely,
    crash: fc.constantFrom(0, 0, 0.02, 0.1),
  }),
});

/** Enough for a lost opening or plan, the longest repair, a reload, and two of the longest intervals. */
const RECOVERY_MS = 500_000;
const QUIET_MS = 32_000;
const STOP_MS = 200_000;

export interface Outcome {
  readonly world: World;
  readonly violations: readonly string[];
}

/**
 * Plays a scenario: the commands in its weather, then fair weather and a last configuration until everything has
 * recovered, then a stop. Checks what has to hold all along, after the quiet, and after the stop.
 */
export async function play({ weather, commands, reloadOnStartup }: Scenario, options: WorldOptions = {}): Promise<Outcome> {
  const world = new World({ ...options, weather, reloadOnStartup });
  const violations: string[] = [];
  for (const command of commands) {
    if (command.do === 'wait') await world.advance(command.ms);
    if (command.do === 'configure') world.configure(command.jobs);
    if (command.do === 'discover') world.discover(command.targets);
    if (command.do === 'trigger') world.send({ type: 'triggerReload' });
    violations.push(...violationsAtRest(world));
  }
  world.weather = { ...fairWeather, seed: weather.seed, cap: weather.cap };
  const wanted = {
    a: [
      { name: 'web-1', intervalMs: 15_000, timeoutMs: 1_000 },
      { name: 'web-9', intervalMs: 14_000, timeoutMs: 1_000 },
    ],
  };
  world.configure({ a: { targets: [], cacheKey: 1, targetLimit: 0 } });
  world.discover(wanted);
  await world.advance(RECOVERY_MS);
  violations.push(...violationsAtRest(world), ...violationsAfterQuiet(world, wanted, QUIET_MS));
  world.send({ type: 'stop' });
  await world.advance(STOP_MS);
  violations.push(...violationsOfTrace(world), ...violationsAfterStop(world));
  return { world, violations };
}
