/**
 * An opened HTTP client block: TLS material loaded, authentication and proxy known. One per job, provider or remote.
 */
export interface HttpClient {
  /**
   * A connection of its own for one peer (one undici `Client`, kept alive for 300 s). Cheap until the first request.
   * `socketPath` connects through a unix socket, the URL unchanged.
   */
  connect(url: string, options?: { readonly socketPath?: string }): HttpConnection;
  /** Closes every connection; requests in flight fail with reason `closed`. Idempotent. */
  close(): void;
}

export interface HttpConnection {
  /**
   * Sends one request and reads the whole answer. Never rejects. Redirects are followed as configured (C-067), secret
   * files are read for every request (C-062), TLS files are watched by content (C-063). No time limit of its own: abort
   * through `signal`.
   */
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** Ends the connection; a request in flight fails with reason `closed`. Idempotent. */
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Absolute; its origin is that of the connection. */
  readonly url: string;
  /** Names in any case. Authentication, configured headers and `Host` are added by the client. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
  /** Inflate an answer whose `Content-Encoding` is exactly `gzip` (S-109). */
  readonly inflate: boolean;
  /**
   * The body of a success of this many bytes or more, counted after inflating, fails the request; 0 = no limit of the
   * caller's own, then that of the budget holds (S-110). Other answers never fail by size: 64 KiB of them are kept.
   */
  readonly bodyLimitBytes: number;
  /**
   * Whether the body goes on counting in the budget until `release` of the answer is called. Without it the body is the
   * caller's own affair as soon as the answer is there: right for those who read it at once.
   */
  readonly keepsBody?: boolean;
  /**
   * Takes the body of a success as it arrives, for answers that never end: `body` is then empty, nothing counts in the
   * budget, and neither `bodyLimitBytes` nor `inflate` applies.
   */
  readonly stream?: BodyStream;
}

/** Who takes a body piece by piece. Must not throw. */
export interface BodyStream {
  /** The head of a success is there. */
  begin(): void;
  /** The next bytes; they may be read until the call returns. */
  take(piece: Uint8Array): void;
}

export type HttpOutcome =
  | {
      readonly ok: true;
      readonly status: number;
      readonly statusText: string;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      /** Inflated where asked for. Owned by the caller. */
      readonly body: Uint8Array;
      /** Bytes of the body as they came over the wire. */
      readonly wireBytes: number;
      /**
       * Ends the counting of `body` in the budget; nobody may read it from then on. Present exactly where the request asked
       * for it. Idempotent.
       */
      readonly release?: () => void;
    }
  | { readonly ok: false; readonly reason: HttpFailureReason; readonly error: string };

/** Why no answer came, bounded. `error` carries the words of Go's client where operators search for them (S-171). */
export const HTTP_FAILURE_REASONS = [
  'aborted',
  'closed',
  'connectionRefused',
  'connectionReset',
  'hostNotFound',
  'tls',
  'redirect',
  'bodyLimit',
  'contentEncoding',
  'credentials',
  'unsupportedScheme',
  'protocol',
] as const;
export type HttpFailureReason = (typeof HTTP_FAILURE_REASONS)[number];
