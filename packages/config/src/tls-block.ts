import type { Secret } from '@limpet/model';
import { givenCount, refuseReferences, textSource } from './at-most-one.ts';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { Decoder } from './decoder.ts';
import type { TlsConfig, TlsVersion } from './http-client-config.ts';
import { fieldPlace, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { boolean, oneOf, path, secret, text } from './scalar-decoder.ts';

/** TLS versions by their names in configurations, oldest first. */
export const TLS_VERSIONS: readonly TlsVersion[] = ['TLS10', 'TLS11', 'TLS12', 'TLS13'];

const version = oneOf(TLS_VERSIONS, (value) => `unknown TLS version: ${value}`);

const TLS_FIELDS = {
  ca: text,
  cert: text,
  key: secret,
  ca_file: path,
  cert_file: path,
  key_file: path,
  ca_ref: text,
  cert_ref: text,
  key_ref: text,
  server_name: text,
  insecure_skip_verify: boolean,
  min_version: version,
  max_version: version,
};

/** The TLS of a client that names nothing: the system's roots, no certificate of its own. */
export const NO_TLS: TlsConfig = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  serverName: '',
  insecureSkipVerify: false,
  minVersion: undefined,
  maxVersion: undefined,
};

/** A `tls_config` block (C-064). */
export const tlsBlock: Decoder<TlsConfig> = block({ type: 'tls_config', fields: TLS_FIELDS, zero: NO_TLS, build });

function build(values: FieldValues<typeof TLS_FIELDS>, place: Place): Decoded<TlsConfig> {
  for (const part of ['ca', 'cert', 'key'] as const) {
    if (givenCount(values[part], values[`${part}_file`], values[`${part}_ref`]) > 1) {
      const message = `at most one of ${part}, ${part}_file & ${part}_ref must be configured`;
      return refuse(fieldPlace(place, part), 'LIMPET_CONFIG_CONFLICT', message);
    }
  }
  const hasCert = givenCount(values.cert, values.cert_file, values.cert_ref) > 0;
  const hasKey = givenCount(values.key, values.key_file, values.key_ref) > 0;
  if (hasCert && !hasKey) {
    const message = 'exactly one of key or key_file must be configured when a client certificate is configured';
    return refuse(place, 'LIMPET_CONFIG_CONFLICT', message);
  }
  if (hasKey && !hasCert) {
    const message = 'exactly one of cert or cert_file must be configured when a client key is configured';
    return refuse(place, 'LIMPET_CONFIG_CONFLICT', message);
  }
  const refusal = refuseReferences(place, { ca_ref: values.ca_ref, cert_ref: values.cert_ref, key_ref: values.key_ref });
  if (refusal !== undefined) return refusal;
  return {
    ca: textSource(values.ca, values.ca_file),
    cert: textSource(values.cert, values.cert_file),
    key: textSource<Secret>(values.key, values.key_file),
    serverName: values.server_name,
    insecureSkipVerify: values.insecure_skip_verify,
    minVersion: values.min_version,
    maxVersion: values.max_version,
  };
}
