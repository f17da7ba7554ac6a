import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '../program/certificate.ts';
import { TEXT_TYPE } from './answer.ts';

/** A scrape as the target saw it. */
export interface GuardedRequest {
  readonly httpVersion: string;
  readonly authorization: string;
  /** Common name of the certificate that the client showed. */
  readonly client: string;
  /** Common name of the server's own certificate at that time. */
  readonly server: string;
}

/** A target that speaks HTTP/2 in TLS and nothing else, and lets in whom an authority knows. */
export interface GuardedTarget extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  readonly requests: readonly GuardedRequest[];
  /** Shows another certificate from now on; connections that are open end. */
  readonly present: (own: Certificate, name: string) => void;
}

export async function startGuardedTarget(own: Certificate, name: string, clientAuthority: Certificate): Promise<GuardedTarget> {
  const requests: GuardedRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let server = name;
  const guard = { ca: clientAuthority.cert, requestCert: true, rejectUnauthorized: true, allowHTTP1: false };
  const listener = createSecureServer({ cert: own.cert, key: own.key, ...guard }, (request, response) => {
    const { httpVersion, headers } = request;
    const peer = (request.stream.session?.socket as TLSSocket | undefined)?.getPeerCertificate();
    const client = peer?.subject?.CN;
    requests.push({
      httpVersion,
      authorization: headers.authorization ?? '',
      client: Array.isArray(client) ? client.join() : (client ?? ''),
      server,
    });
    response.setHeader('content-type', TEXT_TYPE);
    response.end('a 1\n');
  });
  listener.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    address: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
    requests,
    present: (next, nextName) => {
      listener.setSecureContext({ cert: next.cert, key: next.key, ca: clientAuthority.cert });
      server = nextName;
      for (const session of sessions) session.close(); // requests under way end first
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const session of sessions) session.destroy();
      await once(listener, 'close');
    },
  };
}
