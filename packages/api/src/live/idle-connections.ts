import type { Incoming, Outgoing } from './request-limits.ts';

/** What a server names in its `timeout` event: a socket, or a session of HTTP/2. */
interface Connection {
  destroy(): void;
}

/**
 * Decides which connections end after a time in which nothing moved on them: those without a request under way, and those
 * whose client does not take its answer. A stream that has nothing to say just now stays.
 */
export class IdleConnections {
  readonly #answering = new WeakMap<object, Set<Outgoing>>();

  /** Notes that an answer is being written to a connection. */
  begin(incoming: Incoming, outgoing: Outgoing): void {
    const connection = connectionOf(incoming);
    const answers = this.#answering.get(connection) ?? new Set();
    this.#answering.set(connection, answers.add(outgoing));
    outgoing.once('close', () => answers.delete(outgoing));
  }

  /** Listens to `timeout` of a server. */
  onTimeout(connection: Connection): void {
    const answers = [...(this.#answering.get(connection) ?? [])];
    if (answers.length === 0 || answers.some(isStuck)) connection.destroy();
  }
}

function connectionOf(incoming: Incoming): object {
  return ('stream' in incoming ? incoming.stream.session : undefined) ?? incoming.socket;
}

/** Whether bytes wait for a client that takes none. */
function isStuck(outgoing: Outgoing): boolean {
  const carrier = 'stream' in outgoing ? outgoing.stream : outgoing.socket;
  return (carrier?.writableLength ?? 0) > 0;
}
