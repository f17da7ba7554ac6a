import type { Context, Hono } from 'hono';

/** The answer where no route took a request: 405 where one would with another method, else 404. */
export function noRoute(api: Hono): (context: Context) => Response {
  const methods = () => [...new Set(api.routes.map(({ method }) => method))].filter((method) => method !== 'ALL');
  return (context) => {
    const { path, method } = context.req;
    const allowed = methods().filter((candidate) => hasRoute(api, candidate, path));
    if (allowed.includes('GET') && !allowed.includes('HEAD')) allowed.push('HEAD');
    if (allowed.length === 0 || allowed.includes(method)) return context.text('404 page not found\n', 404);
    return context.text('Method Not Allowed\n', 405, { Allow: allowed.toSorted().join(', ') });
  };
}

/** Whether anything but middleware answers a method at a path. */
function hasRoute(api: Hono, method: string, path: string): boolean {
  return api.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}
