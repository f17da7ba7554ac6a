import type { MetricDefinition } from '@limpet/model';

/** Value of the label `name`: this discovery serves scraping. */
export const MANAGER_NAME = 'scrape';

const BUCKETS = [0.01, 0.1, 1, 10];
const QUANTILES = [0.5, 0.9, 0.99];

/** The self-metrics of discovery (D-040). Names, labels and meanings are upstream's. */
export const METRICS = {
  failedConfigs: {
    name: 'prometheus_sd_failed_configs',
    help: 'Sections of the running configuration whose provider could not be created.',
    type: 'gauge',
    labels: ['name'],
  },
  discoveredTargets: {
    name: 'prometheus_sd_discovered_targets',
    help: 'Targets in the snapshot sent last.',
    type: 'gauge',
    labels: ['name', 'config'],
  },
  receivedUpdates: {
    name: 'prometheus_sd_received_updates_total',
    help: 'Updates received from providers.',
    type: 'counter',
    labels: ['name'],
  },
  updates: {
    name: 'prometheus_sd_updates_total',
    help: 'Snapshots sent to the scrape manager.',
    type: 'counter',
    labels: ['name'],
  },
  delayedUpdates: {
    name: 'prometheus_sd_updates_delayed_total',
    help: 'Snapshots that the scrape manager could not take at once.',
    type: 'counter',
    labels: ['name'],
  },
  lastUpdate: {
    name: 'prometheus_sd_last_update_timestamp_seconds',
    help: 'When the last snapshot was built, in seconds since the epoch.',
    type: 'gauge',
    labels: ['name', 'config'],
  },
  refreshFailures: {
    name: 'prometheus_sd_refresh_failures_total',
    help: 'Refreshes that failed; the targets found before stay.',
    type: 'counter',
    labels: ['mechanism', 'config'],
  },
  refreshDuration: {
    name: 'prometheus_sd_refresh_duration_seconds',
    help: 'Duration of refreshes in seconds.',
    type: 'summary',
    labels: ['mechanism', 'config'],
    quantiles: QUANTILES,
  },
  refreshDurationHistogram: {
    name: 'prometheus_sd_refresh_duration_histogram_seconds',
    help: 'Duration of refreshes in seconds.',
    type: 'histogram',
    labels: ['mechanism'],
    buckets: BUCKETS,
  },
  fileReadErrors: {
    name: 'prometheus_sd_file_read_errors_total',
    help: 'Target files that could not be read or parsed.',
    type: 'counter',
    labels: [],
  },
  fileWatcherErrors: {
    name: 'prometheus_sd_file_watcher_errors_total',
    help: 'Failures of watching the folders of target files.',
    type: 'counter',
    labels: [],
  },
  fileScanDuration: {
    name: 'prometheus_sd_file_scan_duration_seconds',
    help: 'Duration of reading all target files of a provider, in seconds.',
    type: 'summary',
    labels: [],
    quantiles: QUANTILES,
  },
  fileMtime: {
    name: 'prometheus_sd_file_mtime_seconds',
    help: 'Time of the last change of a target file when it was last read, in seconds since the epoch.',
    type: 'gauge',
    labels: ['filename'],
  },
  httpFailures: {
    name: 'prometheus_sd_http_failures_total',
    help: 'Requests for targets that failed.',
    type: 'counter',
    labels: [],
  },
  dnsLookups: {
    name: 'prometheus_sd_dns_lookups_total',
    help: 'Names that were looked up for targets, each once in a refresh.',
    type: 'counter',
    labels: [],
  },
  dnsLookupFailures: {
    name: 'prometheus_sd_dns_lookup_failures_total',
    help: 'Names that could not be looked up; the targets found before stay.',
    type: 'counter',
    labels: [],
  },
  consulRpcFailures: {
    name: 'prometheus_sd_consul_rpc_failures_total',
    help: 'Requests to Consul that failed; the targets found before stay.',
    type: 'counter',
    labels: [],
  },
  consulRpcDuration: {
    name: 'prometheus_sd_consul_rpc_duration_seconds',
    help: 'Duration of requests to Consul in seconds, the time included that it holds answers back.',
    type: 'summary',
    labels: ['endpoint', 'call'],
    quantiles: QUANTILES,
  },
  kubernetesEvents: {
    name: 'prometheus_sd_kubernetes_events_total',
    help: 'Objects of Kubernetes that were added, updated or deleted, by the role that they belong to.',
    type: 'counter',
    labels: ['role', 'event'],
  },
  kubernetesFailures: {
    name: 'prometheus_sd_kubernetes_failures_total',
    help: 'Lists and watches of Kubernetes that failed.',
    type: 'counter',
    labels: [],
  },
  providerCrashes: {
    name: 'limpet_sd_provider_crashes_total',
    help: 'Providers that ended because of a fault and are started again.',
    type: 'counter',
    labels: ['mechanism'],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Every definition, for the registry and the generated list. */
export const DISCOVERY_METRICS: readonly MetricDefinition[] = Object.values(METRICS);
