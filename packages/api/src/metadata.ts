import { Hono } from 'hono';
import { parseTargetSelector } from '@limpet/agent';
import type { TargetMetadata } from '@limpet/agent';
import { compareBytewise, labelsObject } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** `targets/metadata` and `metadata`. */
export function metadataRoutes({ agent }: Pick<ApiOptions, 'agent'>): Hono {
  const routes = new Hono();
  routes.get('/targets/metadata', (context) => {
    const limit = countFrom(context.req.query('limit'));
    if (limit === undefined) return failure(context, 'bad_data', 'limit must be a number');
    const text = context.req.query('match_target') ?? '';
    const selector = parseTargetSelector(text === '' ? '{}' : text);
    if (!selector.ok) return failure(context, 'bad_data', `invalid parameter "match_target": ${selector.error.message}`);
    const targets = agent.targetMetadata().filter(({ labels }) => selector.value.matches(labels));
    return success(context, metadataByTarget(targets, { metric: context.req.query('metric') ?? '', limit }));
  });
  routes.get('/metadata', (context) => {
    const limit = countFrom(context.req.query('limit'));
    if (limit === undefined) return failure(context, 'bad_data', 'limit must be a number');
    const limitPerMetric = countFrom(context.req.query('limit_per_metric'));
    if (limitPerMetric === undefined) return failure(context, 'bad_data', 'limit_per_metric must be a number');
    const query = { metric: context.req.query('metric') ?? '', limit, limitPerMetric };
    return success(context, metadataByFamily(agent.targetMetadata(), query));
  });
  return routes;
}

/** A whole number; absent is -1, which stands for no limit as every negative one does. `undefined`: not a number. */
function countFrom(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return -1;
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The limit is looked at before each target and never inside one, as upstream. */
function metadataByTarget(targets: readonly TargetMetadata[], query: { readonly metric: string; readonly limit: number }): object[] {
  const entries: object[] = [];
  for (const target of targets) {
    if (query.limit >= 0 && entries.length >= query.limit) break;
    const labels = labelsObject(target.labels);
    const found = familiesOf(target, query.metric);
    for (const { family, type, help, unit } of found) {
      entries.push({ target: labels, ...(query.metric === '' ? { metric: family } : {}), type, help, unit });
    }
  }
  return entries;
}

interface FamilyQuery {
  readonly metric: string;
  /** Families; negative = all. */
  readonly limit: number;
  /** Entries of a family; 0 and below = all. */
  readonly limitPerMetric: number;
}

/** What targets say about each family, equal entries once. */
function metadataByFamily(targets: readonly TargetMetadata[], { metric, limit, limitPerMetric }: FamilyQuery): object {
  const families = new Map<string, Map<string, object>>();
  for (const target of targets) {
    for (const { family, type, help, unit } of familiesOf(target, metric)) {
      const entries = families.get(family) ?? new Map<string, object>();
      families.set(family, entries);
      if (limitPerMetric > 0 && entries.size >= limitPerMetric) continue;
      entries.set(JSON.stringify([type, unit, help]), { type, unit, help });
    }
  }
  const sorted = [...families].sort(([a], [b]) => compareBytewise(a, b));
  const kept = limit < 0 ? sorted : sorted.slice(0, limit);
  return Object.fromEntries(kept.map(([family, entries]) => [family, [...entries.values()]]));
}

/** All families of a target, or the one that is asked for. */
function familiesOf(target: TargetMetadata, metric: string): ReturnType<TargetMetadata['list']> {
  if (metric === '') return target.list();
  const found = target.get(metric);
  return found === undefined ? [] : [found];
}
