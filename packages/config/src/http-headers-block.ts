import { block } from './block-decoder.ts';
import { list, quoted, refined } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import type { HeaderConfig } from './http-client-config.ts';
import { mapOf } from './map-decoder.ts';
import { fieldPlace, refuse } from './reading.ts';
import { path, secret, unshownText } from './scalar-decoder.ts';

/** Headers that requests set themselves, so nobody else may (C-066); in lower case. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-prometheus-scrape-timeout-seconds',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

const header: Decoder<HeaderConfig> = block({
  type: 'http_headers entry',
  fields: { values: list(unshownText), secrets: list(secret), files: list(path) },
  zero: { values: [], secrets: [], files: [] },
  build: (values) => values,
});

/** The `http_headers` of an HTTP client block. */
export const httpHeadersBlock = refined(
  mapOf(header),
  (headers, place) => {
    const reserved = Object.keys(headers).find((name) => RESERVED_HEADERS.has(name.toLowerCase()));
    if (reserved === undefined) return headers;
    return refuse(fieldPlace(place, reserved), 'LIMPET_CONFIG_VALUE', `setting header ${quoted(reserved)} is not allowed`);
  },
  {},
);
