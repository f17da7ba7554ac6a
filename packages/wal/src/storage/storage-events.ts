/** What the machine of the log accepts. */
export type StorageEvent =
  | { readonly type: 'opened' }
  /** The folder cannot be used. */
  | { readonly type: 'openFailed'; readonly error: string }
  /** A round of writing has ended well, after one that had not. */
  | { readonly type: 'written' }
  /** A round of writing has failed, or takes too long. */
  | { readonly type: 'writeFailed'; readonly error: string }
  | { readonly type: 'truncated' }
  /** Write what waits, then end. */
  | { readonly type: 'close' }
  | { readonly type: 'closed' };

export interface StorageContext {
  /** What the system last said while the log cannot be written or opened. */
  readonly lastError: string | undefined;
}
