/** What the machine that sends metadata accepts. */
export type MetadataEvent =
  /** The request is done with: taken, or refused for good. */
  { readonly type: 'finished' } | { readonly type: 'retryable'; readonly retryAfterMs: number | undefined } | { readonly type: 'stop' };

/** Times in milliseconds. */
export interface MetadataInput {
  readonly sendIntervalMs: number;
  readonly remoteTimeoutMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly flushDeadlineMs: number;
}

export interface MetadataContext extends MetadataInput {
  readonly sleepMs: number | undefined;
}

/** What it needs. Ports never throw; `sendChunk` answers `finished` or `retryable` through `Driver.accept`. */
export interface MetadataPorts {
  attach(tell: (event: MetadataEvent) => void): void;
  /** Takes in what the targets say now. */
  collect(): void;
  /** Whether something collected has not been sent. */
  hasChunk(): boolean;
  /** Sends the next chunk, or the same one again. */
  sendChunk(): void;
  /** The request took too long. */
  timeOut(): void;
  /** Cuts off what is in flight. Idempotent. */
  release(): void;
}
