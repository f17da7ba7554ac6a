import type { HttpClient } from '@limpet/http-client';

/**
 * Clients that were replaced by a reload. Each is kept until the last loop that may still use it has moved on, so that
 * no scrape in flight is cut.
 */
export class RetiredClients {
  readonly #clients: { readonly job: string; readonly client: HttpClient; readonly loopIds: Set<string> }[] = [];

  get size(): number {
    return this.#clients.length;
  }

  /** The client is closed when all of these loops have moved on; at once where there are none. */
  add(job: string, client: HttpClient, loopIds: Iterable<string>): void {
    const retired = { job, client, loopIds: new Set(loopIds) };
    if (retired.loopIds.size === 0) client.close();
    else this.#clients.push(retired);
  }

  /** A loop has ended or adopted a new configuration. */
  movedOn(loopId: string): void {
    this.#close((retired) => retired.loopIds.delete(loopId) && retired.loopIds.size === 0);
  }

  /** The pool of a job has ended. */
  closeJob(job: string): void {
    this.#close((retired) => retired.job === job);
  }

  #close(isOver: (retired: { readonly job: string; readonly loopIds: Set<string> }) => boolean): void {
    for (let index = this.#clients.length - 1; index >= 0; index--) {
      const retired = this.#clients[index];
      if (retired === undefined || !isOver(retired)) continue;
      this.#clients.splice(index, 1);
      retired.client.close();
    }
  }
}
