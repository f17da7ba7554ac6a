import { Hono } from 'hono';
import { boundedBuckets, labelsObject } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

/** Longest range that one request may ask for, in milliseconds. */
const RANGE_MS_MAX = 24 * 3_600_000;

/**
 * `/api/v1/limpet/history?match={json}&from=ms&to=ms`: recent samples of the series whose labels equal those of `match`,
 * from the embedded store. Values are numbers, `null` for stale markers and for NaN; infinities are texts. The value of a
 * native histogram is the number of its observations; what else is in it stands in `histograms`, by the sample's index.
 */
export function historyRoutes({ agent, wall }: ApiOptions): Hono {
  const routes = new Hono();
  routes.get('/limpet/history', (context) => {
    const history = agent.history();
    if (history === undefined) return failure(context, 'not_found', 'the embedded store is off');
    const matchers = matchersFrom(context.req.query('match'));
    if (matchers === undefined) return failure(context, 'bad_data', 'match must be a JSON object of label names and values');
    const toMs = Number(context.req.query('to') ?? Math.trunc(wall()));
    const fromMs = Number(context.req.query('from') ?? toMs - 3_600_000);
    if (!(fromMs <= toMs) || toMs - fromMs > RANGE_MS_MAX) return failure(context, 'bad_data', 'from and to must span at most 24 hours');
    const series = history.range({ matchers, fromMs, toMs });
    return success(context, {
      series: series.map(({ labels, timestampsMs, values, isStale, histograms }) => ({
        labels: labelsObject(labels),
        timestampsMs,
        values: values.map((value, index) => (isStale[index] === true ? null : jsonNumber(value))),
        ...(histograms.size > 0 && { histograms: [...histograms].map(([index, histogram]) => jsonHistogram(index, histogram)) }),
      })),
    });
  });
  return routes;
}

function matchersFrom(text: string | undefined): Record<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const entries = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return entries.length === Object.keys(parsed).length && entries.length > 0 ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

/** Count and sum, and the buckets that hold something as `[lower bound, upper bound, count]`, ascending. */
function jsonHistogram(index: number, histogram: NativeHistogram) {
  const buckets = boundedBuckets(histogram).map(({ lower, upper, count }) => [jsonNumber(lower), jsonNumber(upper), count]);
  return { index, schema: histogram.schema, count: jsonNumber(histogram.count), sum: jsonNumber(histogram.sum), buckets };
}

function jsonNumber(value: number): number | string | null {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : value > 0 ? '+Inf' : '-Inf';
}
