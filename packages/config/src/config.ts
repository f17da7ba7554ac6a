import type { Labels, Secret, TargetGroup } from '@limpet/model';
import type { NameValidationScheme, RelabelConfig } from '@limpet/relabel';
import type { HttpClientConfig } from './http-client-config.ts';
import type { KubernetesDiscoveryConfig } from './kubernetes/kubernetes-config.ts';
import type { RemoteWriteConfig } from './remote-write-config.ts';

/** Protocols that a scrape can ask for, as the configuration spells them (C-043). */
export const SCRAPE_PROTOCOLS = [
  'PrometheusProto',
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;
export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number];

/** How a target is asked to write names that are not legacy names (E-004). */
export type NameEscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

/** A validated configuration with defaults filled in and paths resolved. Plain data, comparable by value. */
export interface Config {
  readonly global: GlobalConfig;
  /** Jobs of the main file, then those of the included files, in order. */
  readonly scrapeConfigs: readonly ScrapeConfig[];
  readonly scrapeConfigFiles: readonly string[];
  /** Names of the jobs that came from included files; absent where there are none. */
  readonly includedJobs?: readonly string[];
  readonly remoteWrite: readonly RemoteWriteConfig[];
  /** Window in which samples older than the newest of their series are still taken. 0 by default. */
  readonly outOfOrderTimeWindowMs: number;
}

export interface GlobalConfig {
  readonly scrapeIntervalMs: number;
  readonly scrapeTimeoutMs: number;
  /** Environment variables expanded (C-090); labels whose value became empty stay and add nothing. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly metricNameValidationScheme: NameValidationScheme;
  readonly metricNameEscapingScheme: NameEscapingScheme;
  /** Unset where the file does not name any; jobs hold the effective list. */
  readonly scrapeProtocols: readonly ScrapeProtocol[] | undefined;
  readonly bodySizeLimit: number;
  readonly sampleLimit: number;
  readonly targetLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  readonly keepDroppedTargets: number;
  readonly scrapeFailureLogFile: string;
  readonly scrapeNativeHistograms: boolean;
  readonly convertClassicHistogramsToNhcb: boolean;
  readonly alwaysScrapeClassicHistograms: boolean;
  readonly extraScrapeMetrics: boolean;
}

/** One job with everything it inherits from `global` filled in. Limits: 0 = none; lengths in UTF-8 bytes. */
export interface ScrapeConfig {
  readonly jobName: string;
  readonly scrapeIntervalMs: number;
  readonly scrapeTimeoutMs: number;
  readonly scrapeProtocols: readonly ScrapeProtocol[];
  readonly fallbackScrapeProtocol: ScrapeProtocol | undefined;
  readonly scrapeNativeHistograms: boolean;
  readonly alwaysScrapeClassicHistograms: boolean;
  readonly convertClassicHistogramsToNhcb: boolean;
  readonly extraScrapeMetrics: boolean;
  readonly metricsPath: string;
  readonly scheme: string;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly enableCompression: boolean;
  readonly bodySizeLimit: number;
  readonly sampleLimit: number;
  readonly targetLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  readonly keepDroppedTargets: number;
  readonly nativeHistogramBucketLimit: number;
  readonly nativeHistogramMinBucketFactor: number;
  readonly metricNameValidationScheme: NameValidationScheme;
  readonly metricNameEscapingScheme: NameEscapingScheme;
  readonly scrapeFailureLogFile: string;
  readonly httpClient: HttpClientConfig;
  readonly relabelConfigs: readonly RelabelConfig[];
  readonly metricRelabelConfigs: readonly RelabelConfig[];
  /** Ordered as C-049: mechanisms by key name, static last. */
  readonly serviceDiscovery: readonly ServiceDiscoveryConfig[];
}

/** One provider candidate; equal ones are shared between jobs (C-100). */
export type ServiceDiscoveryConfig =
  | StaticDiscoveryConfig
  | ConsulDiscoveryConfig
  | DnsDiscoveryConfig
  | DockerDiscoveryConfig
  | FileDiscoveryConfig
  | HttpDiscoveryConfig
  | KubernetesDiscoveryConfig
  | PushDiscoveryConfig;

/** Limpet's own: targets that register themselves. */
export interface PushDiscoveryConfig {
  readonly mechanism: 'push';
  /** What those who register name; sections of equal name and limit share their targets. */
  readonly name: string;
  /** Longest time that a registration may ask for. */
  readonly maxTtlMs: number;
}

export interface StaticDiscoveryConfig {
  readonly mechanism: 'static';
  /** All `static_configs` of the job, sources `0`, `1` … */
  readonly groups: readonly TargetGroup[];
}

export interface ConsulDiscoveryConfig {
  readonly mechanism: 'consul';
  /** Host and port, a URL with `http` or `https`, or `unix://` and a path; not blank. */
  readonly server: string;
  readonly pathPrefix: string;
  /** Sent as `X-Consul-Token`; empty = none. */
  readonly token: Secret;
  /** Empty = that of the agent asked (C-140). */
  readonly datacenter: string;
  readonly namespace: string;
  readonly partition: string;
  readonly tagSeparator: string;
  readonly scheme: string;
  readonly allowStale: boolean;
  /** Least time from the start of one long poll to that of the next. */
  readonly refreshIntervalMs: number;
  /** Empty = all of them. */
  readonly services: readonly string[];
  /** Tags that a service must have, all of them. */
  readonly tags: readonly string[];
  readonly nodeMeta: Readonly<Record<string, string>>;
  /** Consul's expression over the catalog. */
  readonly filter: string;
  /** Consul's expression over the instances of a service. */
  readonly healthFilter: string;
  readonly httpClient: HttpClientConfig;
}

export interface DockerDiscoveryConfig {
  readonly mechanism: 'docker';
  /** A URL, `unix:///path`, `tcp://host:port`, `http` or `https`. May hold a password: see `redactedUrl`. */
  readonly host: string;
  /** Port of targets whose container exposes none. */
  readonly port: number;
  readonly filters: readonly DockerFilter[];
  /** Address of containers that live in the network of their host. */
  readonly hostNetworkingHost: string;
  /** Of a container with several networks, only the first by name counts. */
  readonly matchFirstNetwork: boolean;
  readonly refreshIntervalMs: number;
  /** Used for `http` and `https` hosts only. */
  readonly httpClient: HttpClientConfig;
}

/** One condition on containers, in the words of Docker; one of the values must hold. */
export interface DockerFilter {
  readonly name: string;
  readonly values: readonly string[];
}

/** Record types that name targets, as the configuration spells them; it takes them in any case (C-130). */
export const DNS_RECORD_TYPES = ['SRV', 'A', 'AAAA', 'MX', 'NS'] as const;
export type DnsRecordType = (typeof DNS_RECORD_TYPES)[number];

export interface DnsDiscoveryConfig {
  readonly mechanism: 'dns';
  /** At least one; a name without a final dot is looked up along the search list. */
  readonly names: readonly string[];
  readonly type: DnsRecordType;
  /** Port of the targets; unused for SRV, whose records have their own, and 0 there unless given. */
  readonly port: number;
  readonly refreshIntervalMs: number;
}

export interface FileDiscoveryConfig {
  readonly mechanism: 'file';
  /** Absolute paths or globs. */
  readonly files: readonly string[];
  readonly refreshIntervalMs: number;
}

export interface HttpDiscoveryConfig {
  readonly mechanism: 'http';
  readonly url: string;
  readonly refreshIntervalMs: number;
  readonly httpClient: HttpClientConfig;
}

/** External labels that add something to a series, sorted. */
export type ExternalLabels = Labels;
