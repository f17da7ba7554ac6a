import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { DockerDiscoveryConfig, DockerFilter, HttpClientConfig } from '@limpet/config';
import type { HttpConnection, HttpOutcome } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { configOf } from '../provider-table.ts';
import { JSON_ANSWER_BYTES_MAX, readJsonAnswer } from '../provider/json-answer.ts';
import { LazyClient } from '../provider/lazy-client.ts';
import type { OpenRefresher, Refreshed, Refresher } from '../provider/polling-source.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { negotiatedVersion } from './api-version.ts';
import { readContainers, readNetworks } from './docker-answer.ts';
import { dockerGroup } from './docker-group.ts';
import { dockerHost } from './docker-host.ts';
import type { DockerHost } from './docker-host.ts';

/** `docker_sd_configs`: asks a daemon for its containers and networks (C-160). */
export const openDockerRefresher: OpenRefresher = (provider, ports) => new DockerRefresher(provider, ports);

/** Hosts that are no URL of the web are reached with the proxies of the environment and nothing else. */
const PLAIN_CLIENT: HttpClientConfig = { ...HTTP_CLIENT_DEFAULTS, proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, fromEnvironment: true } };

class DockerRefresher implements Refresher {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #config: DockerDiscoveryConfig;
  readonly #host: ReturnType<typeof dockerHost>;
  readonly #client: LazyClient;
  #connection: HttpConnection | undefined;
  /** Version of the API that the daemon was found to speak; asked for anew after a failure. */
  #version: string | undefined;

  constructor(provider: string, ports: ProviderPorts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#config = configOf(ports.table, provider, 'docker');
    this.#host = dockerHost(this.#config.host);
    const usesClientBlock = this.#host.ok && this.#host.value.usesClientBlock;
    this.#client = new LazyClient(provider, ports, usesClientBlock ? this.#config.httpClient : PLAIN_CLIENT);
  }

  async refresh(signal: AbortSignal): Promise<Refreshed> {
    if (!this.#host.ok) {
      this.#ports.failedProviders.add(this.#provider);
      return this.#host;
    }
    const client = await this.#client.open();
    if (!client.ok) return client;
    const { baseUrl, socketPath } = this.#host.value;
    this.#connection ??= client.value.connect(baseUrl, { socketPath });
    const refreshed = await this.#list(this.#connection, this.#host.value, signal);
    if (!refreshed.ok) this.#version = undefined;
    return refreshed;
  }

  /** Refreshes count for themselves. */
  noteFailure(): void {}

  end(): void {
    this.#client.end();
  }

  async #list(connection: HttpConnection, { baseUrl }: DockerHost, signal: AbortSignal): Promise<Refreshed> {
    const get = (path: string): Promise<HttpOutcome> =>
      connection.send({
        method: 'GET',
        url: baseUrl + path,
        headers: { Accept: 'application/json' },
        signal,
        inflate: false,
        bodyLimitBytes: JSON_ANSWER_BYTES_MAX,
      });
    const version = await this.#negotiate(get);
    if (!version.ok) return version;
    const containers = readJsonAnswer(await get(`/v${version.value}/containers/json${filterQuery(this.#config.filters)}`), readContainers);
    if (!containers.ok) return failed({ message: `error while listing containers: ${containers.error.message}` });
    const networks = readJsonAnswer(await get(`/v${version.value}/networks`), readNetworks);
    if (!networks.ok) return failed({ message: `error while computing network labels: ${networks.error.message}` });
    return succeeded([dockerGroup(containers.value, networks.value, this.#config)]);
  }

  async #negotiate(get: (path: string) => Promise<HttpOutcome>): Promise<Result<string, { readonly message: string }>> {
    if (this.#version !== undefined) return succeeded(this.#version);
    const ping = await get('/_ping');
    if (!ping.ok) return failed({ message: ping.error });
    this.#version = negotiatedVersion([ping.headers['api-version'] ?? ''].flat()[0] ?? '');
    return succeeded(this.#version);
  }
}

/** The query that filters containers, empty where nothing is filtered: values of one name are alternatives. */
export function filterQuery(filters: readonly DockerFilter[]): string {
  const byName = new Map<string, Record<string, true>>();
  for (const { name, values } of filters) {
    for (const value of values) byName.set(name, { ...byName.get(name), [value]: true });
  }
  if (byName.size === 0) return '';
  return `?filters=${encodeURIComponent(JSON.stringify(Object.fromEntries(byName)))}`;
}
