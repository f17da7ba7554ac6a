import { Hono } from 'hono';
import type { Context } from 'hono';
import { APPLICATION } from './api-options.ts';
import type { ApiOptions } from './api-options.ts';
import { metricsCompression } from './content-encoding.ts';
import { notReady, unavailable } from './readiness.ts';

/** `/-/healthy`, `/-/ready`, `/-/reload`, `/-/quit`, `/metrics`, `/version` (A-001 … A-011). */
export function managementRoutes(options: ApiOptions): Hono {
  const { agent } = options;
  const routes = new Hono();
  routes.on(['GET', 'HEAD'], '/-/healthy', (context) => context.text(`${APPLICATION} is Healthy.\n`));
  routes.on(['GET', 'HEAD'], '/-/ready', (context) => {
    const state = notReady(agent);
    return state === undefined ? context.text(`${APPLICATION} is Ready.\n`) : unavailable(context, state.isStopping);
  });
  lifecycle(routes, '/-/reload', options, async (context) => {
    const { ok, errors } = await agent.reload();
    return ok ? context.body(null, 200) : context.text(`failed to reload config: ${errors.join('; ')}\n`, 500);
  });
  lifecycle(routes, '/-/quit', options, (context) => {
    return context.text(options.quit() ? 'Requesting termination... Goodbye!' : 'Termination already in progress.');
  });
  routes.get('/metrics', metricsCompression, async (context) => {
    const { contentType, text } = await agent.metrics();
    return context.body(text, 200, { 'Content-Type': contentType });
  });
  routes.get('/version', (context) => context.json(options.build));
  return routes;
}

/** A route that changes the process: POST or PUT, and only where the operator allowed it. */
function lifecycle(routes: Hono, path: string, options: ApiOptions, run: (context: Context) => Response | Promise<Response>): void {
  routes.on(['POST', 'PUT'], path, (context) => {
    return options.isLifecycleEnabled ? run(context) : context.text('Lifecycle API is not enabled.', 403);
  });
  routes.get(path, (context) => context.text('Only POST or PUT requests allowed', 405));
}
