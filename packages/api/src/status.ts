import { Hono } from 'hono';
import { formatConfig, formatScrapeConfig } from '@limpet/config';
import { formatTimestamp } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** `status/…` and `scrape_pools/config` (A-038, A-050 … ). */
export function statusRoutes(options: ApiOptions): Hono {
  const { agent } = options;
  const routes = new Hono();
  routes.get('/status/config', (context) => {
    const config = agent.config();
    return success(context, { yaml: config === undefined ? '' : formatConfig(config) });
  });
  routes.get('/status/flags', (context) => success(context, options.flags));
  routes.get('/status/buildinfo', (context) => success(context, { ...options.build, application: 'limpet' }));
  routes.get('/status/runtimeinfo', (context) => success(context, runtimeInfo(options)));
  routes.get('/features', (context) => success(context, options.features));
  routes.get('/scrape_pools/config', (context) => {
    const pool = context.req.query('scrapePool') ?? '';
    if (pool === '') return failure(context, 'bad_data', 'no scrapePool parameter provided');
    const config = agent.poolConfig(pool);
    if (config === undefined) return failure(context, 'bad_data', `error retrieving scrape config: scrape pool "${pool}" not found`);
    return success(context, { yaml: formatScrapeConfig(config) });
  });
  return routes;
}

/** `status/walreplay`: nothing is replayed before the agent is ready, so there are no segments to count. */
export function replayRoutes(): Hono {
  const routes = new Hono();
  routes.get('/status/walreplay', (context) => success(context, { min: 0, max: 0, current: 0 }));
  return routes;
}

/** Every key of upstream's answer, with its meaning here. */
function runtimeInfo({ agent, host, wall }: ApiOptions): object {
  const { startedAt, lastReload, lastConfigAt, actorCount, loopCount, seriesCount } = agent.status();
  return {
    startTime: formatTimestamp(startedAt),
    CWD: host.cwd,
    hostname: host.hostName,
    serverTime: formatTimestamp(Math.trunc(wall())),
    reloadConfigSuccess: lastReload?.ok ?? false,
    lastConfigTime: formatTimestamp(lastConfigAt),
    corruptionCount: 0,
    goroutineCount: actorCount,
    GOMAXPROCS: 1,
    GOMEMLIMIT: host.heapLimitBytes,
    GOGC: '',
    GODEBUG: '',
    storageRetention: '',
    limpet: { loops: loopCount, series: seriesCount, lastReload: lastReload ?? null },
  };
}
