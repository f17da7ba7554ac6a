import type { HttpClient, HttpConnection } from '@limpet/http-client';

/**
 * An HTTP client that several shards hold connections of. A reload replaces it: shards move to the new one with their
 * next request, and when the last has gone the old client is closed. So no request is cut off by a reload.
 */
export class ClientLease {
  readonly #client: HttpClient;
  readonly #connections = new Set<HttpConnection>();
  #isRetired = false;

  constructor(client: HttpClient) {
    this.#client = client;
  }

  connect(url: string): HttpConnection {
    const connection = this.#client.connect(url);
    this.#connections.add(connection);
    return connection;
  }

  /** Closes a connection; a request in flight on it fails. */
  give(connection: HttpConnection): void {
    this.#connections.delete(connection);
    connection.close();
    this.#closeIfDone();
  }

  /** No new connections are asked for: the client is closed after the last one. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#isRetired && this.#connections.size === 0) this.#client.close();
  }
}
