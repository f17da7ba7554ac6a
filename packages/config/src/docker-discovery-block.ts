import { block } from './block-decoder.ts';
import type { DockerDiscoveryConfig, DockerFilter } from './config.ts';
import { list, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { buildHttpClient, HTTP_CLIENT_DEFAULTS, HTTP_CLIENT_FIELDS } from './http-client-block.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded } from './reading.ts';
import { checkRefresh } from './refresh-interval.ts';
import { boolean, durationMs, integer, text, url } from './scalar-decoder.ts';

const filterBlock: Decoder<DockerFilter> = block({
  type: 'filter',
  fields: { name: text, values: list(text) },
  zero: { name: '', values: [] },
  build: ({ name, values }): DockerFilter => ({ name, values }),
});

const DOCKER_FIELDS = {
  ...HTTP_CLIENT_FIELDS,
  host: url,
  port: withDefault(integer, 80),
  filters: list(filterBlock),
  host_networking_host: withDefault(text, 'localhost'),
  refresh_interval: withDefault(durationMs, 60_000),
  match_first_network: withDefault(boolean, true),
};

/** One section of `docker_sd_configs` (C-160). Schemes that nobody speaks are refused when the section is run. */
export const dockerDiscovery: Decoder<DockerDiscoveryConfig> = block({
  type: 'docker_sd_config',
  fields: DOCKER_FIELDS,
  zero: {
    mechanism: 'docker',
    host: '',
    port: 0,
    filters: [],
    hostNetworkingHost: '',
    matchFirstNetwork: false,
    refreshIntervalMs: 0,
    httpClient: HTTP_CLIENT_DEFAULTS,
  },
  build: (values, place): Decoded<DockerDiscoveryConfig> => {
    const { host = '', port, filters, host_networking_host, refresh_interval, match_first_network } = values;
    if (host === '') return refuse(fieldPlace(place, 'host'), 'LIMPET_CONFIG_EMPTY', 'host missing');
    const httpClient = buildHttpClient(values, place);
    if (httpClient === INVALID) return INVALID;
    return (
      checkRefresh(refresh_interval, place) ?? {
        mechanism: 'docker',
        host,
        port,
        filters,
        hostNetworkingHost: host_networking_host,
        matchFirstNetwork: match_first_network,
        refreshIntervalMs: refresh_interval,
        httpClient,
      }
    );
  },
});
