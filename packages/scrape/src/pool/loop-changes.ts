import type { LoopSpec } from '../loop/loop-events.ts';
import type { LoopStart, RunningLoop } from './plan.ts';

/** A target that should be scraped, as far as its loop needs to know it. */
export interface WantedLoop {
  readonly spec: LoopSpec;
  /** `<instance>#<6 hex digits>`, for the loop's id. */
  readonly targetId: string;
}

export interface LoopChangesInput {
  readonly job: string;
  readonly running: readonly RunningLoop[];
  /** By target key. Each spec names the configuration revision in force. */
  readonly wanted: ReadonlyMap<string, WantedLoop>;
  /**
   * What a target is apart from its interval and timeout labels, by key; asked only for targets that are new or gone.
   * `undefined` where the target is not known any more.
   */
  readonly identity: (key: string) => string | undefined;
  /** Whether a loop that runs under this revision may keep its series cache (S-024). */
  readonly isCacheReusable: (cfgRev: number) => boolean;
  /** Number of the last generation given out in the pool. */
  readonly generation: number;
}

/** Which loops have to change so that they match the targets. Loops named nowhere are kept. */
export interface LoopChanges {
  readonly start: readonly LoopStart[];
  readonly retire: readonly string[];
  readonly retarget: readonly RunningLoop[];
  readonly replace: readonly { readonly id: string; readonly next: LoopStart }[];
  readonly keptCount: number;
  readonly generation: number;
}

/**
 * Compares the loops that run with the targets that are wanted:
 *
 *   | the target is …                                          | its loop …                              |
 *   | new                                                      | starts, under a new generation (S-043)  |
 *   | present, its loop runs under the revision in force       | is kept                                 |
 *   | present, under another revision with a reusable cache    | is retargeted (S-024)                   |
 *   | present, under another revision otherwise                | is replaced (S-024)                     |
 *   | gone, one new target differs in interval or timeout only | is retargeted to that one               |
 *   | gone otherwise                                           | retires: end-of-run markers (S-141)     |
 *
 * One table serves new targets and new configurations, so a change that was missed is made up by the next one.
 */
export function loopChanges(input: LoopChangesInput): LoopChanges {
  const { running, wanted } = input;
  const runningKeys = new Set(running.map(({ spec }) => spec.key));
  const fresh = new Map([...wanted].filter(([key]) => !runningKeys.has(key)));
  const gone = running.filter(({ spec }) => !wanted.has(spec.key));
  const moved = movedTargets(gone, fresh, input);

  const newId = idGiver(input);
  const retarget: RunningLoop[] = [];
  const replace: { id: string; next: LoopStart }[] = [];
  let keptCount = 0;
  for (const { id, spec } of running) {
    const want = wanted.get(spec.key);
    if (want === undefined) continue;
    if (want.spec.cfgRev === spec.cfgRev) keptCount++;
    else if (input.isCacheReusable(spec.cfgRev)) retarget.push({ id, spec: want.spec });
    else replace.push({ id, next: { id: newId(want), spec: want.spec } });
  }
  const retire: string[] = [];
  for (const { id, spec } of gone) {
    const successor = moved.get(spec.key);
    if (successor === undefined) retire.push(id);
    else retarget.push({ id, spec: successor.spec });
    if (successor !== undefined) fresh.delete(successor.spec.key);
  }
  const start = [...fresh.values()].map((want) => ({ id: newId(want), spec: want.spec }));
  const isAnyNew = start.length > 0 || replace.length > 0;
  return { start, retire, retarget, replace, keptCount, generation: input.generation + (isAnyNew ? 1 : 0) };
}

/** Targets that are gone, by key, for which exactly one new target differs in nothing but interval and timeout. */
function movedTargets(
  gone: readonly RunningLoop[],
  fresh: ReadonlyMap<string, WantedLoop>,
  { identity, isCacheReusable }: LoopChangesInput,
): ReadonlyMap<string, WantedLoop> {
  const moved = new Map<string, WantedLoop>();
  if (gone.length === 0 || fresh.size === 0) return moved;
  const goneByIdentity = uniqueBy(gone, ({ spec }) => identity(spec.key));
  const freshByIdentity = uniqueBy([...fresh.values()], ({ spec }) => identity(spec.key));
  for (const [name, { spec }] of goneByIdentity) {
    const successor = freshByIdentity.get(name);
    if (successor === undefined) continue;
    if (successor.spec.cfgRev === spec.cfgRev || isCacheReusable(spec.cfgRev)) moved.set(spec.key, successor);
  }
  return moved;
}

/** Items by name, those left out whose name is unknown or that share it with another one. */
function uniqueBy<Item>(items: readonly Item[], nameOf: (item: Item) => string | undefined): ReadonlyMap<string, Item> {
  const unique = new Map<string, Item>();
  const shared = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === undefined) continue;
    if (unique.has(name)) shared.add(name);
    unique.set(name, item);
  }
  for (const name of shared) unique.delete(name);
  return unique;
}

/**
 * Ids `<job>/<instance>#<6 hex of the key>~<generation>`. The job keeps apart two jobs that scrape the same target, the
 * generation a loop from those before it, and the whole key two targets of one instance whose keys begin alike.
 */
function idGiver({ job, generation }: LoopChangesInput): (want: WantedLoop) => string {
  const given = new Set<string>();
  return ({ spec, targetId }) => {
    const short = `${job}/${targetId}~${generation + 1}`;
    const id = given.has(short) ? `${job}/${targetId}${spec.key.slice(6)}~${generation + 1}` : short;
    given.add(id);
    return id;
  };
}
