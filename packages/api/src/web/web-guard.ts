import type { WebConfig } from '@limpet/config';
import type { Log, Result } from '@limpet/model';
import type { ApiBindings } from '../instrument.ts';
import { basicCredentials } from './basic-auth.ts';
import type { PasswordCheck } from './basic-auth.ts';
import { RateLimit } from './rate-limit.ts';

/** Answers a request; `env` is what the listener knows about it besides. */
export type Fetch = (request: Request, env: ApiBindings) => Response | Promise<Response>;

/** What stands between the listener and the surface when there is a web configuration. */
export interface WebGuardOptions {
  /** The web configuration in force now, read again where its file has changed. */
  readonly current: () => Result<WebConfig, Error>;
  readonly passwords: PasswordCheck;
  /** Monotonic milliseconds. */
  readonly mono: () => number;
  readonly log: Log;
}

/**
 * Lets through only what the web configuration allows, in the order of upstream: a file that cannot be read ends every
 * request with 500, so that a mistake never opens what was closed; then the rate limit, the headers and the users.
 */
export function guarded(answer: Fetch, { current, passwords, mono, log }: WebGuardOptions): Fetch {
  let limited: WebConfig | undefined;
  let limit: RateLimit | undefined;
  return async (request, env) => {
    const config = current();
    if (!config.ok) return refusal(500, 'Internal Server Error');
    if (limited === undefined || !isSameLimit(limited, config.value)) limit = new RateLimit(config.value.rateLimit, mono());
    limited = config.value;
    if (limit?.allows(mono()) === false) return refusal(429, 'Too Many Requests');
    const refused = await authenticationRefusal(config.value, request, { passwords, log });
    return withHeaders(refused ?? (await answer(request, env)), config.value.headers);
  };
}

function isSameLimit({ rateLimit: a }: WebConfig, { rateLimit: b }: WebConfig): boolean {
  return a.intervalMs === b.intervalMs && a.burst === b.burst;
}

/** The answer to who may not come in; `undefined` for who may. */
async function authenticationRefusal(
  { users }: WebConfig,
  request: Request,
  { passwords, log }: Pick<WebGuardOptions, 'passwords' | 'log'>,
): Promise<Response | undefined> {
  if (users.size === 0) return undefined;
  const credentials = basicCredentials(request.headers.get('authorization'));
  try {
    const verdict = credentials === undefined ? 'refused' : await passwords.check(users, credentials);
    if (verdict === 'accepted') return undefined;
    if (verdict === 'busy') return refusal(503, 'Service Unavailable', { 'Retry-After': '1' });
    return refusal(401, 'Unauthorized', { 'WWW-Authenticate': 'Basic' });
  } catch (cause) {
    log.error('a password could not be compared', { code: 'LIMPET_WEB_AUTH', cause: String(cause) });
    return refusal(500, 'Internal Server Error');
  }
}

function withHeaders(response: Response, headers: WebConfig['headers']): Response {
  for (const [name, value] of Object.entries(headers)) if (value !== '') response.headers.set(name, value);
  return response;
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  const common = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  return new Response(`${text}\n`, { status, headers: { ...common, ...headers } });
}
