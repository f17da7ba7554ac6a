import { givenCount, isGiven, refuseReferences, textSource } from './at-most-one.ts';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import { list, quoted } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import type { Oauth2Config } from './http-client-config.ts';
import { mapOf } from './map-decoder.ts';
import { buildProxy, NO_PROXY, PROXY_FIELDS } from './proxy-block.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { path, rawText, secret, text, unshownText, url } from './scalar-decoder.ts';
import { NO_TLS, tlsBlock } from './tls-block.ts';

const CLIENT_CREDENTIALS = 'client_credentials';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const OAUTH2_FIELDS = {
  client_id: text,
  client_secret: secret,
  client_secret_file: path,
  client_secret_ref: text,
  client_certificate_key: secret,
  client_certificate_key_file: path,
  client_certificate_key_ref: text,
  client_certificate_key_id: text,
  signature_algorithm: text,
  iss: text,
  audience: text,
  claims: mapOf({ absent: undefined, zero: undefined, read: () => undefined } satisfies Decoder<undefined>, rawText),
  grant_type: text,
  scopes: list(text),
  token_url: url,
  endpoint_params: mapOf(unshownText),
  tls_config: tlsBlock,
  ...PROXY_FIELDS,
};
type Oauth2Values = FieldValues<typeof OAUTH2_FIELDS>;

/** Fields that only a JWT assertion needs; `claims`, which is no text, belongs to them too. */
const ASSERTION_FIELDS = [
  'client_certificate_key',
  'client_certificate_key_file',
  'client_certificate_key_ref',
  'client_certificate_key_id',
  'signature_algorithm',
  'iss',
  'audience',
] as const;

const EMPTY: Oauth2Config = {
  kind: 'oauth2',
  clientId: '',
  clientSecret: undefined,
  scopes: [],
  tokenUrl: '',
  endpointParams: {},
  tls: NO_TLS,
  proxy: NO_PROXY,
};

/** An `oauth2` block; of its grants only the client credentials one is built (C-069). */
export const oauth2Block: Decoder<Oauth2Config> = block({ type: 'oauth2', fields: OAUTH2_FIELDS, zero: EMPTY, build });

function build(values: Oauth2Values, place: Place): Decoded<Oauth2Config> {
  const { client_id: clientId, token_url: tokenUrl = '', client_secret, client_secret_file, client_secret_ref } = values;
  if (clientId === '') return refuse(place, 'LIMPET_CONFIG_EMPTY', 'oauth2 client_id must be configured');
  if (tokenUrl === '') return refuse(place, 'LIMPET_CONFIG_EMPTY', 'oauth2 token_url must be configured');
  if (givenCount(client_secret, client_secret_file, client_secret_ref) > 1) {
    const message = 'at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured';
    return refuse(fieldPlace(place, 'client_secret'), 'LIMPET_CONFIG_CONFLICT', message);
  }
  const refusal = refuseReferences(place, { client_secret_ref }) ?? refuseOtherGrants(values, place);
  if (refusal !== undefined) return refusal;
  const proxy = buildProxy(values, place);
  if (proxy === INVALID) return INVALID;
  return {
    kind: 'oauth2',
    clientId,
    clientSecret: textSource(client_secret, client_secret_file),
    scopes: values.scopes,
    tokenUrl,
    endpointParams: values.endpoint_params,
    tls: values.tls_config,
    proxy,
  };
}

function refuseOtherGrants(values: Oauth2Values, place: Place): typeof INVALID | undefined {
  const { grant_type: grantType } = values;
  if (grantType === JWT_BEARER) {
    return refuse(fieldPlace(place, 'grant_type'), 'LIMPET_CONFIG_NOT_SUPPORTED', `oauth2 grant_type ${JWT_BEARER} is not supported`, {
      hint: `only ${CLIENT_CREDENTIALS} is built into Limpet`,
    });
  }
  if (grantType !== '' && grantType !== CLIENT_CREDENTIALS) {
    return refuse(fieldPlace(place, 'grant_type'), 'LIMPET_CONFIG_VALUE', `unsupported oauth2 grant_type ${quoted(grantType)}`);
  }
  const hasClaims = Object.keys(values.claims).length > 0;
  const field = ASSERTION_FIELDS.find((name) => isGiven(values[name])) ?? (hasClaims ? 'claims' : undefined);
  if (field === undefined) return undefined;
  const message = `oauth2 ${field} belongs to grant_type ${JWT_BEARER}, which is not supported`;
  return refuse(fieldPlace(place, field), 'LIMPET_CONFIG_NOT_SUPPORTED', message);
}
