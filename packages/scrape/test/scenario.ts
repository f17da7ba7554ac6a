import fc from 'fast-check';
import { violationsAfterQuiet, violationsAfterStop, violationsAtRest, violationsOfTrace } from './invariants.ts';
import { fairWeather, World } from './simulated-world.ts';
import type { SimulatedJob, SimulatedTarget, Weather, WorldOptions } from './simulated-world.ts';

/** One thing that somebody does to the machines. */
export type Command =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'configure'; readonly jobs: Readonly<Record<string, SimulatedJob>> }
  | { readonly do: 'discover'; readonly targets: Readonly<Record<string, readonly SimulatedTarget[]>> }
  | { readonly do: 'trigger' }
  /** Somebody asks for a scrape of every target at once. */
  | { readonly do: 'ask'; readonly purpose: 'view' | 'commit' };

export interface Scenario {
  readonly weather: Weather;
  readonly commands: readonly Command[];
  readonly reloadOnStartup: boolean;
  /** The stop comes right behind the last command. */
  readonly isAbrupt: boolean;
}

const target: fc.Arbitrary<SimulatedTarget> = fc.record({
  name: fc.constantFrom('web-1', 'web-2', 'web-3', 'web-4'),
  intervalMs: fc.constantFrom(2_000, 3_000, 15_000),
  timeoutMs: fc.constantFrom(1_000, 2_000),
});
const targets = fc.uniqueArray(target, { maxLength: 4, selector: ({ name }) => name });
const job: fc.Arbitrary<SimulatedJob> = fc.record({
  targets: fc.constant([]),
  cacheKey: fc.constantFrom(1, 1, 2),
  targetLimit: fc.constantFrom(0, 0, 2),
  clientFails: fc.constantFrom(false, false, false, false, true),
});

/** Both jobs most of the time, so that there is something to change. */
function forJobs<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Readonly<Record<string, Value>>> {
  const both = fc.record({ a: value, b: value });
  return fc.oneof(
    { weight: 4, arbitrary: both },
    { weight: 1, arbitrary: value.map((a) => ({ a })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
}

/** Short waits for races, long ones for timers. */
const wait = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 100 }) },
  { weight: 3, arbitrary: fc.integer({ min: 100, max: 3_000 }) },
  { weight: 3, arbitrary: fc.constant(5_000) },
  { weight: 1, arbitrary: fc.integer({ min: 6_000, max: 60_000 }) },
);
const configure = forJobs(job).map((jobs): Command => ({ do: 'configure', jobs }));
const discover = forJobs(targets).map((targets): Command => ({ do: 'discover', targets }));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: wait.map((ms): Command => ({ do: 'wait', ms })) },
  { weight: 3, arbitrary: configure },
  { weight: 3, arbitrary: discover },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'trigger' }) },
  { weight: 1, arbitrary: fc.constantFrom('view' as const, 'commit' as const).map((purpose): Command => ({ do: 'ask', purpose })) },
);
const commands = fc
  .tuple(configure, discover, fc.array(command, { minLength: 3, maxLength: 20 }))
  .map(([first, second, rest]): readonly Command[] => [first, second, { do: 'wait', ms: 5_500 }, ...rest]);

const rarely = fc.constantFrom(0, 0, 0.1, 0.4);
export const scenario: fc.Arbitrary<Scenario> = fc.record({
  reloadOnStartup: fc.boolean(),
  isAbrupt: fc.boolean(),
  commands: fc.oneof(fc.array(command, { minLength: 3, maxLength: 14 }), commands, commands),
  weather: fc.record({
    seed: fc.nat(),
    cap: fc.integer({ min: 1, max: 4 }),
    isGrantedAtOnce: fc.boolean(),
    isAppendedAtOnce: fc.boolean(),
    latencyMsMax: fc.constantFrom(10, 500, 2_500),
    failure: rarely,
    hang: rarely,
    appendLost: rarely,
    appendMsMax: fc.constantFrom(0, 0, 1_000, 20_000),
    markLost: rarely,
    effectLost: rarely,
    planFailure: rarely,
    crash: fc.constantFrom(0, 0, 0.05, 0.3),
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
export async function play({ weather, commands, reloadOnStartup, isAbrupt }: Scenario, options: WorldOptions = {}): Promise<Outcome> {
  const world = new World({ ...options, weather, reloadOnStartup });
  const violations: string[] = [];
  for (const command of commands) {
    if (command.do === 'wait') await world.advance(command.ms);
    if (command.do === 'configure') world.configure(command.jobs);
    if (command.do === 'discover') world.discover(command.targets);
    if (command.do === 'ask') world.askAll(command.purpose);
    if (command.do === 'trigger') world.send({ type: 'triggerReload' });
    violations.push(...violationsAtRest(world));
  }
  if (!isAbrupt) violations.push(...(await recover(world)));
  world.send({ type: 'stop' });
  await world.advance(STOP_MS);
  violations.push(...violationsOfTrace(world), ...violationsAfterStop(world));
  return { world, violations };
}

/** Fair weather and a last configuration: everything has to come right by itself. */
async function recover(world: World): Promise<readonly string[]> {
  const { seed, cap, isGrantedAtOnce, isAppendedAtOnce } = world.weather;
  world.weather = { ...fairWeather, seed, cap, isGrantedAtOnce, isAppendedAtOnce };
  const wanted = {
    a: [
      { name: 'web-1', intervalMs: 15_000, timeoutMs: 1_000 },
      { name: 'web-9', intervalMs: 14_000, timeoutMs: 1_000 },
    ],
  };
  world.configure({ a: { targets: [], cacheKey: 1, targetLimit: 0 } });
  world.discover(wanted);
  await world.advance(RECOVERY_MS);
  return [...violationsAtRest(world), ...violationsAfterQuiet(world, wanted, QUIET_MS)];
}
