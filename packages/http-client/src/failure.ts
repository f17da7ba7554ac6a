import { STATUS_CODES } from 'node:http';
import type { HttpFailureReason, HttpOutcome } from './http-client.ts';
import { HEADERS_BYTES_MAX } from './limits.ts';
import { redactedUrl } from './request-url.ts';

export type HttpFailure = Extract<HttpOutcome, { readonly ok: false }>;

/** Why something went wrong on the wire, before it is known which request it hit. */
export interface Fault {
  readonly reason: HttpFailureReason;
  /** In the words of Go's client, without the method and URL in front. */
  readonly text: string;
}

/** A failure whose words stand alone, as those of reading a body do. */
export function bareFailure({ reason, text }: Fault): HttpFailure {
  return { ok: false, reason, error: text };
}

/** A failure of sending: `Get "<url>": …`, the URL without its password (S-171). */
export function requestFailure(method: 'GET' | 'POST', url: string, { reason, text }: Fault): HttpFailure {
  return { ok: false, reason, error: `${method === 'GET' ? 'Get' : 'Post'} "${redactedUrl(url)}": ${text}` };
}

/** The caller's signal. */
export const ABORTED: Fault = { reason: 'aborted', text: 'context canceled' };
/** `close` of the connection or of its client. */
export const CLOSED: Fault = { reason: 'closed', text: 'the client was closed' };

/** A fault where an error has to be thrown or handed to undici. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.text);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

interface WireError {
  readonly code?: string;
  readonly message: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly syscall?: string;
  readonly reason?: string;
  readonly errors?: readonly WireError[];
  readonly cause?: unknown;
}

/** Translates an error of sockets, TLS or undici. Anything unknown is reason `protocol` in its own words. */
export function wireFault(thrown: unknown): Fault {
  if (thrown instanceof FaultError) return thrown.fault;
  const error = (thrown ?? { message: 'unknown error' }) as WireError;
  const inner = error.errors?.[0] ?? (error.code === 'UND_ERR_PRX_CONN' ? (error.cause as WireError | undefined) : undefined);
  if (inner !== undefined) return wireFault(inner);
  const code = error.code ?? '';
  return dialFault(code, error) ?? streamFault(code) ?? tlsFault(code, error) ?? proxyFault(error) ?? httpFault(code, error);
}

/** Words of the system for errors of connecting. */
const DIAL_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  EADDRNOTAVAIL: 'cannot assign requested address',
  ETIMEDOUT: 'connection timed out',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EMFILE: 'too many open files',
};

function dialFault(code: string, error: WireError): Fault | undefined {
  if (code === 'ENOTFOUND') return { reason: 'hostNotFound', text: `dial tcp: lookup ${error.hostname ?? ''}: no such host` };
  if (code === 'EAI_AGAIN') {
    return { reason: 'hostNotFound', text: `dial tcp: lookup ${error.hostname ?? ''}: temporary failure in name resolution` };
  }
  const words = DIAL_WORDS[code];
  if (words === undefined || (error.syscall !== undefined && error.syscall !== 'connect')) return undefined;
  return { reason: 'connectionRefused', text: `dial ${dialAddress(error)}: connect: ${words}` };
}

function dialAddress({ address, port }: WireError): string {
  if (port === undefined) return `unix ${address ?? ''}`;
  return `tcp ${address?.includes(':') === true ? `[${address}]` : (address ?? '')}:${port}`;
}

function streamFault(code: string): Fault | undefined {
  if (code === 'ECONNRESET') return { reason: 'connectionReset', text: 'read: connection reset by peer' };
  if (code === 'EPIPE') return { reason: 'connectionReset', text: 'write: broken pipe' };
  if (code === 'ETIMEDOUT') return { reason: 'connectionReset', text: 'read: connection timed out' };
  if (code === 'UND_ERR_SOCKET') return { reason: 'connectionReset', text: 'EOF' };
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return UNEXPECTED_EOF;
  return undefined;
}

/** The head of an answer contradicts itself: two lengths, or a length and chunks. */
export const CONTRADICTORY_HEAD: Fault = {
  reason: 'protocol',
  text: 'net/http: HTTP/1.x transport connection broken: malformed HTTP response (contradictory body length)',
};
/** The connection ended in the middle of a body. */
export const UNEXPECTED_EOF: Fault = { reason: 'connectionReset', text: 'unexpected EOF' };

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
]);
const OUT_OF_DATE: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
/** Not yet an error of certificates, but of OpenSSL: the peer does not speak TLS, or not with us. */
const SSL_CODE = /^(?:ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO|CERT_|HOSTNAME_MISMATCH|INVALID_PURPOSE|UNABLE_TO_)/;
/** The peer took longer than `TLS_HANDSHAKE_MS`. */
export const TLS_HANDSHAKE_TIMEOUT: Fault = { reason: 'tls', text: 'net/http: TLS handshake timeout' };

function tlsFault(code: string, error: WireError): Fault | undefined {
  const verify = 'tls: failed to verify certificate: x509:';
  if (UNKNOWN_AUTHORITY.has(code)) return { reason: 'tls', text: `${verify} certificate signed by unknown authority` };
  if (OUT_OF_DATE.has(code)) return { reason: 'tls', text: `${verify} certificate has expired or is not yet valid` };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { reason: 'tls', text: `${verify} certificate is not valid for this name: ${error.reason ?? error.message}` };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { reason: 'tls', text: 'http: server gave HTTP response to HTTPS client' };
  }
  return SSL_CODE.test(code) ? { reason: 'tls', text: `tls: ${error.message}` } : undefined;
}

const TUNNEL_REFUSED = /^Proxy response \((\d+)\)/;

function proxyFault(error: WireError): Fault | undefined {
  const status = TUNNEL_REFUSED.exec(error.message)?.[1];
  if (status === undefined) return undefined;
  return { reason: 'protocol', text: `proxyconnect tcp: ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd() };
}

const NOT_HTTP = /^Response does not match the HTTP\/1\.1 protocol( \(.*\))?/;

function httpFault(code: string, error: WireError): Fault {
  const detail = NOT_HTTP.exec(error.message);
  if (detail !== null) {
    return { reason: 'protocol', text: `net/http: HTTP/1.x transport connection broken: malformed HTTP response${detail[1] ?? ''}` };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'protocol', text: `net/http: server response headers exceeded ${HEADERS_BYTES_MAX} bytes; aborted` };
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return CLOSED;
  return { reason: 'protocol', text: error.message };
}
