import type { Secret } from '@limpet/model';
import { givenCount, isGiven, refuseReferences, textSource } from './at-most-one.ts';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import { optional, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import type { AuthenticationConfig, AuthorizationConfig, BasicAuthConfig, HttpClientConfig } from './http-client-config.ts';
import { httpHeadersBlock } from './http-headers-block.ts';
import { oauth2Block } from './oauth2-block.ts';
import { buildProxy, NO_PROXY, PROXY_FIELDS } from './proxy-block.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { boolean, path, secret, text } from './scalar-decoder.ts';
import { NO_TLS, tlsBlock } from './tls-block.ts';

/** The HTTP client of a block that sets none of its fields. Source: prometheus/common config, DefaultHTTPClientConfig. */
export const HTTP_CLIENT_DEFAULTS: HttpClientConfig = {
  authentication: undefined,
  tls: NO_TLS,
  followRedirects: true,
  enableHttp2: true,
  proxy: NO_PROXY,
  httpHeaders: {},
};

const BASIC_AUTH_FIELDS = {
  username: text,
  username_file: path,
  username_ref: text,
  password: secret,
  password_file: path,
  password_ref: text,
};

const basicAuth: Decoder<BasicAuthConfig> = block({
  type: 'basic_auth',
  fields: BASIC_AUTH_FIELDS,
  zero: { kind: 'basic', username: undefined, password: undefined },
  build: (values, place): Decoded<BasicAuthConfig> => {
    for (const part of ['username', 'password'] as const) {
      if (givenCount(values[part], values[`${part}_file`], values[`${part}_ref`]) <= 1) continue;
      const message = `at most one of basic_auth ${part}, ${part}_file & ${part}_ref must be configured`;
      return refuse(fieldPlace(place, part), 'LIMPET_CONFIG_CONFLICT', message);
    }
    const refusal = refuseReferences(place, { username_ref: values.username_ref, password_ref: values.password_ref });
    if (refusal !== undefined) return refusal;
    const username = textSource(values.username, values.username_file);
    return { kind: 'basic', username, password: textSource(values.password, values.password_file) };
  },
});

const AUTHORIZATION_FIELDS = { type: text, credentials: secret, credentials_file: path, credentials_ref: text };

const authorization: Decoder<AuthorizationConfig> = block({
  type: 'authorization',
  fields: AUTHORIZATION_FIELDS,
  zero: { kind: 'authorization', type: 'Bearer', credentials: undefined },
  build: (values, place): Decoded<AuthorizationConfig> => {
    const { credentials, credentials_file, credentials_ref } = values;
    if (givenCount(credentials, credentials_file, credentials_ref) > 1) {
      const message = 'at most one of authorization credentials & credentials_file must be configured';
      return refuse(fieldPlace(place, 'credentials'), 'LIMPET_CONFIG_CONFLICT', message);
    }
    const type = values.type.trim();
    if (type.toLowerCase() === 'basic') {
      const message = 'authorization type cannot be set to "basic", use "basic_auth" instead';
      return refuse(fieldPlace(place, 'type'), 'LIMPET_CONFIG_VALUE', message);
    }
    const refusal = refuseReferences(place, { credentials_ref });
    if (refusal !== undefined) return refusal;
    return { kind: 'authorization', type: type === '' ? 'Bearer' : type, credentials: textSource(credentials, credentials_file) };
  },
});

/** Fields of an HTTP client, which stand among those of the block that has the client. */
export const HTTP_CLIENT_FIELDS = {
  basic_auth: optional(basicAuth),
  authorization: optional(authorization),
  oauth2: optional(oauth2Block),
  bearer_token: secret,
  bearer_token_file: path,
  tls_config: tlsBlock,
  follow_redirects: withDefault(boolean, HTTP_CLIENT_DEFAULTS.followRedirects),
  enable_http2: withDefault(boolean, HTTP_CLIENT_DEFAULTS.enableHttp2),
  ...PROXY_FIELDS,
  http_headers: httpHeadersBlock,
};

/** What the fields of an HTTP client hold. */
export type HttpClientValues = FieldValues<typeof HTTP_CLIENT_FIELDS>;

/** The checks of an HTTP client block (C-060). Source: prometheus/common config, HTTPClientConfig.Validate. */
export function buildHttpClient(values: HttpClientValues, place: Place): Decoded<HttpClientConfig> {
  const authentication = buildAuthentication(values, place);
  if (authentication === INVALID) return INVALID;
  const proxy = buildProxy(values, place);
  if (proxy === INVALID) return INVALID;
  return {
    authentication,
    tls: values.tls_config,
    followRedirects: values.follow_redirects,
    enableHttp2: values.enable_http2,
    proxy,
    httpHeaders: values.http_headers,
  };
}

function buildAuthentication(values: HttpClientValues, place: Place): Decoded<AuthenticationConfig | undefined> {
  const { basic_auth, authorization, oauth2, bearer_token, bearer_token_file } = values;
  const hasBearer = isGiven(bearer_token) || bearer_token_file !== '';
  const conflict = (field: string, message: string): typeof INVALID => refuse(fieldPlace(place, field), 'LIMPET_CONFIG_CONFLICT', message);
  if (isGiven(bearer_token) && bearer_token_file !== '') {
    return conflict('bearer_token', 'at most one of bearer_token & bearer_token_file must be configured');
  }
  if (hasBearer && (basic_auth !== undefined || oauth2 !== undefined)) {
    const message = 'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured';
    return conflict(basic_auth === undefined ? 'oauth2' : 'basic_auth', message);
  }
  if (hasBearer && authorization !== undefined) {
    return conflict('authorization', 'authorization is not compatible with bearer_token & bearer_token_file');
  }
  const given = [basic_auth, authorization, oauth2].filter((config) => config !== undefined);
  if (given.length > 1) {
    const field = authorization === undefined ? 'oauth2' : 'authorization';
    return conflict(field, 'at most one of basic_auth, oauth2 & authorization must be configured');
  }
  return hasBearer ? bearer(bearer_token, bearer_token_file) : given[0];
}

/** The deprecated spelling of an authorization. */
function bearer(token: Secret, file: string): AuthorizationConfig {
  return { kind: 'authorization', type: 'Bearer', credentials: textSource(token, file) };
}
