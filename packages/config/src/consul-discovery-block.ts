import { Secret } from '@limpet/model';
import { isGiven, textSource } from './at-most-one.ts';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { ConsulDiscoveryConfig } from './config.ts';
import { list, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { buildHttpClient, HTTP_CLIENT_DEFAULTS, HTTP_CLIENT_FIELDS } from './http-client-block.ts';
import type { HttpClientConfig } from './http-client-config.ts';
import { mapOf } from './map-decoder.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { checkRefresh } from './refresh-interval.ts';
import { boolean, durationMs, secret, text } from './scalar-decoder.ts';

const CONSUL_FIELDS = {
  server: withDefault(text, 'localhost:8500'),
  path_prefix: text,
  token: secret,
  datacenter: text,
  namespace: text,
  partition: text,
  tag_separator: withDefault(text, ','),
  scheme: withDefault(text, 'http'),
  username: text,
  password: secret,
  allow_stale: withDefault(boolean, true),
  refresh_interval: withDefault(durationMs, 30_000),
  services: list(text),
  tags: list(text),
  node_meta: mapOf(text),
  filter: text,
  health_filter: text,
  ...HTTP_CLIENT_FIELDS,
};
type ConsulValues = FieldValues<typeof CONSUL_FIELDS>;

/** One section of `consul_sd_configs` (C-140). User name and password become the client's `basic_auth`. */
export const consulDiscovery: Decoder<ConsulDiscoveryConfig> = block({
  type: 'consul_sd_config',
  fields: CONSUL_FIELDS,
  zero: {
    mechanism: 'consul',
    server: '',
    pathPrefix: '',
    token: new Secret(''),
    datacenter: '',
    namespace: '',
    partition: '',
    tagSeparator: '',
    scheme: '',
    allowStale: false,
    refreshIntervalMs: 0,
    services: [],
    tags: [],
    nodeMeta: {},
    filter: '',
    healthFilter: '',
    httpClient: HTTP_CLIENT_DEFAULTS,
  },
  build: (values, place): Decoded<ConsulDiscoveryConfig> => {
    if (values.server.trim() === '') {
      return refuse(fieldPlace(place, 'server'), 'LIMPET_CONFIG_EMPTY', 'consul SD configuration requires a server address');
    }
    const httpClient = consulClient(values, place);
    if (httpClient === INVALID) return INVALID;
    return checkRefresh(values.refresh_interval, place) ?? consulConfig(values, httpClient);
  },
});

function consulClient(values: ConsulValues, place: Place): Decoded<HttpClientConfig> {
  const { username, password, basic_auth, authorization, oauth2 } = values;
  const hasUser = username !== '' || isGiven(password);
  if (hasUser && basic_auth !== undefined) {
    const message = 'at most one of consul SD configuration username and password and basic auth can be configured';
    return refuse(fieldPlace(place, 'basic_auth'), 'LIMPET_CONFIG_CONFLICT', message);
  }
  if (isGiven(values.token) && (authorization !== undefined || oauth2 !== undefined)) {
    const message = 'at most one of consul SD token, authorization, or oauth2 can be configured';
    return refuse(fieldPlace(place, authorization === undefined ? 'oauth2' : 'authorization'), 'LIMPET_CONFIG_CONFLICT', message);
  }
  if (!hasUser) return buildHttpClient(values, place);
  const user = { kind: 'basic', username: textSource(username, ''), password: textSource(password, '') } as const;
  return buildHttpClient({ ...values, basic_auth: user }, place);
}

function consulConfig(values: ConsulValues, httpClient: HttpClientConfig): ConsulDiscoveryConfig {
  return {
    mechanism: 'consul',
    server: values.server,
    pathPrefix: values.path_prefix,
    token: values.token,
    datacenter: values.datacenter,
    namespace: values.namespace,
    partition: values.partition,
    tagSeparator: values.tag_separator,
    scheme: values.scheme === '' ? 'http' : values.scheme,
    allowStale: values.allow_stale,
    refreshIntervalMs: values.refresh_interval,
    services: values.services,
    tags: values.tags,
    nodeMeta: values.node_meta,
    filter: values.filter,
    healthFilter: values.health_filter,
    httpClient,
  };
}
