/** A body that was fetched and waits for its append. */
export interface FetchedBody {
  /** Decompressed. */
  readonly bytes: Uint8Array;
  /** The `Content-Type` header as received, `''` where there was none. */
  readonly contentType: string;
}
