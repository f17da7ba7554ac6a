import { fromCallback } from 'xstate';
import type { CallbackActorLogic } from 'xstate';
import type { BodyStream, HttpConnection, HttpOutcome } from '@limpet/http-client';
import { METRICS } from '../../metrics.ts';
import type { ProviderPorts } from '../../provider/provider-ports.ts';
import { UpdateLine } from '../../provider/update-line.ts';
import type { Clusters } from '../cluster-actor.ts';
import type { Cluster } from '../cluster.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { KubernetesObject } from '../object/kubernetes-object.ts';
import { readObject } from '../object/read-object.ts';
import { readListPage, refusalOf, unexpected } from './api-answer.ts';
import type { ApiRefusal } from './api-answer.ts';
import { LineSplitter, WATCH_LINE_CHARS_MAX } from './line-splitter.ts';
import type { ReflectorEvent, ReflectorInput, ReflectorOrder } from './reflector.machine.ts';
import { isExpired, readWatchEvent } from './watch-event.ts';
import type { Watch } from './watch-plan.ts';

/** Objects asked for at once. */
export const LIST_PAGE_OBJECTS = 200;
/** A page of this many bytes or more is refused, and asked for again in half the size. */
export const LIST_PAGE_BYTES_MAX: number = 16 * 1024 * 1024;
/** Objects that one watch may know of. */
export const WATCH_OBJECTS_MAX = 500_000;

type Order = ReflectorOrder | { readonly type: 'crash' };

/** The `api` of the reflector machine: lists and watches when told to, and keeps the objects. */
export function reflectorApi(ports: ProviderPorts, clusters: Clusters): CallbackActorLogic<ReflectorOrder, ReflectorInput> {
  // The `crash` that the actor sends to itself is nobody else's business.
  return fromCallback<Order, ReflectorInput>(({ input, self, sendBack, receive }) => {
    const cluster = clusters.get(input.provider);
    if (cluster === undefined) throw new Error(`there is no cluster of ${input.provider}`);
    const api = new ReflectorApi(input, ports, { cluster, answer: sendBack, crash: () => self.send({ type: 'crash' }) });
    receive((order) => api.obey(order));
    return () => api.end();
  }) as unknown as CallbackActorLogic<ReflectorOrder, ReflectorInput>;
}

interface ReflectorApiParts {
  readonly cluster: Cluster;
  answer(event: ReflectorEvent): void;
  /** Makes the actor receive a `crash`, in which it may end in an error. */
  crash(): void;
}

interface Request {
  readonly controller: AbortController;
  readonly startedMono: number;
}

/** A list that has not come to its end. */
interface ListUnderWay {
  readonly objects: Map<string, KubernetesObject>;
  continueToken: string;
}

class ReflectorApi {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #parts: ReflectorApiParts;
  readonly #watch: Watch;
  readonly #line: UpdateLine;
  readonly #connection: HttpConnection;
  #request: Request | undefined;
  #list: ListUnderWay | undefined;
  #pageObjects = LIST_PAGE_OBJECTS;
  /** Where the next watch begins. */
  #resourceVersion = '';
  #fault: unknown;

  constructor({ provider, watch }: ReflectorInput, ports: ProviderPorts, parts: ReflectorApiParts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#parts = parts;
    this.#watch = parts.cluster.watch(watch);
    this.#line = new UpdateLine(ports, provider);
    this.#connection = parts.cluster.connect();
  }

  obey(order: Order): void {
    if (order.type === 'listPage') this.#listPage();
    else if (order.type === 'watch') this.#startWatch(order.watchMs);
    else if (order.type === 'giveUp') this.#giveUp();
    else {
      this.end();
      throw this.#fault;
    }
  }

  end(): void {
    if (this.#line.isClosed) return;
    this.#line.close();
    this.#endRequest();
    this.#connection.close();
  }

  #giveUp(): void {
    this.#endRequest();
    this.#list = undefined;
    this.#noteFailure('the server did not answer in time');
  }

  #listPage(): void {
    this.#list ??= { objects: new Map(), continueToken: '' };
    const { continueToken } = this.#list;
    const query = { limit: String(this.#pageObjects), ...this.#selectors(), ...(continueToken === '' ? {} : { continue: continueToken }) };
    this.#send(query, { 'Accept-Encoding': 'gzip' }, undefined, (outcome) => this.#takePage(outcome));
  }

  #takePage(outcome: HttpOutcome): void {
    const page = readListPage(outcome);
    const list = this.#list;
    if (!page.ok || list === undefined) return this.#listFailed(page.ok ? undefined : page.error);
    for (const item of page.value.items) {
      const object = readObject(this.#watch.resource, item);
      if (object !== undefined) list.objects.set(objectKey(object), object);
    }
    if (list.objects.size > WATCH_OBJECTS_MAX) {
      return this.#listFailed(unexpected(`there are more than ${WATCH_OBJECTS_MAX} objects`));
    }
    list.continueToken = page.value.continueToken;
    if (list.continueToken !== '') return this.#parts.answer({ type: 'pageListed' });
    this.#list = undefined;
    this.#resourceVersion = page.value.resourceVersion;
    const { cluster } = this.#parts;
    cluster.noteChanges(this.#watch, cluster.store(this.#watch.name).replace(list.objects));
    this.#parts.answer({ type: 'listed' });
  }

  #listFailed(refusal: ApiRefusal | undefined): void {
    this.#list = undefined;
    if (refusal?.isTooLong === true) this.#pageObjects = Math.max(1, Math.floor(this.#pageObjects / 2));
    if (refusal?.isExpired !== true) this.#noteFailure(refusal?.message ?? 'the list was given up');
    this.#parts.answer({ type: 'listFailed' });
  }

  #startWatch(watchMs: number): void {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: this.#resourceVersion,
      timeoutSeconds: String(Math.ceil(watchMs / 1000)),
      ...this.#selectors(),
    };
    const splitter = new LineSplitter();
    let hasBegun = false;
    const request = this.#send(
      query,
      {},
      {
        begin: () => {
          hasBegun = true;
        },
        take: (piece) => {
          const lines = splitter.push(piece);
          const { isTooLong } = splitter;
          this.#line.tell('watch', () => this.#request === request && this.#takeLines(lines, isTooLong, request));
        },
      },
      (outcome) => this.#endWatch(request, outcome, hasBegun),
    );
  }

  #takeLines(lines: readonly string[], isTooLong: boolean, request: Request): void {
    for (const line of lines) {
      if (this.#request !== request) return;
      this.#takeLine(line, request);
    }
    if (isTooLong) this.#watchRefused(request, `an object of the cluster has more than ${WATCH_LINE_CHARS_MAX} characters`);
  }

  #takeLine(line: string, request: Request): void {
    const event = readWatchEvent(line);
    if (event === undefined) return this.#watchRefused(request, 'the answer to a watch is not a stream of events');
    if (event.type === 'ERROR') {
      if (!isExpired(event.status)) return this.#watchRefused(request, event.status.message);
      this.#endRequest();
      return this.#parts.answer({ type: 'watchExpired', livedMs: this.#lived(request) });
    }
    const object = event.type === 'BOOKMARK' ? undefined : readObject(this.#watch.resource, event.object);
    if (object !== undefined) {
      const { cluster } = this.#parts;
      const store = cluster.store(this.#watch.name);
      const changes = event.type === 'DELETED' ? store.delete(objectKey(object)) : store.put(object);
      cluster.noteChanges(this.#watch, changes);
      if (store.size > WATCH_OBJECTS_MAX) return this.#watchRefused(request, `there are more than ${WATCH_OBJECTS_MAX} objects`);
    }
    if (event.resourceVersion !== '') this.#resourceVersion = event.resourceVersion;
  }

  #endWatch(request: Request, outcome: HttpOutcome, hasBegun: boolean): void {
    const refusal = refusalOf(outcome);
    // A server that goes away cuts its watches: the next one will show whether something is wrong.
    const isCut = !outcome.ok && outcome.reason === 'connectionReset' && hasBegun;
    if (refusal === undefined || isCut) return this.#parts.answer({ type: 'watchClosed', livedMs: this.#lived(request) });
    if (refusal.isExpired) return this.#parts.answer({ type: 'watchExpired', livedMs: this.#lived(request) });
    if (!refusal.isPassing) return this.#watchRefused(request, refusal.message);
    this.#noteFailure(refusal.message);
    this.#parts.answer({ type: 'watchFailed', livedMs: this.#lived(request) });
  }

  #watchRefused(request: Request, error: string): void {
    this.#endRequest();
    this.#noteFailure(error);
    this.#parts.answer({ type: 'watchRefused', livedMs: this.#lived(request) });
  }

  #lived({ startedMono }: Request): number {
    return this.#ports.driver.clock.mono() - startedMono;
  }

  #selectors(): Record<string, string> {
    const { labelSelector, fieldSelector } = this.#watch;
    return { ...(labelSelector === '' ? {} : { labelSelector }), ...(fieldSelector === '' ? {} : { fieldSelector }) };
  }

  /** Sends a request; its outcome is told unless it has been given up by then. */
  #send(
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
    stream: BodyStream | undefined,
    finish: (outcome: HttpOutcome) => void,
  ): Request {
    const request = { controller: new AbortController(), startedMono: this.#ports.driver.clock.mono() };
    this.#request = request;
    const sent = this.#connection.send({
      method: 'GET',
      url: this.#parts.cluster.url(this.#watch.path, query),
      headers: { Accept: 'application/json', ...headers },
      signal: request.controller.signal,
      inflate: true,
      bodyLimitBytes: LIST_PAGE_BYTES_MAX,
      ...(stream === undefined ? {} : { stream }),
    });
    sent.then(
      (outcome) =>
        this.#line.tell('answer', () => {
          if (this.#request !== request) return;
          this.#request = undefined;
          finish(outcome);
        }),
      (fault: unknown) => this.#line.tell('crash', () => this.#crash(fault)),
    );
    return request;
  }

  #endRequest(): void {
    this.#request?.controller.abort();
    this.#request = undefined;
  }

  #noteFailure(error: string): void {
    this.#ports.metrics.add(METRICS.kubernetesFailures, [], 1);
    this.#ports.log.error('objects of Kubernetes cannot be listed or watched, the last ones stay', {
      code: 'LIMPET_KUBERNETES_SD_API',
      provider: this.#provider,
      watch: this.#watch.name,
      error,
    });
  }

  #crash(fault: unknown): void {
    this.#fault = fault;
    this.#parts.crash();
  }
}
