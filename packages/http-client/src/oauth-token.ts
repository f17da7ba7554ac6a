import type { Oauth2Config } from '@limpet/config';
import { ABORTED, FaultError } from './failure.ts';
import type { HttpConnection, HttpOutcome } from './http-client.ts';
import type { HttpEffects } from './http-client-options.ts';
import { TOKEN_BODY_BYTES_MAX, TOKEN_MARGIN_MS } from './limits.ts';
import { basicAuthorization } from './request-url.ts';
import { currentText } from './secret-file.ts';

interface Token {
  /** Value of an `Authorization` header. */
  readonly authorization: string;
  /** Monotonic time from which it is no longer used. */
  readonly staleAtMs: number;
  /** The secret that it was asked for with: another one in the file discards it. */
  readonly secret: string;
}

/** A token request under way, with those who wait for it: it is given up when the last of them leaves. */
interface TokenRequest {
  readonly secret: string;
  readonly controller: AbortController;
  readonly token: Promise<Token>;
  waitingCount: number;
}

/** Where the client id and secret go: servers differ, so the other place is tried after a refusal, as in Go. */
type SecretPlace = 'header' | 'body';

/** Access tokens by the client credentials grant of OAuth 2.0, kept until shortly before they expire (C-069). */
export class TokenSource {
  readonly #config: Oauth2Config;
  readonly #effects: HttpEffects;
  readonly #endpoint: HttpConnection;
  #token: Token | undefined;
  #request: TokenRequest | undefined;
  #place: SecretPlace = 'header';

  /** `endpoint` is a connection to the token URL under the TLS and proxy settings of the oauth2 block. */
  constructor(config: Oauth2Config, effects: HttpEffects, endpoint: HttpConnection) {
    this.#config = config;
    this.#effects = effects;
    this.#endpoint = endpoint;
  }

  /** The `Authorization` of a request that `signal` may end. Rejects with a `FaultError`. */
  async authorization(signal: AbortSignal): Promise<string> {
    const secret = await currentText('oauth2 client secret', this.#config.clientSecret, this.#effects);
    const token = this.#token;
    if (token !== undefined && token.secret === secret && this.#effects.monoMs() < token.staleAtMs) return token.authorization;
    if (signal.aborted) throw new FaultError(ABORTED);
    return (await this.#join(this.#requestFor(secret), signal)).authorization;
  }

  close(): void {
    this.#endpoint.close();
  }

  #requestFor(secret: string): TokenRequest {
    if (this.#request?.secret === secret) return this.#request;
    const controller = new AbortController();
    const token = this.#fetch(secret, controller.signal);
    const request: TokenRequest = { secret, controller, token, waitingCount: 0 };
    this.#request = request;
    void this.#keep(request);
    return request;
  }

  async #keep(request: TokenRequest): Promise<void> {
    try {
      this.#token = await request.token;
    } catch {
      // Those who wait for it are told.
    } finally {
      if (this.#request === request) this.#request = undefined;
    }
  }

  async #join(request: TokenRequest, signal: AbortSignal): Promise<Token> {
    request.waitingCount++;
    const aborted = Promise.withResolvers<never>();
    const leave = (): void => aborted.reject(new FaultError(ABORTED));
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([request.token, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      request.waitingCount--;
      if (request.waitingCount === 0) this.#giveUp(request);
    }
  }

  #giveUp(request: TokenRequest): void {
    if (this.#request === request) this.#request = undefined;
    request.controller.abort();
  }

  async #fetch(secret: string, signal: AbortSignal): Promise<Token> {
    const first = await this.#post(secret, this.#place, signal);
    if (!isRefusal(first)) return this.#read(first, secret);
    const otherPlace: SecretPlace = this.#place === 'header' ? 'body' : 'header';
    const second = await this.#post(secret, otherPlace, signal);
    if (second.ok && second.status === 200) this.#place = otherPlace;
    return this.#read(second, secret);
  }

  async #post(secret: string, place: SecretPlace, signal: AbortSignal): Promise<HttpOutcome> {
    const { clientId, endpointParams, scopes, tokenUrl } = this.#config;
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    for (const [name, value] of Object.entries(endpointParams)) form.set(name, value);
    const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' };
    if (place === 'header') headers['Authorization'] = basicAuthorization(encodeURIComponent(clientId), encodeURIComponent(secret));
    else {
      form.set('client_id', clientId);
      form.set('client_secret', secret);
    }
    const body = Buffer.from(form.toString());
    return await this.#endpoint.send({
      method: 'POST',
      url: tokenUrl,
      headers,
      body,
      signal,
      inflate: false,
      bodyLimitBytes: TOKEN_BODY_BYTES_MAX,
    });
  }

  #read(outcome: HttpOutcome, secret: string): Token {
    if (!outcome.ok) throw new FaultError({ reason: outcome.reason === 'aborted' ? 'aborted' : 'credentials', text: outcome.error });
    if (outcome.status < 200 || outcome.status > 299) throw refusal(`${outcome.status} ${outcome.statusText}`);
    const answer = parseAnswer(outcome.body);
    if (answer === undefined) throw refusal('the answer is not JSON');
    const { access_token: token, token_type: type, expires_in: expiresIn } = answer;
    if (typeof token !== 'string' || token === '') throw refusal('server response missing access_token');
    const seconds = Number(expiresIn ?? 0);
    const staleAtMs = seconds > 0 ? this.#effects.monoMs() + seconds * 1000 - TOKEN_MARGIN_MS : Infinity;
    return { authorization: `${schemeOf(type)} ${token}`, staleAtMs, secret };
  }
}

function isRefusal(outcome: HttpOutcome): boolean {
  return outcome.ok && outcome.status >= 400 && outcome.status < 500;
}

function refusal(why: string): FaultError {
  return new FaultError({ reason: 'credentials', text: `oauth2: cannot fetch token: ${why}` });
}

function schemeOf(type: unknown): string {
  if (typeof type !== 'string' || type === '' || type.toLowerCase() === 'bearer') return 'Bearer';
  return type;
}

function parseAnswer(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
