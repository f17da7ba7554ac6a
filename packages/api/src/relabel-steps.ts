import { Hono } from 'hono';
import type { Agent } from '@limpet/agent';
import { labelsFrom, labelsObject } from '@limpet/model';
import type { Labels } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { failure, success } from './envelope.ts';

type Step = NonNullable<ReturnType<Agent['relabelSteps']>>[number];

/** `targets/relabel_steps`: what each target relabelling rule of a pool makes of a label set. */
export function relabelStepsRoutes({ agent }: Pick<ApiOptions, 'agent'>): Hono {
  const routes = new Hono();
  routes.get('/targets/relabel_steps', (context) => {
    const pool = context.req.query('scrapePool') ?? '';
    if (pool === '') return failure(context, 'bad_data', 'no scrapePool parameter provided');
    const text = context.req.query('labels') ?? '';
    if (text === '') return failure(context, 'bad_data', 'no labels parameter provided');
    const labels = labelsOf(text);
    if (typeof labels === 'string') return failure(context, 'bad_data', `error parsing labels: ${labels}`);
    const steps = agent.relabelSteps(pool, labels);
    if (steps === undefined) return failure(context, 'bad_data', `error retrieving scrape config: scrape pool "${pool}" not found`);
    return success(context, { steps: steps.map(stepAnswer) });
  });
  return routes;
}

/** The labels of a JSON object of texts, or why it is none. */
function labelsOf(text: string): Labels | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'not a JSON object';
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'string') return `the value of ${JSON.stringify(name)} is not a string`;
    pairs.push([name, value]);
  }
  return labelsFrom(pairs);
}

function stepAnswer({ rule, output, keep }: Step): object {
  return {
    rule: {
      source_labels: rule.sourceLabels.length === 0 ? undefined : rule.sourceLabels,
      separator: rule.separator,
      regex: rule.regex === '' ? undefined : rule.regex,
      modulus: rule.modulus === 0n ? undefined : Number(rule.modulus),
      target_label: rule.targetLabel === '' ? undefined : rule.targetLabel,
      replacement: rule.replacement,
      action: rule.action,
    },
    output: labelsObject(output),
    keep,
  };
}
