/** What a shard accepts. One event a batch; samples never travel in them. */
export type ShardEvent =
  /** As many items wait as go into one request. */
  | { readonly type: 'batchFull' }
  /** Do not wait for a full batch this once: somebody waits for delivery. */
  | { readonly type: 'sendPartial' }
  /** Send everything, then end. */
  | { readonly type: 'flush' }
  /** End now. */
  | { readonly type: 'abort' }
  /** The batch is done with: taken by the receiver, or nothing was left of it. */
  | { readonly type: 'accepted' }
  /** The receiver will never take the batch: it is dropped and counted. */
  | { readonly type: 'rejected' }
  | { readonly type: 'retryable'; readonly error: string; readonly retryAfterMs: number | undefined };

/** Times of a queue that its shards go by, in milliseconds. */
export interface ShardTiming {
  readonly batchSendDeadlineMs: number;
  readonly remoteTimeoutMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export interface ShardInput {
  /** Names the receiver. */
  readonly remote: string;
  readonly shard: number;
  readonly timing: ShardTiming;
}

export interface ShardContext extends ShardInput {
  /** Attempts of the batch under way that have failed. */
  readonly failedAttempts: number;
  /** The sleep after the last of them; undefined where there was none. */
  readonly sleepMs: number | undefined;
  readonly lastError: string | undefined;
  /** Ends as soon as nothing is left to send. */
  readonly flushAsked: boolean;
}
