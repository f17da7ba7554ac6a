import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { chunked, drip, head, pour } from './wire.ts';

/** A server that does not do what a target should, and how its target has to end. */
export interface HostileBehaviour {
  /** What it does with a connection that has sent its request to the path of this name, or the first bytes of TLS. */
  readonly answer: (socket: Socket) => void;
  /** Of `lastError`. */
  readonly error: RegExp;
  /** Of the API; several where the speed of the machine decides which one comes first. */
  readonly reasons: readonly string[];
  /** Fields of the job besides its name and target. */
  readonly job?: Readonly<Record<string, unknown>>;
}

const MIB = 1024 * 1024;
const line = Buffer.from('hostile_metric{label="value"} 1\n');
const lines = Buffer.concat(Array.from({ length: 2048 }, () => line));
const letters = Buffer.alloc(64 * 1024, 'x');
const TIMEOUT = /^Get "https?:\/\/\S+": context deadline exceeded$/;
const TOO_LONG = /^(?:Get "\S+": context deadline exceeded|body size limit exceeded(?:: .+)?)$/;
const MALFORMED = /^Get "\S+": net\/http: HTTP\/1\.x transport connection broken: malformed HTTP response/;
/** Inflates to a GiB: sixteen members of zeros, one after another. */
const bomb = Buffer.concat(Array.from({ length: 16 }, () => gzipSync(Buffer.alloc(64 * MIB), { level: 9 })));
const truncatedGzip = gzipSync(lines).subarray(0, -12);

const bodies = {
  endless: {
    answer: (socket) => (socket.write(head('Connection: close')), pour(socket, lines)),
    error: TOO_LONG,
    reasons: ['bodySizeLimit', 'timeout'],
  },
  'endless-chunked': {
    answer: (socket) => (socket.write(head('Transfer-Encoding: chunked')), pour(socket, chunked(lines))),
    error: TOO_LONG,
    reasons: ['bodySizeLimit', 'timeout'],
  },
  'endless-tiny-chunks': {
    answer: (socket) => {
      socket.write(head('Transfer-Encoding: chunked'));
      pour(socket, Buffer.alloc(24_000, '1\r\n#\r\n'));
    },
    error: /^chunked encoding contains too much non-data$/,
    reasons: ['protocol'],
  },
  'endless-over-a-limit': {
    answer: (socket) => (socket.write(head('Connection: close')), pour(socket, lines)),
    error: /^body size limit exceeded$/,
    reasons: ['bodySizeLimit'],
    job: { body_size_limit: '1MB' },
  },
  'announced-too-long': {
    answer: (socket) => (socket.write(head('Content-Length: 10000000000')), pour(socket, lines)),
    error: /^body size limit exceeded: 24MB where none is set$/,
    reasons: ['bodySizeLimit'],
  },
  'announced-and-withheld': { answer: (socket) => socket.write(head('Content-Length: 24000000')), error: TIMEOUT, reasons: ['timeout'] },
  'line-of-100-megabytes': {
    answer: (socket) => (socket.write(head('Content-Length: 100000000')), pour(socket, letters)),
    error: /^body size limit exceeded: 24MB where none is set$/,
    reasons: ['bodySizeLimit'],
  },
  'line-of-100-megabytes-in-chunks': {
    answer: (socket) => (socket.write(head('Transfer-Encoding: chunked')), pour(socket, chunked(letters), 1600)),
    error: TOO_LONG,
    reasons: ['bodySizeLimit', 'timeout'],
  },
  'line-of-16-megabytes': {
    answer: (socket) => (socket.write(head(`Content-Length: ${16 * MIB}`)), pour(socket, letters, 256)),
    error: /expected value after metric|body size limit exceeded|context deadline exceeded/,
    reasons: ['parse', 'bodySizeLimit', 'timeout'],
  },
  'gzip-bomb': {
    answer: (socket) => (socket.write(head('Content-Encoding: gzip', `Content-Length: ${bomb.byteLength}`)), socket.end(bomb)),
    error: TOO_LONG,
    reasons: ['bodySizeLimit', 'timeout'],
  },
  'gzip-bomb-over-a-limit': {
    answer: (socket) => (socket.write(head('Content-Encoding: gzip', `Content-Length: ${bomb.byteLength}`)), socket.end(bomb)),
    // its own limit, or before that the room that all large bodies share: the endless ones beside it take some
    error: /^body size limit exceeded(?:: all bodies in flight may hold 48MB.*)?$/,
    reasons: ['bodySizeLimit'],
    job: { body_size_limit: '10MB' },
  },
  'gzip-cut': {
    answer: (socket) => (socket.write(head('Content-Encoding: gzip', 'Connection: close')), socket.end(truncatedGzip)),
    error: /^unexpected EOF$/,
    reasons: ['contentEncoding'],
  },
  'gzip-that-is-none': {
    answer: (socket) => (socket.write(head('Content-Encoding: gzip', 'Connection: close')), socket.end('up 1\n'.repeat(100))),
    error: /^gzip: invalid header$/,
    reasons: ['contentEncoding'],
  },
  'slow-body': {
    answer: (socket) => (socket.write(head('Connection: close')), drip(socket, 'up 1\n')),
    error: TIMEOUT,
    reasons: ['timeout'],
  },
  truncated: {
    answer: (socket) => socket.end(`${head('Content-Length: 1000')}up 1\n`),
    error: /^unexpected EOF$/,
    reasons: ['connectionReset'],
  },
  'truncated-chunk': {
    answer: (socket) => socket.end(`${head('Transfer-Encoding: chunked')}ff\r\nup 1\n`),
    error: /^unexpected EOF$/,
    reasons: ['connectionReset'],
  },
  'reset-in-the-body': {
    answer: (socket) => socket.write(`${head('Content-Length: 1000')}up 1\n`, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    error: /^read: connection reset by peer$/,
    reasons: ['connectionReset'],
  },
  'no-text': {
    answer: (socket) =>
      socket.end(Buffer.concat([Buffer.from(`${head('Content-Length: 9')}a{b="`), Buffer.from([0xff, 0xfe, 0x22, 0x7d])])),
    error: /./,
    reasons: ['parse'],
  },
  'type-html': {
    answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>'),
    error: /^received unsupported Content-Type "text\/html"/,
    reasons: ['contentType'],
  },
  'type-missing': {
    answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nup 1\n'),
    error: /blank Content-Type/,
    reasons: ['contentType'],
  },
} satisfies Record<string, HostileBehaviour>;

const heads = {
  silent: { answer: () => {}, error: TIMEOUT, reasons: ['timeout'] },
  'slow-head': { answer: (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX: '), error: TIMEOUT, reasons: ['timeout'] },
  'closed-at-once': { answer: (socket) => socket.end(), error: /^Get "\S+": EOF$/, reasons: ['connectionReset'] },
  'reset-at-once': {
    answer: (socket) => socket.resetAndDestroy(),
    error: /^Get "\S+": read: connection reset by peer$/,
    reasons: ['connectionReset'],
  },
  'one-huge-header': {
    answer: (socket) => (socket.write('HTTP/1.1 200 OK\r\nX: '), pour(socket, letters)),
    error: /^Get "\S+": net\/http: server response headers exceeded 16384 bytes; aborted$/,
    reasons: ['protocol'],
  },
  'many-headers': {
    answer: (socket) => (socket.write('HTTP/1.1 200 OK\r\n'), pour(socket, Buffer.alloc(60_000, 'X-Hostile: 1\r\n'))),
    error: /^Get "\S+": net\/http: server response headers exceeded 16384 bytes; aborted$/,
    reasons: ['protocol'],
  },
  'informational-flood': {
    answer: (socket) => pour(socket, Buffer.alloc(63_000, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')),
    error: /^Get "\S+": (?:net\/http: too many 1xx informational responses|context deadline exceeded)$/,
    reasons: ['protocol', 'timeout'],
  },
  'status-without-number': { answer: (socket) => socket.end('HTTP/1.1 fine\r\n\r\n'), error: MALFORMED, reasons: ['protocol'] },
  'status-of-another-protocol': { answer: (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), error: MALFORMED, reasons: ['protocol'] },
  'status-of-999': {
    answer: (socket) => socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
    error: /^server returned HTTP status 999 Odd$/,
    reasons: ['status'],
  },
  'status-500-without-end': {
    answer: (socket) => (socket.write('HTTP/1.1 500 Broken\r\nConnection: close\r\n\r\n'), pour(socket, letters)),
    error: /^server returned HTTP status 500 Broken$/,
    reasons: ['status'],
  },
  'switched-protocols': {
    answer: (socket) => (
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: none\r\n\r\n'),
      pour(socket, letters)
    ),
    error: /^Get "\S+": EOF$/,
    reasons: ['connectionReset'],
  },
  'length-and-chunks': {
    answer: (socket) => socket.end(`${head('Content-Length: 5', 'Transfer-Encoding: chunked')}5\r\nup 1\n\r\n0\r\n\r\n`),
    error: MALFORMED,
    reasons: ['protocol'],
  },
  'two-lengths': {
    answer: (socket) => socket.end(`${head('Content-Length: 5', 'Content-Length: 6')}up 1\n\n`),
    error: MALFORMED,
    reasons: ['protocol'],
  },
  'negative-length': { answer: (socket) => socket.end(`${head('Content-Length: -1')}up 1\n`), error: MALFORMED, reasons: ['protocol'] },
  'chunk-without-size': {
    answer: (socket) => socket.end(`${head('Transfer-Encoding: chunked')}what?\r\nup 1\n\r\n`),
    error: /malformed HTTP response/,
    reasons: ['protocol'],
  },
  'redirect-to-itself': {
    answer: (socket) => socket.write('HTTP/1.1 302 Found\r\nLocation: /redirect-to-itself\r\nContent-Length: 0\r\n\r\n'),
    error: /^Get "\S+": stopped after 10 redirects$/,
    reasons: ['redirect'],
  },
  'tls-without-answer': { answer: () => {}, error: TIMEOUT, reasons: ['timeout'], job: { scheme: 'https' } },
} satisfies Record<string, HostileBehaviour>;

/** All of them by the path that they answer at. The one with `scheme: https` has no path: its server reads no request. */
export const HOSTILE: Readonly<Record<string, HostileBehaviour>> = { ...bodies, ...heads };
