/** A body that was fetched and waits for its append. */
export interface FetchedBody {
  /** Decompressed. */
  readonly bytes: Uint8Array;
  /** The `Content-Type` header as received, `''` where there was none. */
  readonly contentType: string;
  /**
   * Ends the counting of the bytes among the bodies in flight; whoever takes the body out of its table calls it when done,
   * and reads the bytes no more.
   */
  readonly release?: () => void;
}
