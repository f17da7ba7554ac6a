import type { HttpClientConfig } from '@limpet/config';
import type { Clock } from '@limpet/driver';
import type { HttpClient, HttpConnection, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { succeeded } from '@limpet/model';
import type { HttpClientOpened } from '../src/ports.ts';

/** An instance of a service as Consul tells it; what is left out is absent from the answer. */
export interface ScriptedInstance {
  readonly Node?: Readonly<Record<string, unknown>>;
  readonly Service?: Readonly<Record<string, unknown>> & { readonly Tags?: readonly string[] };
  readonly Checks?: readonly { readonly CheckID: string; readonly Status: string }[];
}

/** An instance that is reached at `host:port`. */
export function instanceAt(address: string, tags: readonly string[] = []): ScriptedInstance {
  const [host = '', port = ''] = address.split(':');
  return { Node: { Node: 'n', Address: host }, Service: { ID: address, Port: Number(port), Tags: tags } };
}

/** Longer than any test. */
const NEVER_MS = 1e9;

interface Held {
  readonly path: string;
  readonly release: () => void;
}

/**
 * A Consul agent in memory, in virtual time. Each path has an index of its own, which grows when its answer changes; a
 * request that names it waits until then, or as long as it says.
 */
export class ScriptedConsul {
  /** What was sent, in order. */
  readonly requests: HttpRequest[] = [];
  readonly openedWith: HttpClientConfig[] = [];
  /** The answer of the agent about itself. */
  self: unknown = { Config: { Datacenter: 'dc1' } };
  /** Every request fails with this status. */
  failStatus = 0;
  /** Every answer carries this instead of its index. */
  indexText: string | undefined;
  /** Clients and connections that are open, and requests that wait. */
  openCount = 0;
  readonly #clock: Clock;
  readonly #services = new Map<string, readonly ScriptedInstance[]>();
  readonly #indexes = new Map<string, number>();
  readonly #held = new Set<Held>();
  readonly #hanging = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open = async (config: HttpClientConfig): Promise<HttpClientOpened> => {
    this.openedWith.push(config);
    this.openCount++;
    const connections = new Set<() => void>();
    const client: HttpClient = {
      connect: () => {
        this.openCount++;
        const close = once(() => this.openCount--);
        connections.add(close);
        return { send: (request) => this.#send(request), close } satisfies HttpConnection;
      },
      close: once(() => {
        this.openCount--;
        for (const close of connections) close();
      }),
    };
    return succeeded(client);
  };

  /** The services that there are from now on, by name. */
  show(services: Readonly<Record<string, readonly ScriptedInstance[]>>): void {
    this.failStatus = 0;
    const before = new Map(this.#services);
    this.#services.clear();
    for (const [name, instances] of Object.entries(services)) this.#services.set(name, instances);
    const changed = [...new Set([...before.keys(), ...this.#services.keys()])].filter(
      (name) => JSON.stringify(before.get(name)) !== JSON.stringify(this.#services.get(name)),
    );
    for (const name of changed) this.#grow(`/v1/health/service/${name}`);
    if (changed.length > 0) this.#grow('/v1/catalog/services');
  }

  /** Never answers requests to a path. */
  hang(path: string): void {
    this.#hanging.add(path);
  }

  /** Answers every request that waits, so that a failure is noticed. */
  fail(status = 500): void {
    this.failStatus = status;
    for (const held of this.#held) held.release();
  }

  /** Requests to a path, in order. */
  to(path: string): readonly URL[] {
    return this.requests.map(({ url }) => new URL(url)).filter(({ pathname }) => pathname === path);
  }

  #grow(path: string): void {
    this.#indexes.set(path, this.#indexOf(path) + 1);
    for (const held of this.#held) if (held.path === path) held.release();
  }

  #indexOf(path: string): number {
    return this.#indexes.get(path) ?? 10;
  }

  #send(request: HttpRequest): Promise<HttpOutcome> {
    this.requests.push(request);
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    const isHeld = url.searchParams.get('index') === String(this.#indexOf(path)) && this.failStatus === 0;
    const waitMs = isHeld ? Number.parseInt(url.searchParams.get('wait') ?? '0', 10) : 5;
    return new Promise((resolve) => {
      const settle = once((outcome: HttpOutcome): void => {
        this.#held.delete(held);
        this.#clock.clearTimeout(timer);
        request.signal.removeEventListener('abort', abort);
        resolve(outcome);
      });
      const abort = (): void => settle({ ok: false, reason: 'aborted', error: 'aborted' });
      const held: Held = { path, release: () => settle(this.#answer(path, url)) };
      const timer = this.#clock.setTimeout(held.release, this.#hanging.has(path) ? NEVER_MS : waitMs);
      if (!this.#hanging.has(path)) this.#held.add(held);
      request.signal.addEventListener('abort', abort);
    });
  }

  #answer(path: string, url: URL): HttpOutcome {
    const document = path === '/v1/agent/self' ? this.self : path === '/v1/catalog/services' ? this.#catalog() : this.#instances(path, url);
    const body = new TextEncoder().encode(JSON.stringify(document));
    const status = this.failStatus === 0 ? 200 : this.failStatus;
    const headers = { 'x-consul-index': this.indexText ?? String(this.#indexOf(path)) };
    return { ok: true, status, statusText: '', headers, body, wireBytes: body.length };
  }

  #catalog(): unknown {
    const tagsOf = (instances: readonly ScriptedInstance[]) => [...new Set(instances.flatMap(({ Service }) => Service?.Tags ?? []))];
    return Object.fromEntries([...this.#services].map(([name, instances]) => [name, tagsOf(instances)]));
  }

  #instances(path: string, { searchParams }: URL): unknown {
    const tags = searchParams.getAll('tag');
    const instances = this.#services.get(path.slice('/v1/health/service/'.length)) ?? [];
    return instances.filter(({ Service }) => tags.every((tag) => Service?.Tags?.includes(tag) === true));
  }
}

function once<Parameters extends unknown[]>(act: (...parameters: Parameters) => void): (...parameters: Parameters) => void {
  let isDone = false;
  return (...parameters) => {
    if (isDone) return;
    isDone = true;
    act(...parameters);
  };
}
