import type { HttpClientConfig, Oauth2Config } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { BodyBudget } from './body-budget.ts';
import { Connection } from './connection.ts';
import type { ConnectionSettings } from './connection.ts';
import { makeCredentials } from './credentials.ts';
import type { HttpClient, HttpConnection } from './http-client.ts';
import type { HttpClientError } from './http-client-error.ts';
import type { HttpClientOptions } from './http-client-options.ts';
import { TokenSource } from './oauth-token.ts';
import { proxyChoice } from './proxy-choice.ts';
import { TlsStore } from './tls-material.ts';

/**
 * Opens an HTTP client block: loads its TLS material and settles its proxy. Refuses what cannot work (C-063, C-064);
 * secrets in files are not looked at before the first request (C-062). No connection is made yet.
 */
export async function openHttpClient(config: HttpClientConfig, options: HttpClientOptions): Promise<Result<HttpClient, HttpClientError>> {
  const tls = await TlsStore.open(config.tls, options.effects);
  if (!tls.ok) return tls;
  const proxy = proxyChoice(config.proxy, options.effects.environment);
  if (!proxy.ok) return proxy;
  let tokens: TokenSource | undefined;
  if (config.authentication?.kind === 'oauth2') {
    const opened = await openTokenSource(config, config.authentication, options);
    if (!opened.ok) return opened;
    tokens = opened.value;
  }
  const settings: ConnectionSettings = {
    tls: tls.value,
    credentials: makeCredentials(config, options, tokens),
    proxyFor: proxy.value,
    connectHeaders: Object.fromEntries(
      Object.entries(config.proxy.connectHeaders).map(([name, secrets]) => [name, secrets.map((secret) => secret.reveal())]),
    ),
    dial: { serverName: config.tls.serverName, insecureSkipVerify: config.tls.insecureSkipVerify, offersHttp2: config.enableHttp2 },
    followRedirects: config.followRedirects,
    userAgent: options.userAgent,
    bodyBudget: options.bodyBudget ?? new BodyBudget(),
  };
  return succeeded(new OpenedHttpClient(settings, tokens));
}

/** Token requests use the TLS and proxy settings of the oauth2 block, and nothing else of the client block. */
async function openTokenSource(
  { followRedirects, enableHttp2 }: HttpClientConfig,
  oauth2: Oauth2Config,
  options: HttpClientOptions,
): Promise<Result<TokenSource, HttpClientError>> {
  const { tls, proxy } = oauth2;
  const client = await openHttpClient({ authentication: undefined, tls, proxy, followRedirects, enableHttp2, httpHeaders: {} }, options);
  if (!client.ok) return failed(client.error);
  return succeeded(new TokenSource(oauth2, options.effects, client.value.connect(oauth2.tokenUrl)));
}

class OpenedHttpClient implements HttpClient {
  readonly #settings: ConnectionSettings;
  readonly #tokens: TokenSource | undefined;
  readonly #connections = new Set<Connection>();
  #isClosed = false;

  constructor(settings: ConnectionSettings, tokens: TokenSource | undefined) {
    this.#settings = settings;
    this.#tokens = tokens;
  }

  connect(_url: string, { socketPath = '' }: { readonly socketPath?: string } = {}): HttpConnection {
    const connection = new Connection(this.#settings, socketPath, (closed) => this.#connections.delete(closed));
    this.#connections.add(connection);
    if (this.#isClosed) connection.close();
    return connection;
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections) connection.close();
    this.#tokens?.close();
  }
}
