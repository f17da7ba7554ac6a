import { fromCallback } from 'xstate';
import type { CallbackActorLogic } from 'xstate';
import { redactedAddress } from '@limpet/config';
import type { ConsulDiscoveryConfig } from '@limpet/config';
import type { HttpClient, HttpConnection } from '@limpet/http-client';
import type { TargetGroup } from '@limpet/model';
import { changedGroups, emptyGroup, mergeGroups } from '../merge-groups.ts';
import type { GroupsBySource } from '../merge-groups.ts';
import { METRICS } from '../metrics.ts';
import { configOf } from '../provider-table.ts';
import { readJsonAnswer } from '../provider/json-answer.ts';
import { LazyClient } from '../provider/lazy-client.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { UpdateLine } from '../provider/update-line.ts';
import { readCatalog, readDatacenter, readInstances } from './consul-answer.ts';
import type { ConsulCatalog } from './consul-answer.ts';
import { consulGroup, wantedServices } from './consul-group.ts';
import { agentPath, catalogPath, servicePath } from './consul-query.ts';
import { consulServer } from './consul-server.ts';
import { consulGet, ConsulWatch } from './consul-watch.ts';
import type { ConsulWatchParts } from './consul-watch.ts';
import type { ConsulEvent, ConsulOrder } from './consul.machine.ts';

/** Services of one section that are watched at the same time, each by a connection of its own; further ones are left out. */
export const WATCHED_SERVICES_MAX = 10_000;

type Order = ConsulOrder | { readonly type: 'crash' };

/** The `source` of the consul machine: owns the client and every watch. */
export function consulSource(ports: ProviderPorts): CallbackActorLogic<ConsulOrder, ProviderInput> {
  // The `crash` that the actor sends to itself is nobody else's business.
  return fromCallback<Order, ProviderInput>(({ input: { provider }, self, sendBack, receive }) => {
    const source = new ConsulSource(provider, ports, { answer: sendBack, crash: () => self.send({ type: 'crash' }) });
    receive((order) => source.obey(order));
    return () => source.end();
  }) as unknown as CallbackActorLogic<ConsulOrder, ProviderInput>;
}

interface ConsulSourceParts {
  answer(event: ConsulEvent): void;
  /** Makes the actor receive a `crash`, in which it may end in an error. */
  crash(): void;
}

class ConsulSource {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #parts: ConsulSourceParts;
  readonly #config: ConsulDiscoveryConfig;
  readonly #server: ReturnType<typeof consulServer>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #line: UpdateLine;
  readonly #lazyClient: LazyClient;
  #client: HttpClient | undefined;
  #locating: AbortController | undefined;
  #datacenter: string;
  #catalog: ConsulWatch<ConsulCatalog> | undefined;
  readonly #services = new Map<string, ConsulWatch<TargetGroup>>();
  /** What was told and still holds, by an earlier run of the provider too. */
  #told: GroupsBySource;
  #hasTold = false;
  #fault: unknown;

  constructor(provider: string, ports: ProviderPorts, parts: ConsulSourceParts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#parts = parts;
    this.#config = configOf(ports.table, provider, 'consul');
    const token = this.#config.token.reveal();
    this.#headers = { Accept: 'application/json', ...(token === '' ? {} : { 'X-Consul-Token': token }) };
    this.#server = consulServer(this.#config);
    this.#datacenter = this.#config.datacenter;
    this.#line = new UpdateLine(ports, provider);
    this.#lazyClient = new LazyClient(provider, ports, this.#config.httpClient);
    this.#told = ports.table.groupsOf(provider);
  }

  obey(order: Order): void {
    if (order.type === 'crash') {
      this.end();
      throw this.#fault;
    }
    if (order.type === 'watch') this.#watch();
    else this.#locate().catch((fault: unknown) => this.#crash(fault));
  }

  end(): void {
    if (this.#line.isClosed) return;
    this.#line.close();
    this.#locating?.abort();
    this.#catalog?.end();
    for (const watch of this.#services.values()) watch.end();
    this.#lazyClient.end();
  }

  /** Opens the client and finds the datacenter (C-140). */
  async #locate(): Promise<void> {
    const failure = await this.#findDatacenter();
    if (this.#line.isClosed) return;
    if (failure === undefined) {
      this.#line.tell('locate', () => this.#parts.answer({ type: 'located', datacenter: this.#datacenter }));
      return;
    }
    this.#line.tell('locate', () => {
      this.#ports.metrics.add(METRICS.consulRpcFailures, [], 1);
      this.#logFailure('datacenter cannot be retrieved, it is asked for again', failure);
      this.#parts.answer({ type: 'locateFailed' });
    });
  }

  /** What went wrong; undefined where the datacenter is known. */
  async #findDatacenter(): Promise<string | undefined> {
    if (!this.#server.ok) {
      this.#ports.failedProviders.add(this.#provider);
      return this.#server.error.message;
    }
    const client = await this.#lazyClient.open();
    if (!client.ok) return client.error.message;
    this.#client = client.value;
    if (this.#datacenter !== '' || this.#line.isClosed) return undefined;
    const connection = this.#connect(client.value);
    const request = { clock: this.#ports.driver.clock, connection, headers: this.#headers, url: this.#url(agentPath(this.#config)) };
    const outcome = await consulGet(request, (controller) => (this.#locating = controller));
    connection.close();
    const found = readJsonAnswer(outcome, readDatacenter);
    if (!found.ok) return found.error.message;
    this.#datacenter = found.value;
    return found.value === '' ? 'invalid value for Config.Datacenter: it is empty' : undefined;
  }

  /** Watches the services that are named, or the catalog for those that there are (C-141). */
  #watch(): void {
    const { services, tags, filter } = this.#config;
    if (services.length > 0 && tags.length === 0 && filter === '') {
      this.#watchServices([...new Set(services)]);
      return;
    }
    this.#catalog = this.#startWatch('services', undefined, {
      urlAfter: (index) => this.#url(catalogPath(this.#config, index)),
      read: readCatalog,
      changed: (catalog) => this.#watchServices(wantedServices(catalog, this.#config)),
    });
  }

  /** Makes the watches those of these services; what is not among them has no targets any more. */
  #watchServices(names: readonly string[]): void {
    const wanted = new Set(names.slice(0, WATCHED_SERVICES_MAX));
    if (wanted.size < names.length) {
      this.#logFailure('too many services, some are not watched', `${names.length} services, the limit is ${WATCHED_SERVICES_MAX}`);
    }
    for (const [name, watch] of this.#services) {
      if (wanted.has(name)) continue;
      watch.end();
      this.#services.delete(name);
    }
    for (const name of wanted) if (!this.#services.has(name)) this.#services.set(name, this.#watchService(name));
    this.#line.tell('watches', () => this.#parts.answer({ type: 'watchesChanged', watchedCount: this.#services.size }));
    const gone = [...this.#told.keys()].filter((source) => !wanted.has(source));
    this.#tell(gone.map((source) => emptyGroup(source)));
    if (wanted.size === 0 && !this.#hasTold) this.#push([emptyGroup('')]);
  }

  #watchService(name: string): ConsulWatch<TargetGroup> {
    const service = { name, datacenter: this.#datacenter, tagSeparator: this.#config.tagSeparator };
    return this.#startWatch('service', name, {
      urlAfter: (index) => this.#url(servicePath(this.#config, name, index)),
      read: (document) => consulGroup(service, readInstances(document)),
      changed: (group) => this.#tell([group]),
    });
  }

  #startWatch<Value>(
    call: string,
    service: string | undefined,
    parts: Pick<ConsulWatchParts<Value>, 'urlAfter' | 'read' | 'changed'>,
  ): ConsulWatch<Value> {
    if (this.#client === undefined) throw new Error(`provider ${this.#provider} watches before its client is open`);
    const watch = new ConsulWatch<Value>({
      ...parts,
      clock: this.#ports.driver.clock,
      connection: this.#connect(this.#client),
      headers: this.#headers,
      refreshIntervalMs: this.#config.refreshIntervalMs,
      asked: (seconds) => this.#ports.metrics.observe(METRICS.consulRpcDuration, ['catalog', call], seconds),
      failed: (error) => {
        this.#ports.metrics.add(METRICS.consulRpcFailures, [], 1);
        const what = service === undefined ? 'list of services' : 'service';
        this.#logFailure(`${what} cannot be refreshed, the last targets stay`, error, service);
      },
      crashed: (fault) => this.#crash(fault),
    });
    watch.start();
    return watch;
  }

  /** Tells what differs from what was told before. */
  #tell(groups: readonly TargetGroup[]): void {
    const sources = new Set(groups.map(({ source }) => source));
    const before = new Map([...this.#told].filter(([source]) => sources.has(source)));
    const update = changedGroups(before, groups).map((group) => (group.targets.length === 0 ? emptyGroup(group.source) : group));
    if (update.length > 0) this.#push(update);
  }

  #push(update: readonly TargetGroup[]): void {
    this.#told = mergeGroups(this.#told, update);
    this.#hasTold = true;
    this.#line.push(update, (rev) => this.#parts.answer({ type: 'updated', rev }));
  }

  #crash(fault: unknown): void {
    this.#line.tell('crash', () => {
      this.#fault = fault;
      this.#parts.crash();
    });
  }

  #connect(client: HttpClient): HttpConnection {
    return client.connect(this.#url(''), { socketPath: this.#server.ok ? this.#server.value.socketPath : '' });
  }

  #url(path: string): string {
    return (this.#server.ok ? this.#server.value.baseUrl : '') + path;
  }

  #logFailure(message: string, error: string, service?: string): void {
    this.#ports.log.error(message, {
      code: 'LIMPET_CONSUL_SD_WATCH',
      provider: this.#provider,
      server: redactedAddress(this.#config.server),
      ...(service === undefined ? {} : { service }),
      error,
    });
  }
}
