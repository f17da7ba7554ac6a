import { list } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { mapOf } from './map-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { ProxyConfig } from './http-client-config.ts';
import { fieldPlace, refuse } from './reading.ts';
import type { Decoded, INVALID, Place } from './reading.ts';
import { boolean, secret, text, url } from './scalar-decoder.ts';

/** Fields of a proxy, which stand among those of the block that uses it. */
export const PROXY_FIELDS = {
  proxy_url: url,
  no_proxy: text,
  proxy_from_environment: boolean,
  proxy_connect_header: mapOf(list(secret)),
} satisfies Record<string, Decoder<unknown>>;

/** No proxy: what a block has that names none. */
export const NO_PROXY: ProxyConfig = { url: undefined, noProxy: '', fromEnvironment: false, connectHeaders: {} };

/** The checks of proxy fields. Source: prometheus/common config, ProxyConfig.Validate. */
export function buildProxy(values: FieldValues<typeof PROXY_FIELDS>, place: Place): Decoded<ProxyConfig> {
  const proxyUrl = values.proxy_url === '' ? undefined : values.proxy_url;
  const noProxy = values.no_proxy;
  const fromEnvironment = values.proxy_from_environment;
  const hasHeaders = Object.keys(values.proxy_connect_header).length > 0;
  const conflict = (field: string, message: string): typeof INVALID => refuse(fieldPlace(place, field), 'LIMPET_CONFIG_CONFLICT', message);
  if (hasHeaders && !fromEnvironment && proxyUrl === undefined) {
    return conflict(
      'proxy_connect_header',
      'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured',
    );
  }
  if (fromEnvironment && proxyUrl !== undefined) {
    return conflict('proxy_url', 'if proxy_from_environment is configured, proxy_url must not be configured');
  }
  if (fromEnvironment && noProxy !== '') {
    return conflict('no_proxy', 'if proxy_from_environment is configured, no_proxy must not be configured');
  }
  if (noProxy !== '' && proxyUrl === undefined) return conflict('no_proxy', 'if no_proxy is configured, proxy_url must also be configured');
  return { url: proxyUrl, noProxy, fromEnvironment, connectHeaders: values.proxy_connect_header };
}
