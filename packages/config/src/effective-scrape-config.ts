import type { NameValidationScheme } from '@limpet/relabel';
import type { GlobalConfig, NameEscapingScheme, ScrapeConfig, ScrapeProtocol } from './config.ts';
import { SCRAPE_PROTOCOLS } from './config.ts';
import { orUnset } from './global-block.ts';
import { defaultEscaping } from './name-scheme.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded } from './reading.ts';
import { checkRules } from './relabel-rule-block.ts';
import type { ScrapeDraft } from './scrape-config-block.ts';
import { checkProtocols, protocolByName, TEXT_PROTOCOLS, unknownProtocol } from './scrape-protocol-list.ts';

/** A job with everything that it inherits filled in, and the checks that need it (C-041 … C-047). */
export function effectiveScrapeConfig(draft: ScrapeDraft, global: GlobalConfig, isProtoFirst: boolean): Decoded<ScrapeConfig> {
  const { values, place } = draft;
  const job = JSON.stringify(values.job_name);
  const interval = values.scrape_interval === 0 ? global.scrapeIntervalMs : values.scrape_interval;
  if (values.scrape_timeout > interval) {
    const message = `scrape timeout greater than scrape interval for scrape config with job name ${job}`;
    return refuse(fieldPlace(place, 'scrape_timeout'), 'LIMPET_CONFIG_CONFLICT', message);
  }
  const scrapeNativeHistograms = values.scrape_native_histograms ?? global.scrapeNativeHistograms;
  const scrapeProtocols = protocolsOf(draft, global, isProtoFirst || scrapeNativeHistograms);
  const fallback = fallbackOf(draft);
  const validation = orUnset(values.metric_name_validation_scheme) ?? global.metricNameValidationScheme;
  const escaping = escapingOf(draft, global, validation);
  if (scrapeProtocols === INVALID || fallback === INVALID || escaping === INVALID) return INVALID;
  const relabelConfigs = checkRules(values.relabel_configs, validation);
  const metricRelabelConfigs = checkRules(values.metric_relabel_configs, validation);
  if (relabelConfigs === INVALID || metricRelabelConfigs === INVALID) return INVALID;
  return {
    jobName: values.job_name,
    scrapeIntervalMs: interval,
    scrapeTimeoutMs: values.scrape_timeout === 0 ? Math.min(global.scrapeTimeoutMs, interval) : values.scrape_timeout,
    scrapeProtocols,
    fallbackScrapeProtocol: fallback,
    scrapeNativeHistograms,
    alwaysScrapeClassicHistograms: values.always_scrape_classic_histograms ?? global.alwaysScrapeClassicHistograms,
    convertClassicHistogramsToNhcb: values.convert_classic_histograms_to_nhcb ?? global.convertClassicHistogramsToNhcb,
    extraScrapeMetrics: values.extra_scrape_metrics ?? global.extraScrapeMetrics,
    metricsPath: values.metrics_path,
    scheme: values.scheme,
    params: values.params,
    honorLabels: values.honor_labels,
    honorTimestamps: values.honor_timestamps,
    trackTimestampsStaleness: values.track_timestamps_staleness,
    enableCompression: values.enable_compression,
    ...limitsOf(draft, global),
    nativeHistogramBucketLimit: values.native_histogram_bucket_limit,
    nativeHistogramMinBucketFactor: values.native_histogram_min_bucket_factor,
    metricNameValidationScheme: validation,
    metricNameEscapingScheme: escaping,
    scrapeFailureLogFile: values.scrape_failure_log_file === '' ? global.scrapeFailureLogFile : values.scrape_failure_log_file,
    httpClient: draft.httpClient,
    relabelConfigs,
    metricRelabelConfigs,
    serviceDiscovery: draft.serviceDiscovery,
  };
}

/** A limit of 0 is none of its own, so a job cannot lift a limit of `global`. */
function limitsOf({ values }: ScrapeDraft, global: GlobalConfig) {
  return {
    bodySizeLimit: values.body_size_limit || global.bodySizeLimit,
    sampleLimit: values.sample_limit || global.sampleLimit,
    targetLimit: values.target_limit || global.targetLimit,
    labelLimit: values.label_limit || global.labelLimit,
    labelNameLengthLimit: values.label_name_length_limit || global.labelNameLengthLimit,
    labelValueLengthLimit: values.label_value_length_limit || global.labelValueLengthLimit,
    keepDroppedTargets: values.keep_dropped_targets || global.keepDroppedTargets,
  };
}

function protocolsOf({ values, place }: ScrapeDraft, global: GlobalConfig, isProtoFirst: boolean): Decoded<readonly ScrapeProtocol[]> {
  const owner = `scrape config with job name ${JSON.stringify(values.job_name)}`;
  if (values.scrape_protocols !== undefined) return checkProtocols(values.scrape_protocols, fieldPlace(place, 'scrape_protocols'), owner);
  return global.scrapeProtocols ?? (isProtoFirst ? SCRAPE_PROTOCOLS : TEXT_PROTOCOLS);
}

function fallbackOf({ values, place }: ScrapeDraft): Decoded<ScrapeProtocol | undefined> {
  const name = values.fallback_scrape_protocol;
  if (name === '') return undefined;
  const owner = `scrape config with job name ${JSON.stringify(values.job_name)}`;
  const message = `invalid fallback_scrape_protocol for ${owner}: ${unknownProtocol(name)}`;
  return protocolByName(name) ?? refuse(fieldPlace(place, 'fallback_scrape_protocol'), 'LIMPET_CONFIG_VALUE', message);
}

function escapingOf({ values, place }: ScrapeDraft, global: GlobalConfig, validation: NameValidationScheme): Decoded<NameEscapingScheme> {
  const inherited =
    orUnset(values.metric_name_validation_scheme) === undefined ? global.metricNameEscapingScheme : defaultEscaping(validation);
  const escaping = orUnset(values.metric_name_escaping_scheme) ?? inherited;
  if (escaping !== 'allow-utf-8' || validation === 'utf8') return escaping;
  const message = 'utf8 metric names requested but validation scheme is not set to UTF8';
  return refuse(fieldPlace(place, 'metric_name_escaping_scheme'), 'LIMPET_CONFIG_CONFLICT', message);
}
