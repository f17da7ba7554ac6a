import { formatDuration } from '@limpet/model';
import type { ScrapeConfig } from './config.ts';
import { discoveryYaml } from './format-discovery.ts';
import { httpClientYaml } from './format-http-client.ts';
import { relabelYaml } from './format-relabel.ts';
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
