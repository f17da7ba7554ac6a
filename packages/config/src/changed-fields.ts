import type { Config, ScrapeConfig, ServiceDiscoveryConfig } from './config.ts';
import { equalValues } from './equal-configs.ts';
import type { HttpClientConfig, ProxyConfig } from './http-client-config.ts';

/** Fields of a job as the configuration spells them. */
const JOB_FIELDS = {
  jobName: 'job_name',
  honorLabels: 'honor_labels',
  honorTimestamps: 'honor_timestamps',
  trackTimestampsStaleness: 'track_timestamps_staleness',
  params: 'params',
  scrapeIntervalMs: 'scrape_interval',
  scrapeTimeoutMs: 'scrape_timeout',
  scrapeProtocols: 'scrape_protocols',
  fallbackScrapeProtocol: 'fallback_scrape_protocol',
  scrapeNativeHistograms: 'scrape_native_histograms',
  alwaysScrapeClassicHistograms: 'always_scrape_classic_histograms',
  convertClassicHistogramsToNhcb: 'convert_classic_histograms_to_nhcb',
  scrapeFailureLogFile: 'scrape_failure_log_file',
  metricsPath: 'metrics_path',
  scheme: 'scheme',
  enableCompression: 'enable_compression',
  bodySizeLimit: 'body_size_limit',
  sampleLimit: 'sample_limit',
  targetLimit: 'target_limit',
  labelLimit: 'label_limit',
  labelNameLengthLimit: 'label_name_length_limit',
  labelValueLengthLimit: 'label_value_length_limit',
  nativeHistogramBucketLimit: 'native_histogram_bucket_limit',
  nativeHistogramMinBucketFactor: 'native_histogram_min_bucket_factor',
  keepDroppedTargets: 'keep_dropped_targets',
  metricNameValidationScheme: 'metric_name_validation_scheme',
  metricNameEscapingScheme: 'metric_name_escaping_scheme',
  extraScrapeMetrics: 'extra_scrape_metrics',
  relabelConfigs: 'relabel_configs',
  metricRelabelConfigs: 'metric_relabel_configs',
} as const satisfies Record<Exclude<keyof ScrapeConfig, 'httpClient' | 'serviceDiscovery'>, string>;

const CLIENT_FIELDS = {
  tls: 'tls_config',
  followRedirects: 'follow_redirects',
  enableHttp2: 'enable_http2',
  httpHeaders: 'http_headers',
} as const satisfies Record<Exclude<keyof HttpClientConfig, 'authentication' | 'proxy'>, string>;

const PROXY_FIELDS = {
  url: 'proxy_url',
  noProxy: 'no_proxy',
  fromEnvironment: 'proxy_from_environment',
  connectHeaders: 'proxy_connect_header',
} as const satisfies Record<keyof ProxyConfig, string>;

const AUTHENTICATION_FIELDS = { basic: 'basic_auth', authorization: 'authorization', oauth2: 'oauth2' } as const;

const SECTION_FIELDS = {
  consul: 'consul_sd_configs',
  dns: 'dns_sd_configs',
  docker: 'docker_sd_configs',
  file: 'file_sd_configs',
  http: 'http_sd_configs',
  kubernetes: 'kubernetes_sd_configs',
  push: 'push_sd_configs',
  static: 'static_configs',
} as const satisfies Record<ServiceDiscoveryConfig['mechanism'], string>;

/**
 * Names of the fields in which two effective job configurations differ, as the configuration spells them, those taken
 * over from `global` and changed secrets included. Empty exactly where `equalConfigs` holds, but for the order of
 * unlike discovery sections, which means nothing.
 */
export function changedFields(before: ScrapeConfig, after: ScrapeConfig): readonly string[] {
  return [
    ...differing(before, after, JOB_FIELDS),
    ...changedAuthentication(before.httpClient, after.httpClient),
    ...differing(before.httpClient, after.httpClient, CLIENT_FIELDS),
    ...differing(before.httpClient.proxy, after.httpClient.proxy, PROXY_FIELDS),
    ...changedDiscovery(before.serviceDiscovery, after.serviceDiscovery),
  ];
}

/** Names of the sections of the file, jobs left out, in which two configurations differ. */
export function changedSections(before: Config, after: Config): readonly string[] {
  return differing(before, after, {
    global: 'global',
    remoteWrite: 'remote_write',
    outOfOrderTimeWindowMs: 'storage',
  });
}

/** The spelling of the discovery section that a provider comes from. */
export function sectionField({ mechanism }: ServiceDiscoveryConfig): string {
  return SECTION_FIELDS[mechanism];
}

function differing<Whole extends object>(
  before: Whole,
  after: Whole,
  names: { readonly [Key in keyof Whole]?: string },
): readonly string[] {
  const changed: string[] = [];
  for (const key of Object.keys(names) as (keyof Whole)[]) {
    const name = names[key];
    if (name !== undefined && !equalValues(before[key], after[key])) changed.push(name);
  }
  return changed;
}

function changedAuthentication(
  { authentication: before }: HttpClientConfig,
  { authentication: after }: HttpClientConfig,
): readonly string[] {
  if (equalValues(before, after)) return [];
  const kinds = new Set([before, after].flatMap((block) => (block === undefined ? [] : [AUTHENTICATION_FIELDS[block.kind]])));
  return [...kinds];
}

function changedDiscovery(before: readonly ServiceDiscoveryConfig[], after: readonly ServiceDiscoveryConfig[]): readonly string[] {
  const of = (sections: readonly ServiceDiscoveryConfig[], kind: string) => sections.filter(({ mechanism }) => mechanism === kind);
  return Object.entries(SECTION_FIELDS).flatMap(([kind, name]) => (equalValues(of(before, kind), of(after, kind)) ? [] : [name]));
}
