import { formatDuration, labelValue } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import type { ScrapeConfig, ServiceDiscoveryConfig } from './config.ts';
import { httpClientYaml } from './format-http-client.ts';
import { relabelYaml } from './format-relabel.ts';
import { redactedUrl } from './url.ts';
import { mapping, sizeText, unlessZero } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/** A job in upstream's field order, with what it took over from `global`, secrets masked. */
export function scrapeConfigYaml(job: ScrapeConfig): YamlObject {
  return {
    job_name: job.jobName,
    honor_labels: unlessZero(job.honorLabels),
    honor_timestamps: job.honorTimestamps,
    track_timestamps_staleness: job.trackTimestampsStaleness,
    params: mapping(job.params, (values) => values),
    scrape_interval: formatDuration(job.scrapeIntervalMs),
    scrape_timeout: formatDuration(job.scrapeTimeoutMs),
    scrape_protocols: job.scrapeProtocols,
    fallback_scrape_protocol: job.fallbackScrapeProtocol,
    scrape_native_histograms: job.scrapeNativeHistograms,
    always_scrape_classic_histograms: job.alwaysScrapeClassicHistograms,
    convert_classic_histograms_to_nhcb: job.convertClassicHistogramsToNhcb,
    scrape_failure_log_file: unlessZero(job.scrapeFailureLogFile),
    metrics_path: job.metricsPath,
    scheme: job.scheme,
    enable_compression: job.enableCompression,
    ...limitsYaml(job),
    metric_name_validation_scheme: job.metricNameValidationScheme,
    metric_name_escaping_scheme: job.metricNameEscapingScheme,
    extra_scrape_metrics: job.extraScrapeMetrics,
    ...httpClientYaml(job.httpClient),
    relabel_configs: relabelYaml(job.relabelConfigs),
    metric_relabel_configs: relabelYaml(job.metricRelabelConfigs),
    ...discoveryYaml(job.serviceDiscovery),
  };
}

function limitsYaml(job: ScrapeConfig): YamlObject {
  return {
    body_size_limit: sizeText(job.bodySizeLimit),
    sample_limit: unlessZero(job.sampleLimit),
    target_limit: unlessZero(job.targetLimit),
    label_limit: unlessZero(job.labelLimit),
    label_name_length_limit: unlessZero(job.labelNameLengthLimit),
    label_value_length_limit: unlessZero(job.labelValueLengthLimit),
    native_histogram_bucket_limit: unlessZero(job.nativeHistogramBucketLimit),
    native_histogram_min_bucket_factor: unlessZero(job.nativeHistogramMinBucketFactor),
    keep_dropped_targets: unlessZero(job.keepDroppedTargets),
  };
}

function discoveryYaml(configs: readonly ServiceDiscoveryConfig[]): YamlObject {
  const dns: YamlObject[] = [];
  const files: YamlObject[] = [];
  const https: YamlObject[] = [];
  const statics: YamlObject[] = [];
  for (const config of configs) {
    if (config.mechanism === 'static') {
      statics.push(...config.groups.map(groupYaml));
      continue;
    }
    const refresh_interval = formatDuration(config.refreshIntervalMs);
    if (config.mechanism === 'dns') dns.push({ names: config.names, refresh_interval, type: config.type, port: config.port });
    else if (config.mechanism === 'file') files.push({ files: config.files, refresh_interval });
    else {
      https.push({ ...httpClientYaml(config.httpClient), refresh_interval, url: redactedUrl(config.url) });
    }
  }
  return {
    dns_sd_configs: dns.length === 0 ? undefined : dns,
    file_sd_configs: files.length === 0 ? undefined : files,
    http_sd_configs: https.length === 0 ? undefined : https,
    static_configs: statics.length === 0 ? undefined : statics,
  };
}

function groupYaml({ targets, labels }: TargetGroup): YamlObject {
  return {
    targets: targets.map((target) => labelValue(target, '__address__')),
    labels: mapping(Object.fromEntries(labels), (text) => text),
  };
}
