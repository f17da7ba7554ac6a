import { Hono } from 'hono';
import { parseTargetSelector } from '@limpet/agent';
import type { NewestSample, TargetSelector } from '@limpet/agent';
import { compareBytewise, labelsText, labelValue, METRIC_NAME } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { metricsCompression } from './content-encoding.ts';
import { readyGate } from './readiness.ts';

/** How far back the newest sample of a series is looked for, in milliseconds. */
const LOOKBACK_MS = 5 * 60_000;
/** Selectors in one request. */
const SELECTORS_MAX = 1_000;

/**
 * `GET /federate?match[]=…`: the newest samples of the series that are selected, from the embedded store, as text 0.0.4
 * . Without that store there is nothing to answer with.
 */
export function federateRoutes({ agent, wall }: ApiOptions): Hono {
  const routes = new Hono();
  routes.get('/federate', readyGate(agent), metricsCompression, (context) => {
    const history = agent.history();
    if (history === undefined) return context.text('federation needs the embedded store, which is off\n', 404);
    const texts = context.req.queries('match[]') ?? [];
    if (texts.length > SELECTORS_MAX) return context.text(`more than ${SELECTORS_MAX} selectors\n`, 400);
    const selectors: TargetSelector[] = [];
    for (const text of texts) {
      const selector = parseTargetSelector(text);
      if (!selector.ok) return context.text(`${selector.error.message}\n`, 400);
      if (selector.value.matches([])) return context.text('match[] must contain at least one non-empty matcher\n', 400);
      selectors.push(selector.value);
    }
    const toMs = Math.trunc(wall());
    const samples = history.newest({ selectors, fromMs: toMs - LOOKBACK_MS, toMs });
    if (samples === undefined) return context.text('too many series are selected\n', 422);
    const text = federationText(samples, agent.config()?.global.externalLabels ?? {});
    return context.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  return routes;
}

/**
 * Samples as text, sorted by name, each name behind a line that says that its type is not known. External labels and an
 * empty `instance` are added to series without them, so that the scraper's own labels do not hide whose they are.
 */
export function federationText(samples: readonly NewestSample[], externalLabels: Readonly<Record<string, string>>): string {
  const added = Object.entries({ instance: '', ...externalLabels }).sort(([a], [b]) => compareBytewise(a, b));
  const named = samples.filter(({ labels }) => labelValue(labels, METRIC_NAME) !== '');
  const keyed = named.map((sample) => ({ sample, name: labelValue(sample.labels, METRIC_NAME), key: labelsText(sample.labels) }));
  keyed.sort((left, right) => compareBytewise(left.name, right.name) || compareBytewise(left.key, right.key));
  const lines: string[] = [];
  let lastName: string | undefined;
  for (const { sample, name } of keyed) {
    if (name !== lastName) lines.push(`# TYPE ${isLegacy(name) ? name : quoted(name)} untyped`);
    lastName = name;
    lines.push(sampleLine(sample, name, added));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function sampleLine({ labels, timestampMs, value }: NewestSample, name: string, added: readonly (readonly [string, string])[]): string {
  const own = labels.filter(([label]) => label !== METRIC_NAME);
  const has = new Set(own.map(([label]) => label));
  const all = [...own, ...added.filter(([label]) => !has.has(label))];
  const pairs = all.map(([label, text]) => `${isLegacyLabel(label) ? label : quoted(label)}=${quoted(text)}`);
  const series = isLegacy(name) ? `${name}{${pairs.join(',')}}` : `{${[quoted(name), ...pairs].join(',')}}`;
  return `${series} ${numberText(value)} ${timestampMs}`;
}

function isLegacy(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

function isLegacyLabel(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
