import type { MetricDefinition } from '@limpet/model';

/** Self-metrics of the HTTP surface. */
export const HTTP_METRICS = {
  requests: {
    name: 'prometheus_http_requests_total',
    help: 'Counter of HTTP requests.',
    type: 'counter',
    labels: ['handler', 'code'],
  },
} as const satisfies Record<string, MetricDefinition>;
