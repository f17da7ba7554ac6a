import type { Agent } from '@limpet/agent';
import type { Context, Next } from 'hono';

/** The answer while the agent is not ready; `undefined` once it is. */
export function notReady(agent: Agent): { readonly isStopping: boolean } | undefined {
  const { phase } = agent.status();
  return phase === 'running' ? undefined : { isStopping: phase === 'stopping' || phase === 'stopped' };
}

/** 503 with the header that tells starting from stopping. */
export function unavailable(context: Context, isStopping: boolean): Response {
  return context.text('Service Unavailable', 503, { 'X-Prometheus-Stopping': String(isStopping) });
}

/** Middleware of every route that needs a ready agent. */
export function readyGate(agent: Agent): (context: Context, next: Next) => Promise<Response | undefined> {
  return async (context, next) => {
    const state = notReady(agent);
    if (state !== undefined) return unavailable(context, state.isStopping);
    await next();
    return undefined;
  };
}
