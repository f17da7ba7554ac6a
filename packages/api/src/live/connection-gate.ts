import type { Socket } from 'node:net';

/** Connections that may wait for a free place; further ones are closed at once. */
export const WAITING_CONNECTION_COUNT_MAX = 1_024;

interface Waiting {
  readonly socket: Socket;
  readonly serve: () => void;
}

/** One limit on connections over all listeners: who comes beyond it waits, unserved, until somebody leaves. */
export class ConnectionGate {
  readonly #countMax: number;
  readonly #open = new Set<Socket>();
  readonly #waiting: Waiting[] = [];

  constructor(countMax: number) {
    this.#countMax = Math.max(1, countMax);
  }

  /** Connections that are served. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Connections that wait. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Serves a connection, now or when there is a place for it. */
  admit(socket: Socket, serve: () => void): void {
    if (this.#open.size < this.#countMax) this.#serve({ socket, serve });
    else if (this.#waiting.length >= WAITING_CONNECTION_COUNT_MAX) socket.destroy();
    else {
      this.#waiting.push({ socket, serve });
      socket.on('error', ignore);
    }
  }

  /** Closes every connection. */
  close(): void {
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
    for (const socket of this.#open) socket.destroy();
  }

  #serve({ socket, serve }: Waiting): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#serveNext();
    });
    serve();
  }

  #serveNext(): void {
    while (this.#open.size < this.#countMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.socket.off('error', ignore);
      if (!next.socket.destroyed) this.#serve(next);
    }
  }
}

function ignore(): void {}
