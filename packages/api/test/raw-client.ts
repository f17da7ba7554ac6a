import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** One connection, byte by byte: what a well-behaved client would never send, and when. */
export class RawClient {
  readonly socket: Duplex;
  readonly #waiting = new Set<() => void>();
  received = '';
  isClosed = false;

  constructor(socket: Duplex) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => {}); // a reset is an end as any other
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Resolves when that many answers have come. */
  answers(count: number): Promise<void> {
    return this.#until(() => this.statuses().length >= count || this.isClosed);
  }

  /** Resolves when the other side has closed. */
  closed(): Promise<void> {
    return this.#until(() => this.isClosed);
  }

  statuses(): readonly number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Connects to `host:port`. */
export async function rawClient(address: string): Promise<RawClient> {
  const socket: Socket = connect({ host: '127.0.0.1', port: Number(address.split(':').at(-1)) });
  await once(socket, 'connect');
  return new RawClient(socket);
}
