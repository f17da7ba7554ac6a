import { block } from './block-decoder.ts';
import { DNS_RECORD_TYPES } from './config.ts';
import type { DnsDiscoveryConfig } from './config.ts';
import { list, shortened, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { fieldPlace, refuse } from './reading.ts';
import type { Decoded } from './reading.ts';
import { checkRefresh } from './refresh-interval.ts';
import { durationMs, integer, text } from './scalar-decoder.ts';

const DNS_FIELDS = {
  names: list(text),
  refresh_interval: withDefault(durationMs, 30_000),
  type: withDefault(text, 'SRV'),
  port: integer,
};

/** One section of `dns_sd_configs` (C-130). The type is kept in upper case. */
export const dnsDiscovery: Decoder<DnsDiscoveryConfig> = block({
  type: 'dns_sd_config',
  fields: DNS_FIELDS,
  zero: { mechanism: 'dns', names: [], type: 'SRV', port: 0, refreshIntervalMs: 0 },
  build: ({ names, refresh_interval, type: written, port }, place): Decoded<DnsDiscoveryConfig> => {
    if (names.length === 0) {
      return refuse(fieldPlace(place, 'names'), 'LIMPET_CONFIG_EMPTY', 'DNS-SD config must contain at least one SRV record name');
    }
    const type = DNS_RECORD_TYPES.find((name) => name === written.toUpperCase());
    if (type === undefined) {
      const message = `invalid DNS-SD records type ${shortened(written)}`;
      return refuse(fieldPlace(place, 'type'), 'LIMPET_CONFIG_VALUE', message, { hint: `it is one of ${DNS_RECORD_TYPES.join(', ')}` });
    }
    if (port === 0 && type !== 'SRV') {
      const message = 'a port is required in DNS-SD configs for all record types except SRV';
      return refuse(fieldPlace(place, 'port'), 'LIMPET_CONFIG_EMPTY', message);
    }
    return checkRefresh(refresh_interval, place) ?? { mechanism: 'dns', names, type, port, refreshIntervalMs: refresh_interval };
  },
});
