import type { MetricDefinition } from '@limpet/model';

/** What the fetch port counts and measures. */
export const FETCH_METRICS = {
  waiting: {
    name: 'limpet_scrapes_waiting',
    help: 'Scrapes that wait for a free slot under the cap on concurrent scrapes.',
    type: 'gauge',
    labels: [],
  },
  inFlight: {
    name: 'limpet_scrapes_in_flight',
    help: 'Scrapes whose request is running.',
    type: 'gauge',
    labels: [],
  },
  queueWait: {
    name: 'limpet_scrape_queue_wait_seconds',
    help: 'Time that a scrape waited for a free slot; part of neither its timeout nor its duration.',
    type: 'histogram',
    labels: [],
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 5, 15],
  },
  failures: {
    name: 'limpet_scrape_request_failures_total',
    help: 'Requests of scrapes that failed, by reason. Timeouts are counted where they are noticed, by the loop.',
    type: 'counter',
    labels: ['reason'],
  },
  bodySizeLimit: {
    name: 'prometheus_target_scrapes_exceeded_body_size_limit_total',
    help: 'Scrapes rejected because they hit the body size limit.',
    type: 'counter',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
