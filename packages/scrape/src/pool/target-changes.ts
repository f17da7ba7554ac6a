import type { Target } from '../target/target.ts';
import { offsetHash } from '../target/jitter.ts';
import { targetId } from '../target/target-hash.ts';
import { loopChanges } from './loop-changes.ts';
import type { LoopChanges, LoopChangesInput, WantedLoop } from './loop-changes.ts';

export interface TargetChangesInput extends Pick<LoopChangesInput, 'job' | 'running' | 'generation' | 'isCacheReusable'> {
  /** Revision of the configuration that the loops shall scrape under. */
  readonly cfgRev: number;
  /** Jitter seed of the pool. */
  readonly seed: bigint;
  /** The targets that the loops match now, by key. */
  readonly before: ReadonlyMap<string, Target>;
  /** Those that they shall match. */
  readonly targets: ReadonlyMap<string, Target>;
}

/** Labels that a target may change and keep its series cache: interval and timeout are labels, and part of its hash. */
const SCHEDULE_LABELS: ReadonlySet<string> = new Set(['__scrape_interval__', '__scrape_timeout__']);

/** Which loops have to change so that they match `targets` under `cfgRev`. Pure: what a pool does, and what a plan says. */
export function targetChanges({ cfgRev, seed, before, targets, ...input }: TargetChangesInput): LoopChanges {
  const wanted = new Map<string, WantedLoop>();
  for (const target of targets.values()) {
    const { key, intervalMs, timeoutMs } = target;
    const spec = { key, intervalMs, timeoutMs, cfgRev, offsetHash: offsetHash(key, seed) };
    wanted.set(key, { spec, targetId: targetId(target) });
  }
  return loopChanges({ ...input, wanted, identity: (key) => identityOf(targets.get(key) ?? before.get(key)) });
}

/** What a target is apart from its schedule: all other labels, and the URL. */
function identityOf(target: Target | undefined): string | undefined {
  if (target === undefined) return undefined;
  return JSON.stringify([target.url, target.labels.filter(([name]) => !SCHEDULE_LABELS.has(name))]);
}
