import type { LoopSpec } from '../loop/loop-events.ts';

/** What one reconcile cycle of a pool is for: new targets, or a new configuration on the same targets. */
export type PoolWork = 'sync' | 'reload';

/** What a reconcile cycle did, in loops; `dropped` in targets. */
export interface LoopChangeCounts {
  readonly added: number;
  readonly kept: number;
  readonly removed: number;
  readonly dropped: number;
}

/** The loop that a pool runs for a target. */
export interface RunningLoop {
  readonly id: string;
  readonly spec: LoopSpec;
}

export interface PlanInput {
  readonly job: string;
  readonly work: PoolWork;
  readonly cfgRev: number;
  /** Revision of the configuration that the running loops scrape under; equal to `cfgRev` in a `sync`. */
  readonly previousCfgRev: number;
  readonly targetsRev: number;
  readonly running: readonly RunningLoop[];
  /** Number of the last generation given out in this pool. */
  readonly generation: number;
}

/** A loop to start; its target is the one that the tables know by `spec.key`. */
export interface LoopStart {
  readonly id: string;
  readonly spec: LoopSpec;
}

/**
 * What has to change so that the loops match the targets: data, so that it can be printed, compared and replayed.
 * Loops named nowhere are kept.
 */
export type Plan =
  | {
      readonly ok: true;
      readonly start: readonly LoopStart[];
      /** The target has gone: end-of-run markers are owed. */
      readonly retire: readonly string[];
      /** The series cache stays valid: the loop goes on under a new spec. */
      readonly retarget: readonly { readonly id: string; readonly spec: LoopSpec }[];
      /** The series cache does not stay valid: `next` starts when `id` has released its target. */
      readonly replace: readonly { readonly id: string; readonly next: LoopStart }[];
      readonly keptCount: number;
      readonly droppedCount: number;
      /** Targets that could not be built (S-037). */
      readonly failedCount: number;
      /** Number of the last generation given out by this plan. */
      readonly generation: number;
      /** `target_limit exceeded …` for every loop of the pool, or null (S-044). */
      readonly forced: string | null;
    }
  | { readonly ok: false; readonly error: string };
