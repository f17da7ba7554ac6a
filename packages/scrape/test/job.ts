import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import { labelsFrom } from '@limpet/model';
import { RELABEL_DEFAULTS } from '@limpet/relabel';
import type { RelabelConfig } from '@limpet/relabel';
import type { Target } from '../src/target/target.ts';

/** A job with Prometheus' defaults, for tests. */
export function job(changes: Partial<ScrapeConfig> = {}): ScrapeConfig {
  return {
    jobName: 'job',
    scrapeIntervalMs: 15_000,
    scrapeTimeoutMs: 10_000,
    scrapeProtocols: ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'],
    fallbackScrapeProtocol: undefined,
    scrapeNativeHistograms: false,
    alwaysScrapeClassicHistograms: false,
    convertClassicHistogramsToNhcb: false,
    extraScrapeMetrics: false,
    metricsPath: '/metrics',
    scheme: 'http',
    params: {},
    honorLabels: false,
    honorTimestamps: true,
    trackTimestampsStaleness: false,
    enableCompression: true,
    bodySizeLimit: 0,
    sampleLimit: 0,
    targetLimit: 0,
    labelLimit: 0,
    labelNameLengthLimit: 0,
    labelValueLengthLimit: 0,
    keepDroppedTargets: 0,
    nativeHistogramBucketLimit: 0,
    nativeHistogramMinBucketFactor: 0,
    metricNameValidationScheme: 'utf8',
    metricNameEscapingScheme: 'allow-utf-8',
    scrapeFailureLogFile: '',
    httpClient: HTTP_CLIENT_DEFAULTS,
    relabelConfigs: [],
    metricRelabelConfigs: [],
    serviceDiscovery: [],
    ...changes,
  };
}

/** A relabelling rule with Prometheus' defaults. */
export function rule(changes: Partial<RelabelConfig>): RelabelConfig {
  return { ...RELABEL_DEFAULTS, ...changes };
}

/** A target whose series get `publicLabels`, by default none. */
export function targetWith(publicLabels: Readonly<Record<string, string>> = {}, changes: Partial<Target> = {}): Target {
  const labels = labelsFrom(Object.entries(publicLabels));
  return {
    key: '0123456789abcdef',
    labels,
    publicLabels: labels,
    discovered: { target: [], group: [] },
    url: 'http://host:1/metrics',
    instance: 'host:1',
    intervalMs: 15_000,
    timeoutMs: 10_000,
    socketPath: '',
    scrapeNativeHistograms: false,
    convertClassicHistogramsToNhcb: false,
    alwaysScrapeClassicHistograms: false,
    ...changes,
  };
}
