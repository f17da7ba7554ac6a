import { Hono } from 'hono';
import type { Context } from 'hono';
import type { AskedScrape } from '@limpet/agent';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** Under our own prefix, and beside the targets themselves. */
const PATHS = ['/limpet/targets/:id/scrape', '/targets/:id/scrape'] as const;

/** Longest body that is shown, bytes; what is longer is cut, and said to be. */
const SHOWN_BYTES_MAX = 1_048_576;

/**
 * `POST /api/v1/targets/<id>/scrape?purpose=view|commit`: scrapes a target now, beside its grid. It makes a request with the
 * credentials of the job, so it needs `--web.enable-lifecycle`, like everything that changes what the agent does.
 */
export function scrapeNowRoutes({ agent, isLifecycleEnabled }: Pick<ApiOptions, 'agent' | 'isLifecycleEnabled'>): Hono {
  const routes = new Hono();
  const scrape = async (context: Context): Promise<Response> => {
    if (!isLifecycleEnabled) return context.text('Lifecycle API is not enabled.', 403);
    const purpose = context.req.query('purpose') ?? 'view';
    if (purpose !== 'view' && purpose !== 'commit') {
      return failure(context, 'bad_data', `purpose must be view or commit, not ${JSON.stringify(purpose)}`);
    }
    const id = context.req.param('id') ?? '';
    if (!agent.targets().active.some((target) => target.id === id)) return failure(context, 'not_found', 'there is no such target');
    return success(context, shown(await agent.scrapeNow(id, { purpose, by: askedBy(context) })));
  };
  for (const path of PATHS) routes.post(path, scrape);
  return routes;
}

/** Who asks, as far as a request says it: a user that the listener has authenticated, else nobody by name. */
function askedBy(context: Context): string {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/.exec(context.req.header('authorization') ?? '') ?? [];
  const [user = ''] = encoded === undefined ? [] : Buffer.from(encoded, 'base64').toString().split(':');
  return user === '' ? 'http' : `http user ${JSON.stringify(user)}`;
}

function shown({ body, ...result }: AskedScrape): object {
  if (body === undefined) return result;
  const isCut = body.length > SHOWN_BYTES_MAX;
  return { ...result, body: new TextDecoder().decode(body.subarray(0, SHOWN_BYTES_MAX)), isBodyCut: isCut };
}
