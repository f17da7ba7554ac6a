import { STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Fetch } from '../web/web-guard.ts';
import type { MessageSocket } from '../inspect/message-socket.ts';

/** Bytes of a message that a client may send; nothing is expected of it. */
const MESSAGE_BYTES_MAX = 1_024;
/** How often a client is asked whether it is still there; one that has not answered by the next time is gone. */
const PING_INTERVAL_MS = 30_000;

/**
 * Answers requests for web sockets. The surface decides, behind every guard that stands before ordinary requests: it
 * accepts, or its answer is written as it is.
 */
export class WebSockets {
  readonly #fetch: Fetch;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Listens to `upgrade` of a server. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.#answer(incoming, socket, head).catch(() => socket.destroy());
  }

  async #answer(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    let serve: ((socket: MessageSocket) => void) | undefined;
    const response = await this.#fetch(requestOf(incoming), {
      peerAddress: incoming.socket.remoteAddress ?? '',
      acceptSocket: (accepted) => (serve = accepted),
    });
    if (serve === undefined || response.status !== 204) {
      await refuse(socket, response);
      return;
    }
    const accepted = serve;
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => accepted(messageSocket(webSocket)));
  }
}

/** Whether a request asks for a web socket; whatever else a client would like to switch to is not spoken here. */
export function wantsWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

function requestOf(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request(new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`), { headers });
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const status = response.status === 204 ? 400 : response.status;
  const headers = [...response.headers].filter(([name]) => name !== 'content-length' && name !== 'connection');
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  lines.push(`content-length: ${body.byteLength}`, 'connection: close', '', '');
  socket.write(lines.join('\r\n'));
  socket.end(body);
}

function messageSocket(webSocket: WebSocket): MessageSocket {
  let isThere = true;
  webSocket.on('pong', () => (isThere = true));
  webSocket.on('error', () => webSocket.terminate());
  const pinging = setInterval(() => {
    if (!isThere) webSocket.terminate();
    isThere = false;
    if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
  }, PING_INTERVAL_MS);
  webSocket.once('close', () => clearInterval(pinging));
  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        webSocket.send(text, (error) => (error === undefined || error === null ? resolve() : reject(error)));
      }),
    onClose: (listener) => void webSocket.once('close', listener),
    close: () => webSocket.close(),
  };
}
