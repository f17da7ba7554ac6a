import type { ShardTiming } from '../shard/shard-events.ts';

/** What a receiver's machine accepts. */
export type RemoteEvent =
  /** The place to read from is found, and the queues that this one replaces have ended. */
  | { readonly type: 'opened' }
  /** How many shards are wanted. */
  | { readonly type: 'evaluated'; readonly shards: number }
  /** All that was taken is in the shards. */
  | { readonly type: 'logDrained' }
  /** Deliver what was taken, then end. */
  | { readonly type: 'stop' }
  /** End now. */
  | { readonly type: 'abort' };

export interface RemoteInput {
  /** Names the receiver behind the ports; unique among the queues of a process. */
  readonly remote: string;
  readonly minShards: number;
  readonly flushDeadlineMs: number;
  readonly timing: ShardTiming;
}

export interface RemoteContext extends RemoteInput {
  /** Shards that run, or ran before resharding. */
  readonly shards: number;
  /** Shards to run next. */
  readonly nextShards: number;
  /** Ids of the shards that have not ended. */
  readonly liveShards: readonly string[];
  /** A stop came before the queue was open. */
  readonly stopAsked: boolean;
}
