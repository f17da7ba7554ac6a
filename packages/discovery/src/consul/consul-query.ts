import type { ConsulDiscoveryConfig } from '@limpet/config';

/** Seconds that Consul may hold an answer back until something changes. */
export const WATCH_SECONDS = 120;

type Parameter = readonly [name: string, value: string];

/** What of a section every request says: where to look. */
export type ConsulScope = Pick<ConsulDiscoveryConfig, 'datacenter' | 'namespace' | 'partition'>;

/** The request that tells about the agent itself, its datacenter among other things (C-140). */
export function agentPath(config: ConsulScope): string {
  return `/v1/agent/self${queryText(scopeOf(config))}`;
}

/** The request for the names of services with their tags (C-141); `index` is that of the last answer, empty at first. */
export function catalogPath(config: ConsulDiscoveryConfig, index: string): string {
  return `/v1/catalog/services${queryText([...watchOf(config, index), ...given('filter', config.filter)])}`;
}

/** The request for the instances of a service, passing or not (C-142). */
export function servicePath(config: ConsulDiscoveryConfig, service: string, index: string): string {
  const tags = config.tags.map((tag): Parameter => ['tag', tag]);
  const query = [...tags, ...watchOf(config, index), ...given('filter', config.healthFilter)];
  return `/v1/health/service/${encodeURIComponent(service)}${queryText(query)}`;
}

function scopeOf({ datacenter, namespace, partition }: ConsulScope): readonly Parameter[] {
  return [...given('dc', datacenter), ...given('ns', namespace), ...given('partition', partition)];
}

function watchOf(config: ConsulDiscoveryConfig, index: string): readonly Parameter[] {
  const stale: readonly Parameter[] = config.allowStale ? [['stale', '']] : [];
  const nodeMeta = Object.entries(config.nodeMeta).map(([key, value]): Parameter => ['node-meta', `${key}:${value}`]);
  return [...scopeOf(config), ...stale, ...given('index', index), ['wait', `${WATCH_SECONDS * 1000}ms`], ...nodeMeta];
}

function given(name: string, value: string): readonly Parameter[] {
  return value === '' ? [] : [[name, value]];
}

function queryText(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  return `?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}
