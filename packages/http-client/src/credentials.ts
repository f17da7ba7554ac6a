import type { AuthenticationConfig, AuthorizationConfig, BasicAuthConfig, HttpClientConfig } from '@limpet/config';
import type { HttpClientOptions } from './http-client-options.ts';
import type { TokenSource } from './oauth-token.ts';
import { inlineHeaderLines, readHeaderLines } from './request-headers.ts';
import type { AddedHeaders } from './request-headers.ts';
import { basicAuthorization } from './request-url.ts';
import { currentText, inlineText } from './secret-file.ts';

/** The headers that a client block adds to its requests: known once, or made for every request. */
export interface Credentials {
  /** Undefined where files have to be read or a token asked for. */
  readonly fixed: AddedHeaders | undefined;
  /** Makes the headers of one request; a token request obeys `signal`. Rejects with a `FaultError`. */
  current(signal: AbortSignal): Promise<AddedHeaders>;
}

/** The credentials of a client block; `tokens` is given exactly where it uses OAuth. */
export function makeCredentials(config: HttpClientConfig, options: HttpClientOptions, tokens: TokenSource | undefined): Credentials {
  const { authentication, httpHeaders } = config;
  const inlineLines = inlineHeaderLines(httpHeaders);
  const inlineValue = inlineAuthorization(authentication);
  const fixed = inlineLines === undefined || inlineValue === undefined ? undefined : { lines: inlineLines, authorization: inlineValue };
  return {
    fixed,
    async current(signal) {
      const lines = inlineLines ?? (await readHeaderLines(httpHeaders, options.effects));
      if (inlineValue !== undefined) return { lines, authorization: inlineValue };
      return { lines, authorization: await currentAuthorization(authentication, options, { tokens, signal }) };
    },
  };
}

function inlineAuthorization(authentication: AuthenticationConfig | undefined): string | undefined {
  if (authentication === undefined) return '';
  if (authentication.kind === 'oauth2') return undefined;
  if (authentication.kind === 'basic') {
    const username = inlineText(authentication.username);
    const password = inlineText(authentication.password);
    return username === undefined || password === undefined ? undefined : basicAuthorization(username, password);
  }
  const credentials = inlineText(authentication.credentials);
  return credentials === undefined ? undefined : `${authentication.type} ${credentials}`;
}

async function currentAuthorization(
  authentication: AuthenticationConfig | undefined,
  options: HttpClientOptions,
  { tokens, signal }: { readonly tokens: TokenSource | undefined; readonly signal: AbortSignal },
): Promise<string> {
  if (authentication === undefined) return '';
  if (authentication.kind === 'oauth2') return (await tokens?.authorization(signal)) ?? '';
  if (authentication.kind === 'basic') return await basic(authentication, options);
  return await bearer(authentication, options);
}

async function basic({ username, password }: BasicAuthConfig, { effects }: HttpClientOptions): Promise<string> {
  return basicAuthorization(
    await currentText('basic auth username', username, effects),
    await currentText('basic auth password', password, effects),
  );
}

async function bearer({ type, credentials }: AuthorizationConfig, { effects }: HttpClientOptions): Promise<string> {
  return `${type} ${await currentText('authorization credentials', credentials, effects)}`;
}
