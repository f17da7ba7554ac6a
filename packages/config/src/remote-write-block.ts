import type { NameValidationScheme } from '@limpet/relabel';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import { list, optional, quoted, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { buildHttpClient, HTTP_CLIENT_FIELDS } from './http-client-block.ts';
import type { HttpClientConfig } from './http-client-config.ts';
import { RESERVED_HEADERS } from './http-headers-block.ts';
import { mapOf } from './map-decoder.ts';
import { fieldPlace, hide, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { checkRules, relabelRules } from './relabel-rule-block.ts';
import { remoteWriteHash } from './remote-write-hash.ts';
import type { MetadataConfig, QueueConfig, RemoteWriteConfig } from './remote-write-config.ts';
import { boolean, durationMs, text, integer, unshownText, url } from './scalar-decoder.ts';
import { lenient, reportingOnly } from './scrape-config-block.ts';

const MESSAGES = ['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'] as const;

const QUEUE_FIELDS = {
  capacity: withDefault(integer, 10_000),
  max_shards: withDefault(integer, 50),
  min_shards: withDefault(integer, 1),
  max_samples_per_send: withDefault(integer, 2000),
  batch_send_deadline: withDefault(durationMs, 5000),
  min_backoff: withDefault(durationMs, 30),
  max_backoff: withDefault(durationMs, 5000),
  retry_on_http_429: boolean,
  sample_age_limit: durationMs,
};

const DEFAULT_QUEUE: QueueConfig = {
  capacity: 10_000,
  maxShards: 50,
  minShards: 1,
  maxSamplesPerSend: 2000,
  batchSendDeadlineMs: 5000,
  minBackoffMs: 30,
  maxBackoffMs: 5000,
  retryOnHttp429: false,
  sampleAgeLimitMs: 0,
};

/** What a null `queue_config` is; its checks refuse it. */
const ZERO_QUEUE: QueueConfig = {
  capacity: 0,
  maxShards: 0,
  minShards: 0,
  maxSamplesPerSend: 0,
  batchSendDeadlineMs: 0,
  minBackoffMs: 0,
  maxBackoffMs: 0,
  retryOnHttp429: false,
  sampleAgeLimitMs: 0,
};

const queueBlock: Decoder<QueueConfig> = block({
  type: 'queue_config',
  fields: QUEUE_FIELDS,
  zero: ZERO_QUEUE,
  absent: DEFAULT_QUEUE,
  build: (values) => ({
    capacity: values.capacity,
    maxShards: values.max_shards,
    minShards: values.min_shards,
    maxSamplesPerSend: values.max_samples_per_send,
    batchSendDeadlineMs: values.batch_send_deadline,
    minBackoffMs: values.min_backoff,
    maxBackoffMs: values.max_backoff,
    retryOnHttp429: values.retry_on_http_429,
    sampleAgeLimitMs: values.sample_age_limit,
  }),
});

const metadataBlock: Decoder<MetadataConfig> = block({
  type: 'metadata_config',
  fields: {
    send: withDefault(boolean, true),
    send_interval: withDefault(durationMs, 60_000),
    max_samples_per_send: withDefault(integer, 2000),
  },
  zero: { send: false, sendIntervalMs: 0, maxSamplesPerSend: 0 },
  absent: { send: true, sendIntervalMs: 60_000, maxSamplesPerSend: 2000 },
  build: (values) => ({ send: values.send, sendIntervalMs: values.send_interval, maxSamplesPerSend: values.max_samples_per_send }),
});

/** A way to authenticate that is not built: known, so that its presence can be refused by name. */
const unbuiltAuthentication: Decoder<boolean> = {
  absent: false,
  zero: false,
  read: (place) => {
    hide(place);
    return true;
  },
};

const REMOTE_WRITE_FIELDS = {
  url,
  name: text,
  remote_timeout: withDefault(durationMs, 30_000),
  headers: mapOf(unshownText),
  write_relabel_configs: relabelRules('empty or null relabeling rule in remote write config'),
  send_exemplars: boolean,
  send_native_histograms: boolean,
  round_robin_dns: boolean,
  protobuf_message: withDefault(text, MESSAGES[0] as string),
  failed_request_logging: boolean,
  ...HTTP_CLIENT_FIELDS,
  enable_http2: boolean,
  queue_config: queueBlock,
  metadata_config: metadataBlock,
  sigv4: unbuiltAuthentication,
  azuread: unbuiltAuthentication,
  google_iam: unbuiltAuthentication,
};
type RemoteWriteValues = FieldValues<typeof REMOTE_WRITE_FIELDS>;

/** A receiver as read and checked on its own; its rules wait for the scheme of `global`. */
export interface RemoteWriteDraft {
  readonly values: RemoteWriteValues;
  readonly url: string;
  readonly protobufMessage: RemoteWriteConfig['protobufMessage'];
  readonly httpClient: HttpClientConfig;
  readonly place: Place;
}

/** The receivers of a file. Those that cannot be read are reported and left out. */
export const remoteWriteBlock: Decoder<readonly RemoteWriteDraft[]> = lenient(
  list(
    reportingOnly(
      optional(
        block<typeof REMOTE_WRITE_FIELDS, RemoteWriteDraft | undefined>({
          type: 'remote_write',
          fields: REMOTE_WRITE_FIELDS,
          zero: undefined,
          build,
        }),
      ),
    ),
    'empty or null remote write config section',
  ),
);

function build(values: RemoteWriteValues, place: Place): Decoded<RemoteWriteDraft> {
  const address = values.url ?? '';
  if (address === '') return refuse(fieldPlace(place, 'url'), 'LIMPET_CONFIG_EMPTY', 'url for remote_write is empty');
  const protobufMessage = MESSAGES.find((message) => message === values.protobuf_message);
  const refusal = headerRefusal(values, place);
  if (refusal !== undefined) return refusal;
  if (protobufMessage === undefined) {
    const message = `invalid protobuf_message value: unknown type ${quoted(values.protobuf_message)}, supported: ${MESSAGES.join(', ')}`;
    return refuse(fieldPlace(place, 'protobuf_message'), 'LIMPET_CONFIG_VALUE', message);
  }
  const httpClient = buildHttpClient(values, place);
  if (httpClient === INVALID) return INVALID;
  const unsupported =
    authenticationRefusal(values, httpClient, place) ?? queueRefusal(values.queue_config, fieldPlace(place, 'queue_config'));
  return unsupported ?? { values, url: address, protobufMessage, httpClient, place };
}

function headerRefusal({ headers }: RemoteWriteValues, place: Place): typeof INVALID | undefined {
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    const at = fieldPlace(fieldPlace(place, 'headers'), name);
    if (lower === 'authorization') {
      const fields = 'the basic_auth, authorization, oauth2, sigv4, azuread or google_iam parameter';
      return refuse(at, 'LIMPET_CONFIG_VALUE', `authorization header must be changed via ${fields}`);
    }
    if (RESERVED_HEADERS.has(lower) && lower !== 'x-prometheus-scrape-timeout-seconds') {
      return refuse(at, 'LIMPET_CONFIG_VALUE', `${quoted(name)} is a reserved header. It must not be changed`);
    }
  }
  return undefined;
}

function authenticationRefusal(values: RemoteWriteValues, { authentication }: HttpClientConfig, place: Place): typeof INVALID | undefined {
  const unbuilt = (['sigv4', 'azuread', 'google_iam'] as const).filter((name) => values[name]);
  const [first] = unbuilt;
  if (first === undefined) return undefined;
  const at = fieldPlace(place, first);
  if (unbuilt.length > 1 || authentication !== undefined) {
    const message = 'at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be configured';
    return refuse(at, 'LIMPET_CONFIG_CONFLICT', message);
  }
  return refuse(at, 'LIMPET_CONFIG_NOT_SUPPORTED', `${first} is not supported`, { hint: 'basic_auth, authorization and oauth2 are' });
}

/** The checks of a queue (C-081). */
function queueRefusal(queue: QueueConfig, place: Place): typeof INVALID | undefined {
  const { capacity, maxShards, minShards, maxSamplesPerSend, minBackoffMs, maxBackoffMs } = queue;
  const positive = { capacity, max_shards: maxShards, min_shards: minShards, max_samples_per_send: maxSamplesPerSend };
  for (const [field, value] of Object.entries(positive)) {
    if (value <= 0) return refuse(fieldPlace(place, field), 'LIMPET_CONFIG_VALUE', `${field} must be positive`);
  }
  if (minShards > maxShards) {
    return refuse(fieldPlace(place, 'min_shards'), 'LIMPET_CONFIG_CONFLICT', 'min_shards must not be greater than max_shards');
  }
  if (maxBackoffMs < minBackoffMs) {
    return refuse(fieldPlace(place, 'max_backoff'), 'LIMPET_CONFIG_CONFLICT', 'max_backoff must not be less than min_backoff');
  }
  return undefined;
}

/** The receivers, their rules checked with the scheme of `global`, named and hashed; refuses doubles (C-181). */
export function effectiveRemoteWrites(
  drafts: readonly RemoteWriteDraft[],
  scheme: NameValidationScheme,
): Decoded<readonly RemoteWriteConfig[]> {
  const configs: RemoteWriteConfig[] = [];
  const names = new Set<string>();
  const hashes = new Set<string>();
  let isValid = true;
  for (const draft of drafts) {
    const config = effectiveRemoteWrite(draft, scheme);
    const at = draft.place;
    const { name } = draft.values;
    if (name !== '' && names.has(name)) {
      refuse(fieldPlace(at, 'name'), 'LIMPET_CONFIG_CONFLICT', `found multiple remote write configs with job name ${quoted(name)}`);
      isValid = false;
    } else if (config !== INVALID && hashes.has(config.hash)) {
      refuse(at, 'LIMPET_CONFIG_CONFLICT', 'duplicate remote write configs are not allowed', {
        hint: 'two entries differ in nothing but secrets; give them names',
      });
      isValid = false;
    }
    names.add(name);
    if (config === INVALID) isValid = false;
    else {
      hashes.add(config.hash);
      configs.push(config);
    }
  }
  return isValid ? configs : INVALID;
}

function effectiveRemoteWrite(
  { values, url, protobufMessage, httpClient }: RemoteWriteDraft,
  scheme: NameValidationScheme,
): Decoded<RemoteWriteConfig> {
  const writeRelabelConfigs = checkRules(values.write_relabel_configs, scheme);
  if (writeRelabelConfigs === INVALID) return INVALID;
  const config = {
    url,
    name: values.name,
    remoteTimeoutMs: values.remote_timeout,
    headers: values.headers,
    writeRelabelConfigs,
    sendExemplars: values.send_exemplars,
    sendNativeHistograms: values.send_native_histograms,
    roundRobinDns: values.round_robin_dns,
    protobufMessage,
    queue: values.queue_config,
    metadata: values.metadata_config,
    httpClient,
  };
  const hash = remoteWriteHash(config);
  return { ...config, hash, name: values.name === '' ? hash.slice(0, 6) : values.name };
}
