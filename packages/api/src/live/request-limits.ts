import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Readable } from 'node:stream';

export type Incoming = IncomingMessage | Http2ServerRequest;
export type Outgoing = ServerResponse | Http2ServerResponse;

/** Bytes that the body of a request may have. Where no route reads it, it is thrown away as it arrives. */
export const REQUEST_BODY_BYTES_MAX = 1024 ** 2;
const READ_BODIES = /^[^?]*\/api\/v1\/limpet\/push\//;

/** Whether a route reads the body of a request; it bounds it, too. */
export function isBodyRead({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return method === 'PUT' && READ_BODIES.test(url);
}

/**
 * Throws the body of a request away and ends the connection of who sends too much of it: with 413 where that is known
 * before the answer. Returns whether the request may be answered.
 */
export function discardBody(incoming: Incoming, outgoing: Outgoing): boolean {
  if (Number(incoming.headers['content-length'] ?? 0) > REQUEST_BODY_BYTES_MAX) {
    refuseBody(incoming, outgoing);
    return false;
  }
  let bodyBytes = 0;
  const body: Readable = incoming;
  body.on('data', (chunk: Uint8Array) => {
    bodyBytes += chunk.byteLength;
    if (bodyBytes > REQUEST_BODY_BYTES_MAX) refuseBody(incoming, outgoing);
  });
  body.on('error', () => {}); // the client went away in the middle of it
  return true;
}

function refuseBody(incoming: Incoming, outgoing: Outgoing): void {
  if (outgoing.headersSent) {
    incoming.destroy();
    return;
  }
  outgoing.once('finish', () => incoming.destroy());
  outgoing.statusCode = 413;
  outgoing.setHeader('Content-Type', 'text/plain; charset=utf-8');
  if (!('stream' in outgoing)) outgoing.setHeader('Connection', 'close');
  outgoing.end('Request Entity Too Large\n');
}

/** Counts the bytes of an answer's body as they are written; the function returned calls back when the answer has left. */
export function meter(outgoing: Outgoing): (done: (bodyBytes: number) => void) => void {
  let bodyBytes = 0;
  let isEnding = false;
  const count = (chunk: unknown) => {
    if (isEnding) return;
    if (typeof chunk === 'string') bodyBytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) bodyBytes += chunk.byteLength;
  };
  const write = outgoing.write.bind(outgoing) as (...words: unknown[]) => boolean;
  const end = outgoing.end.bind(outgoing) as (...words: unknown[]) => never;
  outgoing.write = (...words: unknown[]) => {
    count(words[0]);
    return write(...words);
  };
  outgoing.end = (...words: unknown[]) => {
    count(words[0]);
    isEnding = true; // some ends write what they are given by themselves
    return end(...words);
  };
  return (done) => {
    outgoing.once('close', () => done(bodyBytes));
  };
}
