import { Hono } from 'hono';
import { failure } from './envelope.ts';

const READ_AND_POST = ['query', 'query_range', 'query_exemplars', 'format_query', 'parse_query', 'labels', 'series'];
const READ = ['label/:name/values', 'alertmanagers', 'alerts', 'rules', 'status/tsdb', 'status/tsdb/blocks'];
const ADMIN = ['delete_series', 'clean_tombstones', 'snapshot'];
const UNAVAILABLE = 'unavailable with Limpet Agent';

/** Routes of the server mode: they exist, and say that an agent has no answer. */
export function agentModeRoutes(): Hono {
  const routes = new Hono();
  for (const path of READ_AND_POST) routes.on(['GET', 'POST'], `/${path}`, (context) => failure(context, 'execution', UNAVAILABLE));
  for (const path of READ) routes.get(`/${path}`, (context) => failure(context, 'execution', UNAVAILABLE));
  for (const path of ADMIN) routes.on(['POST', 'PUT'], `/admin/tsdb/${path}`, (context) => failure(context, 'execution', UNAVAILABLE));
  receiver(routes, '/write', 'remote write', '--web.enable-remote-write-receiver');
  receiver(routes, '/otlp/v1/metrics', 'otlp write', '--web.enable-otlp-receiver');
  routes.post('/read', (context) => context.text('unsupported operation with WAL-only storage\n', 500));
  return routes;
}

function receiver(routes: Hono, path: string, name: string, flag: string): void {
  routes.post(path, (context) => context.text(`${name} receiver needs to be enabled with ${flag}\n`, 404));
}
