import { Hono } from 'hono';
import type { ApiOptions } from './api-options.ts';

/** Paths that the page's own router knows: each is answered with the page. */
const PAGE_PATHS = ['/agent', '/targets', '/service-discovery', '/config', '/flags', '/status'];

/** Where the page begins, as the outside sees it. */
export function homePath(options: Pick<ApiOptions, 'externalUrl'>): string {
  return `${externalPath(options)}/agent`;
}

/** What stands in front of every path as the outside sees it: empty, or one leading slash and none at the end. */
export function externalPath({ externalUrl }: Pick<ApiOptions, 'externalUrl'>): string {
  return externalUrl.pathname.replace(/\/$/, '');
}

/** The page: its start file under its paths, its assets by name. */
export function pageRoutes(options: ApiOptions): Hono {
  const routes = new Hono();
  const isInspected = options.inspect !== undefined;
  const rooms = isInspected ? ['targets', 'inspect'] : ['targets'];
  const start = async () => {
    const file = await options.readPageFile('index.html');
    if (file === undefined) return new Response('the page has not been built\n', { status: 404 });
    const html = new TextDecoder()
      .decode(file.bytes)
      .replaceAll('%LIMPET_TITLE%', escaped(options.pageTitle))
      .replaceAll('%LIMPET_ROOMS%', rooms.join(' '));
    return new Response(html, { headers: { 'Content-Type': file.contentType, 'Cache-Control': 'no-cache' } });
  };
  for (const path of isInspected ? [...PAGE_PATHS, '/inspect'] : PAGE_PATHS) routes.get(path, start);
  routes.get('/', (context) => context.redirect(homePath(options), 302));
  routes.get('/assets/:name', async (context) => {
    const file = await options.readPageFile(`assets/${context.req.param('name')}`);
    if (file === undefined) return context.notFound();
    return context.body(file.bytes, 200, { 'Content-Type': file.contentType, 'Cache-Control': 'public, max-age=31536000, immutable' });
  });
  return routes;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
