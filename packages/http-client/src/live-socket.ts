import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { FaultError, TLS_HANDSHAKE_TIMEOUT } from './failure.ts';
import { TLS_HANDSHAKE_MS } from './limits.ts';
import type { TlsMaterial } from './tls-material.ts';

/** How a dialler opens its sockets. */
export interface DialOptions {
  /** Connect through this unix socket whatever the URL says; `''` = no. */
  readonly socketPath: string;
  readonly tls: TlsMaterial;
  /** Name to ask for and to verify in TLS, `''` = the host of the URL. */
  readonly serverName: string;
  readonly insecureSkipVerify: boolean;
  /** Offer HTTP/2 in TLS. */
  readonly offersHttp2: boolean;
}

const KEEP_ALIVE_PROBE_MS = 30_000;
const READ_BUFFER_BYTES = 64 * 1024;
/**
 * One buffer that all sockets are read into: whoever reads must copy before the next read. Node's own buffer per read
 * costs more in page faults than everything else that a large response needs.
 */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/** Opens the sockets of one undici client and can end all of them at once. Has the shape of undici's `connect` option. */
export class Dialler {
  /**
   * While true, reads are copied: undici keeps views of header bytes until the head of an answer is complete. False once
   * it is: bodies are copied by their collector.
   */
  copiesReads = true;
  readonly #options: DialOptions;
  readonly #sockets = new Set<Socket>();
  #cancel: ((error: Error) => void) | undefined;
  #session: Buffer | undefined;
  #isDestroyed = false;

  constructor(options: DialOptions) {
    this.#options = options;
  }

  /** Whether a socket is being opened. */
  get isOpening(): boolean {
    return this.#cancel !== undefined;
  }

  /** Opens a socket, as undici asks for it. */
  readonly connect = (target: buildConnector.Options, callback: buildConnector.Callback): void => {
    const isTls = target.protocol === 'https:';
    const socket = isTls ? this.#openTls(target) : this.#openTcp(target);
    this.#sockets.add(socket);
    let isSettled = false;
    const settle = (error: Error | null): void => {
      if (isSettled) return;
      isSettled = true;
      this.#cancel = undefined;
      if (error === null) return callback(null, socket);
      socket.destroy();
      callback(error, null);
    };
    this.#cancel = settle;
    socket.setNoDelay(true);
    socket.once(isTls ? 'secureConnect' : 'connect', () => settle(null));
    socket.on('error', settle);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      settle(new FaultError({ reason: 'connectionReset', text: 'EOF' }));
    });
    if (this.#isDestroyed) settle(new FaultError({ reason: 'closed', text: 'the client was closed' }));
  };

  /** Gives up the socket being opened, if any: whoever waits for it gets `error`. */
  cancelOpening(error: Error): void {
    this.#cancel?.(error);
  }

  /** Ends every socket, also those that undici or a proxy agent has taken over. */
  destroy(error: Error): void {
    this.#isDestroyed = true;
    this.#cancel?.(error);
    for (const socket of this.#sockets) socket.destroy();
  }

  #openTcp({ hostname, port }: buildConnector.Options): Socket {
    const reader = new SharedReader(this);
    const { socketPath } = this.#options;
    const place = socketPath === '' ? { host: hostname, port: Number(port || 80) } : { path: socketPath };
    const socket = connectTcp({ ...place, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS, onread: reader.onread });
    reader.attach(socket);
    return socket;
  }

  #openTls({ hostname, port }: buildConnector.Options): Socket {
    const { socketPath, serverName, insecureSkipVerify, offersHttp2, tls } = this.#options;
    const reader = offersHttp2 ? undefined : new SharedReader(this);
    const place = socketPath === '' ? { port: Number(port || 443) } : { path: socketPath };
    const name = serverName === '' ? nameOf(hostname) : serverName;
    const socket = connectTls({
      ...place,
      host: hostname,
      servername: name,
      secureContext: tls.secureContext(),
      rejectUnauthorized: !insecureSkipVerify,
      ALPNProtocols: offersHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'],
      ...(this.#session === undefined ? {} : { session: this.#session }),
      ...(reader === undefined ? {} : { onread: reader.onread }),
    });
    reader?.attach(socket);
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    this.#limitHandshake(socket);
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }

  #limitHandshake(socket: TLSSocket): void {
    socket.once('connect', () => socket.setTimeout(TLS_HANDSHAKE_MS));
    socket.once('secureConnect', () => socket.setTimeout(0));
    socket.once('timeout', () => this.#cancel?.(new FaultError(TLS_HANDSHAKE_TIMEOUT)));
  }
}

/** An IP address is verified as such and never asked for by name. */
function nameOf(hostname: string): string {
  return /^[\d.]+$/.test(hostname) || hostname.includes(':') ? '' : hostname;
}

/** Hands undici the bytes of a socket that is read into the shared buffer, one read at a time. */
class SharedReader {
  readonly onread: { readonly buffer: Buffer; readonly callback: (bytesRead: number) => boolean };
  readonly #dialler: Dialler;
  #socket: Socket | undefined;
  #chunk: Buffer | null = null;

  constructor(dialler: Dialler) {
    this.#dialler = dialler;
    this.onread = { buffer: readBuffer, callback: (bytesRead) => this.#take(bytesRead) };
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    const read = socket.read.bind(socket);
    socket.read = (size) => {
      const chunk = this.#chunk;
      if (chunk === null || size !== undefined) return read(size) as unknown;
      this.#chunk = null;
      return chunk;
    };
  }

  #take(bytesRead: number): boolean {
    const view = readBuffer.subarray(0, bytesRead);
    this.#chunk = this.#dialler.copiesReads ? Buffer.from(view) : view;
    this.#socket?.emit('readable');
    if (this.#chunk !== null) {
      this.#chunk = null;
      this.#socket?.destroy(new FaultError({ reason: 'protocol', text: 'the server sent bytes that nobody asked for' }));
    }
    return true;
  }
}
