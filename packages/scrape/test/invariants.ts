import { loopsOf } from '../src/loops/loops.logic.ts';
import type { LoopsSnapshot } from '../src/loops/loops.logic.ts';
import type { Happening, SimulatedTarget, World } from './simulated-world.ts';
import { wantedLoops } from './simulated-world.ts';
import { tickViolations } from './tick-violations.ts';

/** What the machines of a world have done wrong, as `<invariant>: <what>`; nothing where all is well. */
export function violationsOfTrace(world: World): readonly string[] {
  const { happenings } = world;
  return [
    ...inFlight(happenings, world.weather.cap),
    ...marking(happenings),
    ...generations(happenings),
    ...sampleTimes(happenings),
    ...timeouts(happenings),
    ...reloadTicks(world.steps),
    ...applied(world),
    ...tickViolations(happenings),
    ...world.faults.map((fault) => `fault: ${String(fault)}`),
  ];
}

/** I1: one request per key. I2: no more than the cap. */
function inFlight(happenings: readonly Happening[], cap: number): string[] {
  const violations: string[] = [];
  const holders = new Map<string, string>();
  for (const happening of happenings) {
    if (happening.what === 'slot') {
      const { loopId, key } = happening;
      if ([...holders.values()].includes(key)) violations.push(`I1: two requests for ${key}`);
      holders.set(loopId, key);
      if (holders.size > cap) violations.push(`I2: ${holders.size} requests in flight`);
    } else if (happening.what === 'answered' || happening.what === 'cancelled') holders.delete(happening.loopId);
  }
  return violations;
}

/** I3: markers once, and nothing appended after them. I11: only after a scrape and a release. */
function marking(happenings: readonly Happening[]): string[] {
  const violations: string[] = [];
  const marked = new Set<string>();
  const released = new Set<string>();
  const scraped = new Set<string>();
  for (const happening of happenings) {
    if (!('loopId' in happening)) continue;
    const { what, loopId } = happening;
    if (what === 'released') released.add(loopId);
    if (what === 'appended') {
      if (happening.input.purpose !== 'view') scraped.add(loopId);
      if (marked.has(loopId)) violations.push(`I3: ${loopId} appended after its markers`);
      if (released.has(loopId)) violations.push(`I4: ${loopId} appended after it had released its target`);
    }
    if (what !== 'marking') continue;
    if (marked.has(loopId)) violations.push(`I3: ${loopId} marked twice`);
    if (!scraped.has(loopId) || !released.has(loopId)) violations.push(`I11: ${loopId} marked without owing it`);
    marked.add(loopId);
  }
  return violations;
}

/** I4: a generation requests only after every other one of its key has released. */
function generations(happenings: readonly Happening[]): string[] {
  const violations: string[] = [];
  const holding = new Map<string, Set<string>>();
  for (const happening of happenings) {
    if (happening.what === 'released' || happening.what === 'ended') for (const loops of holding.values()) loops.delete(happening.loopId);
    if (happening.what !== 'slot' && happening.what !== 'appended') continue;
    const { key, loopId } = happening;
    const loops = holding.get(key) ?? new Set();
    holding.set(key, loops.add(loopId));
    if (loops.size > 1) violations.push(`I4: ${[...loops].join(' and ')} scrape the same target`);
  }
  return violations;
}

/** I5: the times of a key's samples strictly increase. */
function sampleTimes(happenings: readonly Happening[]): string[] {
  const last = new Map<string, number>();
  return happenings.flatMap((happening) => {
    if (happening.what !== 'appended') return [];
    const { key, input } = happening;
    const before = last.get(key) ?? -Infinity;
    last.set(key, input.scrapeAt);
    return input.scrapeAt > before ? [] : [`I5: ${key} at ${input.scrapeAt} after ${before}`];
  });
}

/** I7: a slot is held no longer than the timeout. */
function timeouts(happenings: readonly Happening[]): string[] {
  const since = new Map<string, number>();
  return happenings.flatMap((happening) => {
    if (happening.what === 'slot') since.set(happening.loopId, happening.mono);
    if (happening.what !== 'answered' && happening.what !== 'cancelled') return [];
    const heldMs = happening.mono - (since.get(happening.loopId) ?? happening.mono);
    since.delete(happening.loopId);
    return heldMs <= TIMEOUT_MS_MAX + 1 ? [] : [`I7: ${happening.loopId} held its slot for ${heldMs} ms`];
  });
}

/** The longest timeout that generated targets have. */
export const TIMEOUT_MS_MAX = 5_000;

/** I14: reloads are at least one tick apart. */
function reloadTicks(steps: readonly string[]): string[] {
  const reloads = new Set(
    steps.filter((step) => / scrape xstate\.after.* "reloading"$/.test(step)).map((step) => Number(step.split(' ')[0])),
  );
  const times = [...reloads];
  return times.flatMap((at, index) => {
    const before = times[index - 1];
    return before === undefined || at - before > 4_999.9 ? [] : [`I14: reloads ${at - before} ms apart`];
  });
}

/** S-020: a configuration counts as applied when its removed pools are gone and its changed ones have taken it on. */
function applied(world: World): string[] {
  return world.happenings.flatMap((happening) => {
    if (happening.what !== 'told') return [];
    const { event, pools, clients } = happening;
    const config = world.configs.get(event.rev);
    return pools.flatMap((job) => {
      if (config?.has(job) !== true) return [`I19: a pool of ${job} outlives its configuration`];
      const under = world.configs.get(clients.get(job) ?? -1)?.get(job);
      const isTaken = JSON.stringify(under) === JSON.stringify(config.get(job)) || !event.ok;
      return isTaken ? [] : [`S-020: ${job} was applied before its pool took it on`];
    });
  });
}

/** What must hold whenever the machines have come to rest. */
export function violationsAtRest(world: World): readonly string[] {
  const violations: string[] = [];
  for (const loopId of world.slotHolders) {
    const state = world.stateOf(loopId) ?? 'gone';
    if (!state.startsWith('fetching')) violations.push(`I6: ${loopId} holds a slot while ${state}`);
  }
  const manager = world.scrape?.getSnapshot();
  for (const job of Object.keys(manager?.context.pools ?? {})) {
    const pool = world.pool(job)?.getSnapshot();
    if (pool?.value !== 'running') continue;
    const table = new Set(Object.values(pool.context.loops).map(({ id }) => id));
    const live = new Set(world.liveLoops(job));
    for (const id of table) if (!live.has(id)) violations.push(`I20: ${id} is in the table but not alive`);
    for (const id of live) {
      const isRetiring = ['retiring', 'marking'].includes(world.stateOf(id) ?? '');
      if (!table.has(id) && !isRetiring) violations.push(`I20: ${id} is ${world.stateOf(id)} but not in the table`);
    }
    const supervisor = pool.children['loops'] as { getSnapshot(): LoopsSnapshot };
    const { context } = supervisor.getSnapshot();
    if (context.size !== loopsOf(supervisor.getSnapshot()).size) violations.push('I20: the size shown is wrong');
  }
  return violations;
}

/** I17: exactly the wanted targets are scraped. `wanted` comes from the test's own inputs, not from the machines. */
export function violationsAfterQuiet(
  world: World,
  wanted: Readonly<Record<string, readonly SimulatedTarget[]>>,
  quietMs: number,
): readonly string[] {
  const since = world.clock.mono() - quietMs;
  const scraped = new Set(
    world.happenings.flatMap((happening) => (happening.what === 'appended' && happening.mono >= since ? [happening.key] : [])),
  );
  const expected = new Set(
    Object.entries(wanted).flatMap(([job, targets]) => [...wantedLoops(targets).keys()].map((key) => `${job}/${key}`)),
  );
  return [
    ...[...expected].filter((key) => !scraped.has(key)).map((key) => `I17: ${key} is not scraped`),
    ...[...scraped].filter((key) => !expected.has(key)).map((key) => `I17: ${key} is still scraped`),
  ];
}

/** I8, I9: after a stop, all has ended and nothing is left. */
export function violationsAfterStop(world: World): readonly string[] {
  const violations: string[] = [];
  if (world.scrape?.getSnapshot().status !== 'done') violations.push('I8: the manager has not stopped');
  const left = { timers: world.clock.pendingCount, slots: world.slotsInUse, requests: world.requestsKnown, clients: world.clientsOpen };
  for (const [what, count] of Object.entries(left)) if (count > 0) violations.push(`I9: ${count} ${what} left`);
  if (world.loopsKnown.length > 0) violations.push(`I9: ${world.loopsKnown.join()} left`);
  return violations;
}
