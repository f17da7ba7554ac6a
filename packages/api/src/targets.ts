import { Hono } from 'hono';
import type { ActiveTarget, TargetsView } from '@limpet/agent';
import { formatDuration, formatTimestamp, labelsObject } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { success } from './envelope.ts';
import { ticksJson } from './gaps.ts';
import { globalUrl } from './global-url.ts';

/** `targets` and `scrape_pools` (A-030 … A-037). */
export function targetRoutes(options: ApiOptions): Hono {
  const routes = new Hono();
  routes.get('/targets', (context) => {
    const pool = context.req.query('scrapePool') ?? '';
    const state = (context.req.query('state') ?? '').toLowerCase();
    return success(context, targetsAnswer(options, options.agent.targets(), { pool, state }));
  });
  routes.get('/scrape_pools', (context) => success(context, { scrapePools: options.agent.pools() }));
  return routes;
}

interface TargetsQuery {
  /** `''` = all pools. */
  readonly pool: string;
  readonly state: string;
}

function targetsAnswer(options: ApiOptions, view: TargetsView, { pool, state }: TargetsQuery): object {
  const isAny = state === '' || state === 'any';
  const isWanted = (candidate: { readonly pool: string }) => pool === '' || candidate.pool === pool;
  const active = isAny || state === 'active' ? view.active.filter(isWanted) : [];
  const wantsDropped = isAny || state === 'dropped';
  const dropped = wantsDropped ? view.dropped.filter(isWanted) : [];
  return {
    activeTargets: active.map((target) => activeTarget(options, target)),
    droppedTargets: dropped.map((target) => ({
      discoveredLabels: labelsObject(target.discoveredLabels),
      scrapePool: target.pool,
      limpet: { reason: target.reason },
    })),
    droppedTargetCounts: wantsDropped ? Object.fromEntries(view.droppedCounts) : null,
  };
}

/** One active target as upstream writes it, with what only Limpet knows in one object of its own. */
export function activeTarget(options: Pick<ApiOptions, 'externalUrl' | 'ownAddress'>, target: ActiveTarget): object {
  return {
    discoveredLabels: labelsObject(target.discoveredLabels),
    labels: labelsObject(target.labels),
    scrapePool: target.pool,
    scrapeUrl: target.url,
    globalUrl: globalUrl(target.url, options),
    lastError: target.lastError,
    lastScrape: formatTimestamp(target.lastScrapeAt),
    lastScrapeDuration: target.lastScrapeDurationMs / 1000,
    health: target.health,
    scrapeInterval: formatDuration(target.intervalMs),
    scrapeTimeout: formatDuration(target.timeoutMs),
    limpet: {
      id: target.id,
      state: target.state,
      lastFailureReason: target.lastFailureReason ?? '',
      lastSamplesScraped: target.lastSamplesScraped,
      lastResponseBytes: target.lastResponseBytes,
      scrapesTotal: target.scrapesTotal,
      scrapesFailed: target.scrapesFailed,
      ticks: ticksJson(target.ticks),
    },
  };
}
