import type { MetricDefinition } from '@limpet/model';

/** The body budget of an agent; all are read from it when they are asked for. */
export const BODY_BUDGET_METRICS = {
  held: {
    name: 'limpet_body_budget_held_bytes',
    help: 'Memory of response bodies that are being received, inflated or waiting for their append.',
    type: 'gauge',
    labels: [],
  },
  limit: {
    name: 'limpet_body_budget_limit_bytes',
    help: 'Memory that response bodies may hold together; the request that needs more fails.',
    type: 'gauge',
    labels: [],
  },
  refused: {
    name: 'limpet_body_budget_refused_total',
    help: 'Response bodies that were given up because the memory for all bodies was used up.',
    type: 'counter',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
