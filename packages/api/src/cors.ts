import type { Context, Next } from 'hono';

const ALLOWED = {
  'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Type, Origin',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Expose-Headers': 'Date',
} as const;

/** Cross-origin headers of the API, and the answer to OPTIONS. `allowed` undefined = every origin. */
export function cors(allowed: RegExp | undefined): (context: Context, next: Next) => Promise<Response | undefined> {
  return async (context, next) => {
    context.header('Vary', 'Origin', { append: true });
    const origin = context.req.header('origin');
    if (origin !== undefined) {
      for (const [name, value] of Object.entries(ALLOWED)) context.header(name, value);
      if (allowed === undefined) context.header('Access-Control-Allow-Origin', '*');
      else if (allowed.test(origin)) context.header('Access-Control-Allow-Origin', origin);
    }
    if (context.req.method === 'OPTIONS') return context.body(null, 204);
    await next();
    return undefined;
  };
}
