import type { MetricDefinition } from '@limpet/model';

/** Self-metrics of the HTTP surface. `handler` is the pattern of a route, without the prefix of A-013. */
export const HTTP_METRICS = {
  requests: {
    name: 'prometheus_http_requests_total',
    help: 'Counter of HTTP requests.',
    type: 'counter',
    labels: ['handler', 'code'],
  },
  requestDuration: {
    name: 'prometheus_http_request_duration_seconds',
    help: 'Histogram of latencies for HTTP requests.',
    type: 'histogram',
    labels: ['handler'],
    buckets: [0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120],
  },
  responseSize: {
    name: 'prometheus_http_response_size_bytes',
    help: 'Histogram of response size for HTTP requests.',
    type: 'histogram',
    labels: ['handler'],
    buckets: [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics of the notifications. */
export const NOTIFICATION_METRICS = {
  subscribers: {
    name: 'prometheus_api_notification_active_subscribers',
    help: 'The current number of active notification subscribers.',
    type: 'gauge',
    labels: [],
  },
  sent: {
    name: 'prometheus_api_notification_updates_sent_total',
    help: 'Total number of notification updates sent.',
    type: 'counter',
    labels: [],
  },
  dropped: {
    name: 'prometheus_api_notification_updates_dropped_total',
    help: 'Total number of notification updates dropped.',
    type: 'counter',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;
