import { isValidLabelName } from '@limpet/relabel';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { GlobalConfig } from './config.ts';
import { optional, quoted } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { mapOf } from './map-decoder.ts';
import { defaultEscaping, escapingScheme, validationScheme } from './name-scheme.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { boolean, durationMs, labelName, labelValue, path, sizeBytes, unsigned } from './scalar-decoder.ts';
import { checkProtocols, protocolNames } from './scrape-protocol-list.ts';

const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;

/** Limits that a job takes over where its own is 0. */
export const LIMIT_FIELDS = {
  body_size_limit: sizeBytes,
  sample_limit: unsigned,
  target_limit: unsigned,
  label_limit: unsigned,
  label_name_length_limit: unsigned,
  label_value_length_limit: unsigned,
  keep_dropped_targets: unsigned,
};

const GLOBAL_FIELDS = {
  scrape_interval: durationMs,
  scrape_timeout: durationMs,
  scrape_protocols: protocolNames,
  evaluation_interval: durationMs,
  rule_query_offset: durationMs,
  query_log_file: path,
  scrape_failure_log_file: path,
  external_labels: mapOf(labelValue, labelName),
  ...LIMIT_FIELDS,
  metric_name_validation_scheme: validationScheme,
  metric_name_escaping_scheme: escapingScheme('global'),
  scrape_native_histograms: boolean,
  convert_classic_histograms_to_nhcb: boolean,
  always_scrape_classic_histograms: boolean,
  extra_scrape_metrics: optional(boolean),
};

/** What a file without a `global` block has. */
function defaultGlobal(hasExtraMetrics: boolean): GlobalConfig {
  return {
    scrapeIntervalMs: DEFAULT_INTERVAL_MS,
    scrapeTimeoutMs: DEFAULT_TIMEOUT_MS,
    externalLabels: {},
    metricNameValidationScheme: 'utf8',
    metricNameEscapingScheme: 'allow-utf-8',
    scrapeProtocols: undefined,
    bodySizeLimit: 0,
    sampleLimit: 0,
    targetLimit: 0,
    labelLimit: 0,
    labelNameLengthLimit: 0,
    labelValueLengthLimit: 0,
    keepDroppedTargets: 0,
    scrapeFailureLogFile: '',
    scrapeNativeHistograms: false,
    convertClassicHistogramsToNhcb: false,
    alwaysScrapeClassicHistograms: false,
    extraScrapeMetrics: hasExtraMetrics,
  };
}

/** The `global` block; absent, null and empty all mean the defaults (C-004, C-030). */
export function globalBlock(hasExtraMetrics: boolean): Decoder<GlobalConfig> {
  return block({
    type: 'global',
    fields: GLOBAL_FIELDS,
    zero: defaultGlobal(hasExtraMetrics),
    build: (values, place) => build(values, place, hasExtraMetrics),
  });
}

function build(values: FieldValues<typeof GLOBAL_FIELDS>, place: Place, hasExtraMetrics: boolean): Decoded<GlobalConfig> {
  const validation = values.metric_name_validation_scheme === 'legacy' ? 'legacy' : 'utf8';
  const badName = Object.keys(values.external_labels).find((name) => !isValidLabelName(name, validation));
  if (badName !== undefined) {
    const at = fieldPlace(fieldPlace(place, 'external_labels'), badName);
    return refuse(at, 'LIMPET_CONFIG_VALUE', `${quoted(badName)} is not a valid label name`);
  }
  const scrapeIntervalMs = values.scrape_interval === 0 ? DEFAULT_INTERVAL_MS : values.scrape_interval;
  if (values.scrape_timeout > scrapeIntervalMs) {
    return refuse(fieldPlace(place, 'scrape_timeout'), 'LIMPET_CONFIG_CONFLICT', 'global scrape timeout greater than scrape interval');
  }
  const names = values.scrape_protocols;
  const protocols = names === undefined ? undefined : checkProtocols(names, fieldPlace(place, 'scrape_protocols'), 'global config');
  if (protocols === INVALID) return INVALID;
  return {
    scrapeIntervalMs,
    scrapeTimeoutMs: values.scrape_timeout === 0 ? Math.min(DEFAULT_TIMEOUT_MS, scrapeIntervalMs) : values.scrape_timeout,
    externalLabels: values.external_labels,
    metricNameValidationScheme: validation,
    metricNameEscapingScheme: orUnset(values.metric_name_escaping_scheme) ?? defaultEscaping(validation),
    scrapeProtocols: protocols,
    bodySizeLimit: values.body_size_limit,
    sampleLimit: values.sample_limit,
    targetLimit: values.target_limit,
    labelLimit: values.label_limit,
    labelNameLengthLimit: values.label_name_length_limit,
    labelValueLengthLimit: values.label_value_length_limit,
    keepDroppedTargets: values.keep_dropped_targets,
    scrapeFailureLogFile: values.scrape_failure_log_file,
    scrapeNativeHistograms: values.scrape_native_histograms,
    convertClassicHistogramsToNhcb: values.convert_classic_histograms_to_nhcb,
    alwaysScrapeClassicHistograms: values.always_scrape_classic_histograms,
    extraScrapeMetrics: values.extra_scrape_metrics ?? hasExtraMetrics,
  };
}

/** A word, or `undefined` where the file leaves it empty. */
export function orUnset<Word extends string>(word: Word | undefined): Exclude<Word, ''> | undefined {
  return word === undefined || word === '' ? undefined : (word as Exclude<Word, ''>);
}
