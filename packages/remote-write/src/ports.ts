import type { ShardEvent } from './shard/shard-events.ts';
import type { RemoteEvent } from './remote/remote-events.ts';

/** Names a shard: a receiver and the shard's number. */
export interface ShardKey {
  readonly remote: string;
  readonly shard: number;
}

/**
 * Everything that the machines of remote write need from outside. Samples, label bytes, requests and clients are behind
 * these ports, by receiver and shard. Ports never throw, and they answer through `Driver.accept`, never while the call
 * that started them is still running. After `cancelSend`, `timeOutSend` and `release` nothing is answered any more.
 */
export interface RemoteWritePorts {
  /** The receiver's machine lives: answers go to `tell`. */
  attachRemote(remote: string, tell: (event: RemoteEvent) => void): void;
  /** Finds the place to read from, once the queues that this one replaces have ended. Answers `opened`. */
  openQueue(remote: string): void;
  /** Makes the rings of so many shards and feeds them, what earlier shards left behind first. */
  startShards(remote: string, count: number): void;
  /** Nothing enters the shards from here on; batches wait in the log. */
  pauseFeed(remote: string): void;
  /** Refuses new batches. Answers `logDrained` when all that was taken is in the shards. */
  drainLog(remote: string): void;
  /** Works out how many shards are wanted. Answers `evaluated`. */
  evaluate(remote: string, shards: number): void;
  /** The receiver's machine ends: requests are cut off, connections closed, what is left counts as failed. Idempotent. */
  release(remote: string): void;

  /** A shard's machine lives: `batchFull` and the answers of `startSend` go to `tell`. */
  attachShard(key: ShardKey, tell: (event: ShardEvent) => void): void;
  /** Whether as many items wait as go into one request. */
  hasFullBatch(key: ShardKey): boolean;
  /** Whether any item waits. */
  hasItems(key: ShardKey): boolean;
  /** Sends the oldest items, or the same ones again. Answers `accepted`, `rejected` or `retryable`. */
  startSend(key: ShardKey): void;
  /** The request took too long: it is cut off and will be made again. */
  timeOutSend(key: ShardKey): void;
  /** Cuts off the request, if there is one. */
  cancelSend(key: ShardKey): void;
  /** The shard sleeps before it sends again; resharding has to wait for twice as long (W-078). */
  noteBackoff(key: ShardKey, sleepMs: number): void;
  /** Whether what the shard has not sent when it ends is sent by another run: nobody has to wait for a receiver then. */
  keepsUnsent(key: ShardKey): boolean;
  /** The shard's machine has ended, in whatever way. Its items stay for the shards that follow. Idempotent. */
  detachShard(key: ShardKey): void;
  /** A shard's machine broke, which is a fault of ours: it is logged and counted. */
  shardCrashed(key: ShardKey): void;
}
