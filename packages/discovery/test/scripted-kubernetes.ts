import type { HttpClient, HttpConnection, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { HttpClientConfig } from '@limpet/config';
import type { HttpClientOpened } from '../src/ports.ts';

/** An object as the API server has it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface LoggedEvent {
  readonly version: number;
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

interface OpenWatch {
  readonly query: ApiQuery;
  readonly send: (line: string) => void;
  readonly end: () => void;
}

/** What a request asks for. */
interface ApiQuery {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly params: URLSearchParams;
}

/** How a request is answered: at once and whole, or line by line until one of both sides has enough. */
export type ApiAnswer =
  | { readonly status: number; readonly body: string }
  | { readonly watch: (send: (line: string) => void, end: () => void) => () => void };

const PATH = /\/(?:api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/([^/]+))?\/([a-z]+)$/;

/**
 * An API server of Kubernetes as far as discovery uses it: lists in pages, watches from a version with bookmarks, versions
 * that are forgotten, refusals. Objects live in memory; a front door brings the requests.
 */
export class ScriptedKubernetes {
  /** Paths and queries asked for, in order. */
  readonly requests: URL[] = [];
  /** Statuses that requests of a resource are refused with. */
  readonly refusals = new Map<string, number>();
  /** Everything is refused with 500, watches are cut. */
  isDown = false;
  /** Lists are never answered. */
  isSilent = false;
  /** Pages hold at most so many objects, whatever is asked for. */
  pageObjectsMax = Infinity;
  /** Called with every request before it is answered. */
  onRequest: (url: URL) => void = () => {};
  #version = 100;
  /** What happened up to here cannot be watched any more. */
  #forgottenVersion = 0;
  readonly #objects = new Map<string, ApiObject>();
  readonly #log: LoggedEvent[] = [];
  readonly #watches = new Set<OpenWatch>();
  readonly #pages = new Map<string, { readonly version: number; readonly items: readonly ApiObject[] }>();

  get watchCount(): number {
    return this.#watches.size;
  }

  /** Adds or changes an object; every watch of it is told. */
  put(resource: string, object: ApiObject): void {
    const key = keyOf(resource, object);
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = this.#stamped(object);
    this.#objects.set(key, stored);
    this.#happen({ resource, type, object: stored });
  }

  delete(resource: string, name: string, namespace?: string): void {
    const key = keyOf(resource, { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#happen({ resource, type: 'DELETED', object: this.#stamped(object) });
  }

  /** Makes the objects of a resource exactly these; those that stay as they are are not touched. */
  show(resource: string, objects: readonly ApiObject[]): void {
    const wanted = new Set(objects.map((object) => keyOf(resource, object)));
    for (const [key, object] of this.#objects) {
      if (key.startsWith(`${resource} `) && !wanted.has(key)) this.delete(resource, object.metadata.name, object.metadata.namespace);
    }
    for (const object of objects) {
      const known = this.#objects.get(keyOf(resource, object));
      const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(withVersion(object, known.metadata.resourceVersion));
      if (!isSame) this.put(resource, object);
    }
  }

  /** Tells every watch that nothing has happened up to now. */
  bookmark(): void {
    this.#version++;
    for (const { send } of this.#watches) send(bookmarkLine(this.#version));
  }

  /** Sends a line of its own to every watch. */
  say(line: string): void {
    for (const { send } of this.#watches) send(line);
  }

  /** Ends every watch, as a server does in the end. */
  closeWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** Forgets what has happened: watches and pages from before now are gone. */
  forgetHistory(): void {
    this.#forgottenVersion = ++this.#version;
    this.#pages.clear();
  }

  /** Answers a request for a URL. */
  answer(url: URL): ApiAnswer {
    this.requests.push(url);
    this.onRequest(url);
    const [, namespace, resource] = PATH.exec(url.pathname) ?? [];
    if (resource === undefined) return status(404, 'NotFound', 'the server could not find the requested resource');
    if (this.isDown) return status(500, 'InternalError', 'the server is down');
    const refusal = this.refusals.get(resource);
    if (refusal !== undefined) return status(refusal, 'Forbidden', `${resource} is forbidden`);
    const query = { resource, namespace: namespace === undefined ? undefined : decodeURIComponent(namespace), params: url.searchParams };
    return query.params.get('watch') === 'true' ? this.#watch(query) : this.#list(query);
  }

  #stamped(object: ApiObject): ApiObject {
    return withVersion(object, String(++this.#version));
  }

  #happen(event: Omit<LoggedEvent, 'version'>): void {
    const logged = { version: this.#version, ...event };
    this.#log.push(logged);
    for (const { query, send } of this.#watches) if (matches(query, logged)) send(eventLine(logged));
  }

  #list(query: ApiQuery): ApiAnswer {
    const token = query.params.get('continue');
    const page = token === null ? { version: this.#version, items: this.#selected(query) } : this.#pages.get(token);
    if (page === undefined) return status(410, 'Expired', 'The provided continue parameter is too old');
    const limit = Math.min(Number(query.params.get('limit') ?? Infinity), this.pageObjectsMax);
    const rest = { version: page.version, items: page.items.slice(limit) };
    const next = rest.items.length === 0 ? '' : `${query.resource}-${this.#pages.size}`;
    if (next !== '') this.#pages.set(next, rest);
    const metadata = { resourceVersion: String(page.version), ...(next === '' ? {} : { continue: next }) };
    return { status: 200, body: JSON.stringify({ kind: 'List', metadata, items: page.items.slice(0, limit) }) };
  }

  #selected(query: ApiQuery): readonly ApiObject[] {
    const all = [...this.#objects].filter(([key]) => key.startsWith(`${query.resource} `)).map(([, object]) => object);
    return all.filter((object) => matches(query, { resource: query.resource, object }));
  }

  #watch(query: ApiQuery): ApiAnswer {
    const from = Number(query.params.get('resourceVersion'));
    return {
      watch: (send, end) => {
        if (from < this.#forgottenVersion) {
          send(
            JSON.stringify({
              type: 'ERROR',
              object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
            }),
          );
          end();
          return () => {};
        }
        for (const event of this.#log) if (event.version > from && matches(query, event)) send(eventLine(event));
        const watch = {
          query,
          send,
          end: () => {
            this.#watches.delete(watch);
            end();
          },
        };
        this.#watches.add(watch);
        return () => this.#watches.delete(watch);
      },
    };
  }
}

function keyOf(resource: string, { metadata: { name, namespace = '' } }: ApiObject): string {
  return `${resource} ${namespace}/${name}`;
}

function withVersion(object: ApiObject, resourceVersion: string | undefined): ApiObject {
  return { ...object, metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}

function status(code: number, reason: string, message: string): ApiAnswer {
  return { status: code, body: JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message }) };
}

function eventLine({ type, object }: LoggedEvent): string {
  return JSON.stringify({ type, object });
}

function bookmarkLine(version: number): string {
  return JSON.stringify({
    type: 'BOOKMARK',
    object: { kind: 'Pod', metadata: { resourceVersion: String(version), creationTimestamp: null } },
  });
}

/** Selectors know equality alone. */
function matches({ resource, namespace, params }: ApiQuery, event: Pick<LoggedEvent, 'resource' | 'object'>): boolean {
  const { metadata } = event.object;
  const isThere = event.resource === resource && (namespace === undefined || metadata.namespace === namespace);
  const labels = (params.get('labelSelector') ?? '').split(',').filter((term) => term !== '');
  return isThere && labels.every((term) => metadata.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1]);
}

/** A front door without a network: clients that speak to the API server in memory. */
export class ScriptedKubernetesClients {
  readonly server: ScriptedKubernetes;
  /** The client blocks that were opened, in order. */
  readonly opened: HttpClientConfig[] = [];
  /** Makes opening a client fail with these words. */
  openError: string | undefined;
  /** Opening a client waits for this. */
  openGate: Promise<void> | undefined;
  openCount = 0;
  #running = new Set<() => void>();

  constructor(server: ScriptedKubernetes) {
    this.server = server;
  }

  readonly open = async (config: HttpClientConfig): Promise<HttpClientOpened> => {
    await this.openGate;
    this.opened.push(config);
    if (this.openError !== undefined) return failed({ message: this.openError });
    this.openCount++;
    let isOpen = true;
    const client: HttpClient = {
      connect: () => this.#connect(),
      close: () => {
        if (isOpen) this.openCount--;
        isOpen = false;
      },
    };
    return succeeded(client);
  };

  /** Cuts all connections. */
  cut(): void {
    for (const cut of this.#running) cut();
  }

  #connect(): HttpConnection {
    this.openCount++;
    let isOpen = true;
    return {
      send: (request) => this.#send(request),
      close: () => {
        if (isOpen) this.openCount--;
        isOpen = false;
      },
    };
  }

  #send(request: HttpRequest): Promise<HttpOutcome> {
    const answer = this.server.answer(new URL(request.url));
    return new Promise((resolve) => {
      const running = new Set<() => void>();
      const settle = (outcome: HttpOutcome): void => {
        for (const end of running) this.#running.delete(end);
        resolve(outcome);
      };
      const cut = (): void => settle({ ok: false, reason: 'connectionReset', error: 'unexpected EOF' });
      running.add(cut);
      this.#running.add(cut);
      request.signal.addEventListener('abort', () => settle({ ok: false, reason: 'aborted', error: 'aborted' }));
      if ('body' in answer) {
        const body = Buffer.from(answer.body);
        const isTooLong = request.bodyLimitBytes !== 0 && body.length >= request.bodyLimitBytes;
        if (isTooLong) settle({ ok: false, reason: 'bodyLimit', error: 'body size limit exceeded' });
        else if (!this.server.isSilent)
          settle({ ok: true, status: answer.status, statusText: 'Scripted', headers: {}, body, wireBytes: body.length });
        return;
      }
      if (!this.server.isSilent) request.stream?.begin();
      const stop = answer.watch(
        (line) => request.stream?.take(Buffer.from(`${line}\n`)),
        () => settle({ ok: true, status: 200, statusText: 'OK', headers: {}, body: Buffer.alloc(0), wireBytes: 0 }),
      );
      request.signal.addEventListener('abort', stop);
    });
  }
}
