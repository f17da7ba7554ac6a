import type { Context, Hono, Next } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiOptions } from './api-options.ts';
import type { MessageSocket } from './inspect/message-socket.ts';
import { HTTP_METRICS } from './metrics.ts';

/** What a listener tells the surface about one request besides the request itself. */
export interface ApiBindings {
  /** Calls back once when the answer has left, or its connection has ended, with the bytes of the body that were sent. */
  readonly whenSent?: (done: (bodyBytes: number) => void) => void;
  /** Address of whoever is at the other end of the connection. */
  readonly peerAddress?: string;
  /** Where a web socket is asked for: says who serves it. The answer has to be 204 then. */
  readonly acceptSocket?: (serve: (socket: MessageSocket) => void) => void;
}

type Instrumented = Pick<ApiOptions, 'agent' | 'mono' | 'routePrefix'>;

/** Counts and measures the requests of every route; a path that is no route is not counted. */
export function instrument({ agent, mono, routePrefix }: Instrumented): (context: Context, next: Next) => Promise<void> {
  const { selfMetrics } = agent;
  return async (context, next) => {
    const startedAtMs = mono();
    await next();
    const route = matchedRoutes(context).findLast(isRoute);
    if (route === undefined) return;
    const handler = handlerOf(route.path, routePrefix);
    selfMetrics.add(HTTP_METRICS.requests, [handler, String(context.res.status)], 1);
    const { whenSent } = (context.env ?? {}) as ApiBindings;
    whenSent?.((bodyBytes) => {
      selfMetrics.observe(HTTP_METRICS.requestDuration, [handler], (mono() - startedAtMs) / 1000);
      selfMetrics.observe(HTTP_METRICS.responseSize, [handler], bodyBytes);
    });
  };
}

/** Makes the counter of every route appear as 0 for code 200, before anybody asks. */
export function declareRoutes(api: Hono, { agent, routePrefix }: Pick<ApiOptions, 'agent' | 'routePrefix'>): void {
  const handlers = new Set(api.routes.filter(isRoute).map(({ path }) => handlerOf(path, routePrefix)));
  for (const handler of handlers) agent.selfMetrics.add(HTTP_METRICS.requests, [handler, '200'], 0);
}

/** Middleware is registered for all methods, and nothing else is. */
function isRoute({ method }: { readonly method: string }): boolean {
  return method !== 'ALL';
}

function handlerOf(path: string, routePrefix: string): string {
  return routePrefix !== '' && path.startsWith(`${routePrefix}/`) ? path.slice(routePrefix.length) : path;
}
