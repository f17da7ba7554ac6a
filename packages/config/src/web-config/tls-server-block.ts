import type { Secret } from '@limpet/model';
import { isGiven } from '../at-most-one.ts';
import { block } from '../block-decoder.ts';
import type { FieldValues } from '../block-decoder.ts';
import { list, quoted, withDefault } from '../decoder.ts';
import type { Decoder } from '../decoder.ts';
import type { TextSource } from '../http-client-config.ts';
import { fieldPlace, INVALID, itemPlace, refuse } from '../reading.ts';
import type { Decoded, Place } from '../reading.ts';
import { boolean, oneOf, path, secret, text } from '../scalar-decoder.ts';
import { TLS_VERSIONS } from '../tls-block.ts';
import { isNull } from '../yaml-node.ts';
import { CIPHER_SUITES, CLIENT_AUTH_TYPES, TLS_CURVES } from './web-config.ts';
import type { ClientAuthType, TlsServerConfig } from './web-config.ts';

const version = oneOf(TLS_VERSIONS, (value) => `unknown TLS version: ${value}`);

/** A list that knows whether it was given: an empty list of names allows none. */
const sans: Decoder<readonly string[] | undefined> = { ...list(text), absent: undefined, zero: undefined };

const FIELDS = {
  cert: text,
  key: secret,
  client_ca: text,
  cert_file: path,
  key_file: path,
  client_ca_file: path,
  client_auth_type: text,
  cipher_suites: words(CIPHER_SUITES, (value) => `unknown cipher: ${value}`),
  curve_preferences: words(TLS_CURVES, (value) => `unknown curve: ${value}`),
  min_version: version,
  max_version: version,
  prefer_server_cipher_suites: withDefault(boolean, true),
  client_allowed_sans: sans,
};

/**
 * A `tls_server_config` block. TLS is on as soon as a certificate, a key, a client CA or an authentication type is
 * given, and then certificate and key are required.
 */
export const tlsServerBlock: Decoder<TlsServerConfig | undefined> = block<typeof FIELDS, TlsServerConfig | undefined>({
  type: 'tls_server_config',
  fields: FIELDS,
  zero: undefined,
  build,
});

/** A list of words out of a few; nulls are refused as the empty word. */
function words<Word extends string>(known: readonly Word[], refusal: (value: string) => string): Decoder<readonly Word[]> {
  const word = oneOf(known, refusal);
  const read = (place: Place): Decoded<readonly Word[]> => {
    const values = list(word).read(place);
    if (values === INVALID) return INVALID;
    const given = values.filter((value) => value !== undefined);
    if (given.length === values.length || place.node.kind !== 'list') return given;
    return refuse(itemPlace(place, place.node.items.findIndex(isNull)), 'LIMPET_CONFIG_EMPTY', refusal(''));
  };
  return { absent: [], zero: [], read };
}

function build(values: FieldValues<typeof FIELDS>, place: Place): Decoded<TlsServerConfig | undefined> {
  const cert = source(values.cert, values.cert_file);
  const key = source<Secret>(values.key, values.key_file);
  const clientCa = source(values.client_ca, values.client_ca_file);
  if (cert === undefined && key === undefined && clientCa === undefined && values.client_auth_type === '') return undefined;
  if (cert === undefined) return refuse(place, 'LIMPET_CONFIG_EMPTY', 'missing one of cert or cert_file');
  if (key === undefined) return refuse(place, 'LIMPET_CONFIG_EMPTY', 'missing one of key or key_file');
  const clientAuthType = authType(values.client_auth_type);
  const authPlace = fieldPlace(place, 'client_auth_type');
  if (clientAuthType === undefined) {
    return refuse(authPlace, 'LIMPET_CONFIG_VALUE', `invalid ClientAuth: ${quoted(values.client_auth_type)}`, {
      hint: `one of ${CLIENT_AUTH_TYPES.join(', ')}`,
    });
  }
  if (clientCa !== undefined && clientAuthType === 'NoClientCert') {
    return refuse(authPlace, 'LIMPET_CONFIG_CONFLICT', "client CA's have been configured without a Client Auth Policy");
  }
  if (values.client_allowed_sans !== undefined && !clientAuthType.startsWith('Require')) {
    const message = 'client_allowed_sans requires client_auth_type to be one of RequireAnyClientCert or RequireAndVerifyClientCert';
    return refuse(fieldPlace(place, 'client_allowed_sans'), 'LIMPET_CONFIG_CONFLICT', message);
  }
  const { min_version: minVersion = 'TLS12', max_version: maxVersion = 'TLS13' } = values;
  if (maxVersion < minVersion) {
    return refuse(
      fieldPlace(place, 'max_version'),
      'LIMPET_CONFIG_CONFLICT',
      `max_version ${maxVersion} is below min_version ${minVersion}`,
    );
  }
  return {
    cert,
    key,
    clientCa,
    clientAuthType,
    clientAllowedSans: values.client_allowed_sans,
    minVersion,
    maxVersion,
    cipherSuites: values.cipher_suites,
    preferServerCipherSuites: values.prefer_server_cipher_suites,
    curvePreferences: values.curve_preferences,
  };
}

/** A text in a file or in place; the file wins, as upstream. */
function source<Text extends string | Secret>(value: Text, file: string): TextSource<Text> {
  if (file !== '') return { from: 'file', path: file };
  return isGiven(value) ? { from: 'value', value } : undefined;
}

/** The type by its name; the old name of one is still known. */
function authType(name: string): ClientAuthType | undefined {
  if (name === '') return 'NoClientCert';
  if (name === 'RequireClientCert') return 'RequireAnyClientCert';
  return CLIENT_AUTH_TYPES.find((type) => type === name);
}
