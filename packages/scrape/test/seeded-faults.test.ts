import assert from 'node:assert/strict';
import test from 'node:test';
import { violationsAfterQuiet, violationsAfterStop, violationsAtRest, violationsOfTrace } from './invariants.ts';
import { mutated, withChart } from './mutate.ts';
import { fairWeather, World } from './simulated-world.ts';
import type { SimulatedJob, SimulatedTarget, Weather, WorldOptions } from './simulated-world.ts';

const job: SimulatedJob = { targets: [], cacheKey: 1, targetLimit: 0 };
const slow = (name: string): SimulatedTarget => ({ name, intervalMs: 15_000, timeoutMs: 2_000 });
/** May hang for its whole interval. */
const tight = (name: string): SimulatedTarget => ({ name, intervalMs: 2_000, timeoutMs: 2_000 });
const names = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'];

/** What a story found wrong, all checks together. */
type Story = (options: WorldOptions) => Promise<readonly string[]>;

/** Targets come and go and jobs change in the middle of scrapes that take a second or hang. */
const changes =
  (weather: Partial<Weather>, target: (name: string) => SimulatedTarget = slow): Story =>
  async (options) => {
    const world = new World({ ...options, weather: { latencyMsMax: 1_000, cap: 2, ...weather } });
    const found: string[] = [];
    world.configure({ a: job });
    for (let round = 0; round < 12; round++) {
      const wanted = names.filter((_, index) => (round + index) % 3 !== 0);
      world.discover({ a: wanted.map(target) });
      await world.advance(11_000 + 997 * round);
      found.push(...violationsAtRest(world));
      if (round % 3 === 2) world.configure({ a: { ...job, cacheKey: 1 + round } });
      await world.advance(3_100 * (round % 4));
      found.push(...violationsAtRest(world));
    }
    world.weather = { ...fairWeather, seed: 7, hang: weather.hang ?? 0, appendLost: weather.appendLost ?? 0, cap: 2 };
    const last = { a: names.map(target) };
    world.discover(last);
    await world.advance(400_000);
    found.push(...violationsAtRest(world), ...violationsAfterQuiet(world, last, 34_000));
    world.send({ type: 'stop' });
    await world.advance(200_000);
    return [...found, ...violationsOfTrace(world), ...violationsAfterStop(world)];
  };

/** Six targets under a limit of three: none may be requested once the pool has noticed. */
const overLimit: Story = async (options) => {
  const world = new World(options);
  world.configure({ a: job });
  world.discover({ a: names.map(slow) });
  await world.advance(40_000);
  world.configure({ a: { ...job, targetLimit: 3 } });
  await world.advance(100);
  const forcedAt = world.clock.mono();
  await world.advance(40_000);
  const since = world.happenings.filter(({ mono }) => mono > forcedAt);
  const appends = since.flatMap((happening) => (happening.what === 'appended' ? [happening.input.outcome.kind] : []));
  const requested = since.some(({ what }) => what === 'slot') || appends.some((kind) => kind !== 'forced') || appends.length === 0;
  return requested ? ['I12: a request in spite of the limit'] : [];
};

/** A sync has to be over within the timeout of the scrapes that it ends, and some. */
const promptSync: Story = async (options) => {
  const world = new World({ ...options, weather: { latencyMsMax: 500 } });
  world.configure({ a: job });
  world.discover({ a: names.map(slow) });
  await world.advance(40_000);
  world.discover({ a: [] });
  await world.advance(5_000); // the tick
  await world.advance(2_000 + 5_000);
  const value = world.pool('a')?.getSnapshot().value;
  return value === 'running' ? [] : [`I8: the sync is not over, the pool is ${JSON.stringify(value)}`];
};

/** Loops that never end a scrape: the pool's own deadline has to end it. */
const stopHanging =
  (allowedMs: number): Story =>
  async (options) => {
    const world = new World({ ...options, weather: { hang: 1 } });
    world.configure({ a: job });
    world.discover({ a: names.map(slow) });
    await world.advance(30_000);
    world.send({ type: 'stop' });
    await world.advance(allowedMs);
    return violationsAfterStop(world);
  };

/** The configuration changes twice within seconds while loops take long to end. */
const twoReloads: Story = async (options) => {
  const world = new World({ ...options, weather: { latencyMsMax: 1_900 } });
  world.configure({ a: job, b: job });
  world.discover({ a: names.map(slow), b: names.map(slow) });
  await world.advance(30_000);
  world.configure({ a: { ...job, cacheKey: 2 } });
  await world.advance(50);
  world.configure({ a: { ...job, cacheKey: 3 }, b: job });
  world.discover({ a: names.map(slow), b: names.map(slow) });
  await world.advance(60_000);
  return violationsOfTrace(world);
};

/** Discovery has news several times a second. */
const busyDiscovery: Story = async (options) => {
  const world = new World(options);
  world.configure({ a: job });
  for (let round = 0; round < 60; round++) {
    world.discover({ a: names.slice(round % 6).map(slow) });
    await world.advance(700);
  }
  return violationsOfTrace(world);
};

/** Loops crash for a while; discovery has nothing new to say afterwards. */
const crashes: Story = async (options) => {
  const world = new World({ ...options, weather: { crash: 0.1 } });
  const wanted = { a: names.map(slow) };
  world.configure({ a: job });
  world.discover(wanted);
  await world.advance(100_000);
  world.weather = fairWeather;
  await world.advance(400_000);
  const crashed = world.happenings.filter(({ what }) => what === 'crashed').length;
  return [...violationsAfterQuiet(world, wanted, 34_000), ...(crashed > 3 ? [] : ['the story has no crashes'])];
};

interface Fault {
  readonly name: string;
  readonly story: Story;
  readonly noticedAs: RegExp;
  readonly options: WorldOptions;
  /** The same story on a world that is sound but for what makes the fault visible. */
  readonly sound?: WorldOptions;
}

const withoutScrapeTimeout = (machine: Parameters<NonNullable<Parameters<typeof mutated>[0]['loop']>>[0]) =>
  withChart(machine, (root) => delete root.states['fetching']?.states['scraping']?.after);

const faults: readonly Fault[] = [
  {
    name: 'a replacement that starts before the old generation has released',
    story: changes({ hang: 0.4 }, tight),
    noticedAs: /^I[14]:/,
    options: {
      build: mutated({
        loops: (logic) => ({
          ...logic,
          transition: (snapshot, event, scope) => {
            if (event.type !== 'apply') return logic.transition(snapshot, event, scope);
            const next = event.stop.flatMap((stop) => (stop.next === undefined ? [] : [stop.next]));
            const stop = event.stop.map(({ id, event }) => ({ id, event }));
            return logic.transition(snapshot, { ...event, start: [...event.start, ...next], stop }, scope);
          },
        }),
      }),
    },
  },
  {
    name: 'a loop that retires in the middle of a scrape',
    story: changes({ latencyMsMax: 2_000 }),
    noticedAs: /^I(1|4|6|11):/,
    options: {
      build: mutated({
        loop: (machine) =>
          withChart(machine, (root) => {
            const scraping = root.states['fetching']?.states['scraping'];
            if (scraping !== undefined) scraping.on = { ...scraping.on, stop: { target: '#loop.ending', actions: 'setStop' } };
          }),
      }),
    },
  },
  {
    name: 'a slot that is not given up on a timeout',
    story: changes({ hang: 0.3 }),
    noticedAs: /^I[67]:/,
    options: { spoil: (ports) => ({ ...ports, cancelFetch() {} }) },
  },
  {
    name: 'a scrape without a timeout',
    story: changes({ hang: 0.3 }),
    noticedAs: /^I(7|8|17):/,
    options: { build: mutated({ loop: withoutScrapeTimeout }) },
  },
  {
    name: 'an append without a deadline',
    story: changes({ appendLost: 0.2 }),
    noticedAs: /^I17:/,
    options: { build: mutated({ loop: (machine) => withChart(machine, (root) => delete root.states['appending']?.after) }) },
  },
  {
    name: 'a retiring loop that does not say it has released',
    story: promptSync,
    noticedAs: /^I8: the sync/,
    options: { build: mutated({ loop: (machine) => machine.provide({ actions: { tellReleased() {} } }) }) },
  },
  {
    name: 'a pool without a stop deadline',
    story: stopHanging(60_000),
    noticedAs: /^I8:/,
    options: {
      build: mutated({
        loop: withoutScrapeTimeout,
        pool: (machine) => withChart(machine, (root) => delete root.states['stopping']?.after),
      }),
    },
    sound: { build: mutated({ loop: withoutScrapeTimeout }) },
  },
  {
    name: 'a manager without a stop deadline',
    story: stopHanging(700_000),
    noticedAs: /^I8:/,
    options: {
      build: mutated({
        loop: withoutScrapeTimeout,
        pool: (machine) => withChart(machine, (root) => delete root.states['stopping']?.after),
        manager: (machine) => withChart(machine, (root) => delete root.states['stopping']?.after),
      }),
    },
    sound: {
      build: mutated({
        loop: withoutScrapeTimeout,
        pool: (machine) => withChart(machine, (root) => delete root.states['stopping']?.after),
      }),
    },
  },
  {
    name: 'a manager that does not wait for its pools to take on a configuration',
    story: twoReloads,
    noticedAs: /^(S-020|I19):/,
    options: { build: mutated({ manager: (machine) => machine.provide({ guards: { allAnswered: () => true } }) }) },
  },
  {
    name: 'a forced error that is not told to the loops that run',
    story: overLimit,
    noticedAs: /^I12:/,
    options: { build: mutated({ pool: (machine) => machine.provide({ actions: { tellForced() {} } }) }) },
  },
  {
    name: 'a crashed loop that is not brought back',
    story: crashes,
    noticedAs: /^I17:/,
    options: { build: mutated({ pool: (machine) => machine.provide({ actions: { scheduleRepair() {} } }) }) },
  },
  {
    name: 'a pool that forgets a loop in its table',
    story: changes({ crash: 0.03 }),
    noticedAs: /^I20:/,
    options: { build: mutated({ pool: (machine) => machine.provide({ actions: { forgetLoop() {} } }) }) },
  },
  {
    name: 'targets that come while the pool is busy and are dropped',
    story: changes({ latencyMsMax: 2_000 }),
    noticedAs: /^I17:/,
    options: {
      build: mutated({
        pool: (machine) =>
          withChart(machine, (root) => {
            const { on } = root.states['running'] ?? {};
            if (on !== undefined) on['sync'] = {};
          }),
      }),
    },
  },
  {
    name: 'a reload tick that comes too soon',
    story: busyDiscovery,
    noticedAs: /^I14:/,
    options: { build: mutated({ manager: (machine) => machine.provide({ delays: { untilReloadTick: 1_000 } }) }) },
  },
  {
    name: 'a hard stop that does not free what the loop holds',
    story: stopHanging(60_000),
    noticedAs: /^I9:/,
    options: { build: mutated({ loop: withoutScrapeTimeout }), spoil: (ports) => ({ ...ports, release() {} }) },
    sound: { build: mutated({ loop: withoutScrapeTimeout }) },
  },
  {
    name: 'scrapes that the account of ticks does not hear of',
    story: changes({ latencyMsMax: 1_500 }),
    noticedAs: /^ticks: .* (began|suspended)/,
    options: { spoilLedgers: (ledgers) => Object.assign(ledgers, { taken() {} }) },
  },
  {
    name: 'a grid that is left without a word',
    story: changes({ latencyMsMax: 1_500 }),
    noticedAs: /^ticks:/,
    options: { build: mutated({ loop: (machine) => machine.provide({ actions: { tellGridLeft() {} } }) }) },
  },
];

for (const { name, story, noticedAs, options, sound = {} } of faults) {
  test(`the invariants notice ${name}`, async () => {
    assert.deepEqual(await story(sound), [], 'without the fault the story is clean');
    const found = await story(options);
    assert.ok(
      found.some((violation) => noticedAs.test(violation)),
      `expected ${String(noticedAs)}, found ${JSON.stringify(found.slice(0, 5))}`,
    );
  });
}
