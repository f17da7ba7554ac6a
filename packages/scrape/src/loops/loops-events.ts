import type { LoopEvent, LoopInput } from '../loop/loop-events.ts';
import type { LoopReleased } from '../loop/loop.machine.ts';

/** What a pool asks of its loops supervisor, and what the loops tell it. */
export type LoopsEvent =
  /** Starts, tells and stops; `drained {token}` follows when every loop named in `stop` has released its target. */
  | {
      readonly type: 'apply';
      readonly token: number;
      readonly start: readonly LoopInput[];
      readonly tell: readonly { readonly id: string; readonly event: LoopEvent }[];
      readonly stop: readonly LoopStop[];
    }
  /** Tells every loop. */
  | { readonly type: 'broadcast'; readonly event: LoopEvent }
  /** Forgets queued replacements and stops every loop; `drained {token}` follows when all have exited. */
  | { readonly type: 'stopAll'; readonly token: number; readonly event: LoopEvent }
  /** Hard stop of the loops that the token still waits for; counts as their release. */
  | { readonly type: 'killOverdue'; readonly token: number }
  /** Hard stop of every loop, then `drained {token}`. */
  | { readonly type: 'killAll'; readonly token: number }
  | LoopReleased;

/** A loop to stop, and the loop that takes over its target when it has released it. */
export interface LoopStop {
  readonly id: string;
  readonly event: LoopEvent;
  readonly next?: LoopInput;
}

/** What the supervisor tells its pool: a constant number of events per reconcile, whatever the number of loops. */
export type LoopsReply =
  /** `overdueCount` loops had to be killed for it. Exactly one per token. */
  | { readonly type: 'drained'; readonly token: number; readonly overdueCount: number }
  /** A loop failed through a fault of ours; the others go on. */
  | { readonly type: 'loopCrashed'; readonly id: string; readonly error: string };
