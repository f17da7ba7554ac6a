/**
 * Bytes that the bodies of one agent hold together, unless it is told otherwise: being received, being inflated and
 * waiting for their append. 48 MiB; see decision 0006.
 */
export const BODIES_BYTES_MAX: number = 48 * 1024 * 1024;

/** A body of at most this many bytes may use the room that large bodies must leave. 1 MiB. */
export const SMALL_BODY_BYTES_MAX: number = 1024 * 1024;

/** Bytes of an inflated body up to which inflating is done at once; longer ones take steps between other work. 1 MiB. */
export const INFLATE_AT_ONCE_BYTES_MAX: number = 1024 * 1024;

/** Bytes that one step of inflating makes at most. 64 KiB. */
export const INFLATE_STEP_BYTES: number = 64 * 1024;

/**
 * Pieces that a body may come in, however small they are. Beyond that they have to be of `PIECE_BYTES_MIN` bytes on
 * average: each one costs a microsecond, whatever it carries.
 */
export const SMALL_PIECES_MAX = 4096;
export const PIECE_BYTES_MIN = 16;

/** Bytes of the names and values of the headers of an answer, as in Node. 16 KiB. */
export const HEADERS_BYTES_MAX: number = 16 * 1024;

/** Answers of status 1xx before the real one, as in Go. */
export const INFORMATIONAL_ANSWERS_MAX = 5;

/** Bytes by which a compressed body may exceed its limit before it is refused unread: gzip adds headers of its own. */
export const GZIP_OVERHEAD_BYTES: number = 64 * 1024;

/** Bytes kept of the body of an answer that is not a success: enough for its message. 64 KiB. */
export const ERROR_BODY_BYTES_MAX: number = 64 * 1024;

/** Bytes read of the body of an answer that is not a success, so that its connection can be used again. 1 MiB. */
export const DRAIN_BYTES_MAX: number = 1024 * 1024;

/** Redirects followed for one request (C-067). */
export const REDIRECTS_MAX = 10;

/** Connections kept beside the one to the own origin, for redirects to other origins. */
export const REDIRECT_ORIGINS_MAX = 4;

/** Milliseconds that an idle connection is kept (C-068), and the most that a server can ask for. */
export const KEEP_ALIVE_MS = 300_000;
export const KEEP_ALIVE_MS_MAX = 600_000;

/** Milliseconds for a TLS handshake after the TCP connection stands (C-068). */
export const TLS_HANDSHAKE_MS = 10_000;

/** Milliseconds before its expiry at which an OAuth token is no longer used (C-069). */
export const TOKEN_MARGIN_MS = 10_000;

/** Bytes of an answer of an OAuth token endpoint. */
export const TOKEN_BODY_BYTES_MAX: number = 1024 * 1024;
