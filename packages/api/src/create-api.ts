import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import { routePath } from 'hono/route';
import { agentModeRoutes } from './agent-mode.ts';
import type { ApiOptions } from './api-options.ts';
import { cors } from './cors.ts';
import { historyRoutes } from './history.ts';
import { managementRoutes } from './management.ts';
import { HTTP_METRICS } from './metrics.ts';
import { pageRoutes } from './page.ts';
import { readyGate } from './readiness.ts';
import { statusRoutes } from './status.ts';
import { targetRoutes } from './targets.ts';
import { liveRoutes } from './viewer-stream.ts';

/** The HTTP surface of one agent: management endpoints, API v1, the page. Every route lives below the prefix. */
export function createApi(options: ApiOptions): Hono {
  const root = new Hono();
  root.use(async (context, next) => {
    await next();
    options.count(HTTP_METRICS.requests, [routePath(context, -1), String(context.res.status)], 1);
  });
  root.use(secureHeaders({ crossOriginResourcePolicy: false, strictTransportSecurity: false }));
  if (options.routePrefix !== '') root.get('/', (context) => context.redirect(options.routePrefix, 302));
  root.route(options.routePrefix === '' ? '/' : options.routePrefix, surface(options));
  root.onError((error, context) => {
    options.log.error('a request failed', { code: 'LIMPET_API', path: context.req.path, cause: String(error) });
    return context.text('internal error\n', 500);
  });
  return root;
}

function surface(options: ApiOptions): Hono {
  const routes = new Hono();
  routes.route('/', managementRoutes(options));
  const api = new Hono();
  api.use(cors(options.corsOrigin));
  api.use(readyGate(options.agent));
  api.route('/', liveRoutes(options)); // before compression: a stream is flushed message by message
  api.use(compress());
  for (const part of [targetRoutes(options), statusRoutes(options), historyRoutes(options), agentModeRoutes()]) api.route('/', part);
  routes.route('/api/v1', api);
  routes.route('/', pageRoutes(options));
  return routes;
}
