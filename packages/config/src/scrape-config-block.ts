import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { ServiceDiscoveryConfig } from './config.ts';
import { optional, withDefault, list } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { LIMIT_FIELDS } from './global-block.ts';
import { buildHttpClient, HTTP_CLIENT_FIELDS } from './http-client-block.ts';
import type { HttpClientConfig } from './http-client-config.ts';
import { mapOf } from './map-decoder.ts';
import { escapingScheme, validationScheme } from './name-scheme.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { relabelRules } from './relabel-rule-block.ts';
import { boolean, durationMs, float, path, text, unsigned } from './scalar-decoder.ts';
import { protocolNames } from './scrape-protocol-list.ts';
import { checkStaticTargets, DISCOVERY_FIELDS, refuseAbsentMechanism, serviceDiscovery } from './service-discovery-block.ts';

const SCRAPE_FIELDS = {
  job_name: text,
  scrape_interval: durationMs,
  scrape_timeout: durationMs,
  scrape_protocols: protocolNames,
  fallback_scrape_protocol: text,
  scrape_native_histograms: optional(boolean),
  always_scrape_classic_histograms: optional(boolean),
  convert_classic_histograms_to_nhcb: optional(boolean),
  extra_scrape_metrics: optional(boolean),
  metrics_path: withDefault(text, '/metrics'),
  scheme: withDefault(text, 'http'),
  params: mapOf(list(text)),
  honor_labels: boolean,
  honor_timestamps: withDefault(boolean, true),
  track_timestamps_staleness: boolean,
  enable_compression: withDefault(boolean, true),
  ...LIMIT_FIELDS,
  native_histogram_bucket_limit: unsigned,
  native_histogram_min_bucket_factor: float,
  metric_name_validation_scheme: validationScheme,
  metric_name_escaping_scheme: escapingScheme('scrape config'),
  scrape_failure_log_file: path,
  ...HTTP_CLIENT_FIELDS,
  relabel_configs: relabelRules('empty or null target relabeling rule in scrape config'),
  metric_relabel_configs: relabelRules('empty or null metric relabeling rule in scrape config'),
  ...DISCOVERY_FIELDS,
};

/** A job as read and checked on its own; what it takes over from `global` is still open. */
export interface ScrapeDraft {
  readonly values: FieldValues<typeof SCRAPE_FIELDS>;
  readonly httpClient: HttpClientConfig;
  readonly serviceDiscovery: readonly ServiceDiscoveryConfig[];
  readonly place: Place;
}

const scrapeConfigBlock: Decoder<ScrapeDraft | undefined> = block({
  type: 'scrape_config',
  fields: SCRAPE_FIELDS,
  zero: undefined,
  build,
  refuseField: refuseAbsentMechanism,
});

/** The jobs of a file. Those that cannot be read are reported and left out, so that the others are still checked. */
export const scrapeConfigsBlock: Decoder<readonly ScrapeDraft[]> = lenient(
  list(reportingOnly(scrapeConfigBlock), 'empty or null scrape config section'),
);

function build(values: FieldValues<typeof SCRAPE_FIELDS>, place: Place): Decoded<ScrapeDraft> {
  if (values.job_name === '') return refuse(fieldPlace(place, 'job_name'), 'LIMPET_CONFIG_EMPTY', 'job_name is empty');
  const httpClient = buildHttpClient(values, place);
  if (httpClient === INVALID) return INVALID;
  if (values.relabel_configs.length === 0) {
    const refusal = checkStaticTargets(values.static_configs, place);
    if (refusal !== undefined) return refusal;
  }
  return { values, httpClient, serviceDiscovery: serviceDiscovery(values), place };
}

/** A decoder whose failures, once reported, count as nothing. */
export function reportingOnly<Value>(decoder: Decoder<Value | undefined>): Decoder<Value | undefined> {
  return {
    ...decoder,
    read: (place) => {
      const value = decoder.read(place);
      return value === INVALID ? undefined : value;
    },
  };
}

/** A list without the items that are nothing. */
export function lenient<Value>(decoder: Decoder<readonly (Value | undefined)[]>): Decoder<readonly Value[]> {
  return {
    absent: [],
    zero: [],
    read: (place) => {
      const values = decoder.read(place);
      return values === INVALID ? INVALID : values.filter((value) => value !== undefined);
    },
  };
}
