import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { agentModeRoutes } from './agent-mode.ts';
import type { ApiOptions } from './api-options.ts';
import { apiCompression } from './content-encoding.ts';
import { cors } from './cors.ts';
import { eventRoutes } from './event-stream.ts';
import { federateRoutes } from './federate.ts';
import { deliveryRoutes } from './deliveries.ts';
import { debugRoutes } from './debug/debug-routes.ts';
import { gapRoutes } from './gaps.ts';
import { historyRoutes } from './history.ts';
import { inspectRoutes } from './inspect/inspect-routes.ts';
import { declareRoutes, instrument } from './instrument.ts';
import { managementRoutes } from './management.ts';
import { metadataRoutes } from './metadata.ts';
import { notificationRoutes } from './notification-routes.ts';
import { NotificationBoard } from './notifications.ts';
import { homePath, pageRoutes } from './page.ts';
import { readyGate } from './readiness.ts';
import { relabelStepsRoutes } from './relabel-steps.ts';
import { pushRoutes } from './push-targets.ts';
import { scrapeNowRoutes } from './scrape-now.ts';
import { replayRoutes, statusRoutes } from './status.ts';
import { targetRoutes } from './targets.ts';
import { liveRoutes } from './viewer-stream.ts';
import { noRoute } from './wrong-method.ts';

/** The HTTP surface of one agent: management endpoints, API v1, the page. Every route lives below the prefix. */
export function createApi(options: ApiOptions): Hono {
  const root = new Hono();
  root.use(instrument(options));
  root.use(secureHeaders({ crossOriginResourcePolicy: false, strictTransportSecurity: false }));
  if (options.routePrefix !== '') {
    root.get('/', (context) => context.redirect(options.routePrefix, 302));
    root.get(`${options.routePrefix}/`, (context) => context.redirect(homePath(options), 302)); // Hono tells it from the prefix itself
  }
  root.route(options.routePrefix === '' ? '/' : options.routePrefix, surface(options));
  root.notFound(noRoute(root));
  root.onError((error, context) => {
    options.log.error('a request failed', { code: 'LIMPET_API', path: context.req.path, cause: String(error) });
    return context.text('internal error\n', 500);
  });
  declareRoutes(root, options);
  return root;
}

function surface(options: ApiOptions): Hono {
  const routes = new Hono();
  routes.route('/', managementRoutes(options));
  routes.route('/', federateRoutes(options));
  if (options.inspect !== undefined) routes.route('/', inspectRoutes({ ...options, inspect: options.inspect }));
  if (options.debug !== undefined) routes.route('/', debugRoutes({ ...options, debug: options.debug }));
  routes.route('/api/v1', ungated(options));
  const api = new Hono();
  api.use(readyGate(options.agent));
  api.use(cors(options.corsOrigin));
  for (const streams of [liveRoutes(options), eventRoutes(options)]) api.route('/', streams); // before compression: flushed message by message
  api.use(apiCompression);
  const parts = [
    scrapeNowRoutes(options),
    pushRoutes(options),
    targetRoutes(options),
    metadataRoutes(options),
    relabelStepsRoutes(options),
    statusRoutes(options),
  ];
  for (const part of [...parts, gapRoutes(options), deliveryRoutes(options), historyRoutes(options), agentModeRoutes()])
    api.route('/', part);
  routes.route('/api/v1', api);
  routes.route('/', pageRoutes(options));
  return routes;
}

/** The part of the API that answers whatever the agent's state is, and without CORS headers. */
function ungated({ agent, wall, notificationSubscriberCountMax: subscriberCountMax }: ApiOptions): Hono {
  const routes = new Hono();
  routes.route('/', replayRoutes());
  routes.route('/', notificationRoutes(new NotificationBoard({ agent, wall, subscriberCountMax })));
  return routes;
}
