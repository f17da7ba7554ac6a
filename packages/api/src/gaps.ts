import { Hono } from 'hono';
import { isGap, explainTick } from '@limpet/agent';
import type { ActiveTarget, LedgerTick, TargetTicks, TickExplanation } from '@limpet/agent';
import { formatDuration, formatTimestamp, labelsObject } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** Targets that one answer is about at most. */
const TARGET_COUNT_MAX = 100;

/**
 * `/api/v1/limpet/gaps?target=…&at=…`: what became of the last ticks of the targets that the parameter names, by the id
 * of the loop, the scrape URL or the instance label, and why one of them left no sample: that at a time, Unix seconds or
 * RFC 3339, or else the newest.
 */
export function gapRoutes({ agent }: Pick<ApiOptions, 'agent'>): Hono {
  const routes = new Hono();
  routes.get('/limpet/gaps', (context) => {
    const name = context.req.query('target') ?? '';
    if (name === '') return failure(context, 'bad_data', 'target must name a target by its id, its URL or its instance label');
    const at = context.req.query('at') ?? '';
    const atMs = at === '' ? undefined : timeFrom(at);
    if (Number.isNaN(atMs)) return failure(context, 'bad_data', 'at must be a time, in Unix seconds or as RFC 3339');
    const found = agent.gaps({ target: name });
    if (found.length === 0) return failure(context, 'not_found', `no target has the id, URL or instance label ${JSON.stringify(name)}`);
    const targets = found.slice(0, TARGET_COUNT_MAX).map((target) => targetJson(target, explainTick(target.ticks, atMs)));
    return success(context, { targets, targetsOmitted: found.length - targets.length });
  });
  return routes;
}

/** What `limpet.ticks` of a target says: how many of its ticks ended in which way, and the newest. */
export function ticksJson({ outcomes, reasons, last }: ActiveTarget['ticks']): object {
  return { outcomes, reasons, last: last === undefined ? null : tickJson(last) };
}

/** Wall milliseconds; NaN where it is no time. */
export function timeFrom(text: string): number {
  return /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) * 1_000 : Date.parse(text);
}

function targetJson({ id, pool, url, labels, intervalMs, totals, ticks }: TargetTicks, explanation: TickExplanation): object {
  return {
    id,
    scrapePool: pool,
    scrapeUrl: url,
    labels: labelsObject(labels),
    scrapeInterval: formatDuration(intervalMs),
    totals: ticksJson(totals),
    ticks: ticks.map(tickJson),
    explanation: explanationJson(explanation),
  };
}

function explanationJson(explanation: TickExplanation): object {
  if (!explanation.found) return { found: false, why: explanation.why };
  const { tick, meaning, hint, neighbours } = explanation;
  return { found: true, isGap: isGap(tick), tick: tickJson(tick), meaning, hint, neighbours: neighbours.map(tickJson) };
}

function tickJson({ atMs, untilMs, outcome, reason }: LedgerTick): object {
  return { at: formatTimestamp(atMs), until: formatTimestamp(untilMs), outcome, reason };
}
