import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Context } from 'hono';
import type { RegistrationResult } from '@limpet/agent';
import { DurationError, parseDuration } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** Longest registration, bytes. */
const REGISTRATION_BYTES_MAX = 1_048_576;
/** How long a registration holds that says nothing of it. */
const TTL_DEFAULT = '1m';
const ERROR_TYPES = { unknown: 'not_found', invalid: 'bad_data', full: 'unavailable' } as const;
const PATH = '/limpet/push/:name/:source';

/**
 * `PUT /api/v1/limpet/push/<section>/<source>?ttl=1m` with target groups as JSON registers targets at a section of
 * `push_sd_configs`, or renews them; `DELETE` ends it before its time.
 */
export function pushRoutes({ agent }: Pick<ApiOptions, 'agent'>): Hono {
  const routes = new Hono();
  const limited = bodyLimit({ maxSize: REGISTRATION_BYTES_MAX, onError: (context) => context.text('Request Entity Too Large\n', 413) });
  routes.put(PATH, limited, async (context) => {
    const ttlMs = ttlOf(context.req.query('ttl') ?? TTL_DEFAULT);
    if (ttlMs === undefined) return failure(context, 'bad_data', 'ttl is not a duration');
    const { name, source } = context.req.param();
    return answer(context, agent.registerTargets({ name, source, groups: await context.req.text(), ttlMs }));
  });
  routes.delete(PATH, (context) => {
    const { name, source } = context.req.param();
    return answer(context, agent.withdrawTargets({ name, source }));
  });
  return routes;
}

function ttlOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

function answer(context: Context, result: RegistrationResult): Response {
  return result.ok ? success(context, {}) : failure(context, ERROR_TYPES[result.reason], result.error);
}
