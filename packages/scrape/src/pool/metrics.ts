import type { MetricDefinition } from '@limpet/model';

const QUANTILES = [0.01, 0.05, 0.5, 0.9, 0.99];

const counter = (name: string, help: string, labels: readonly string[] = []): MetricDefinition => ({ name, help, type: 'counter', labels });
const gauge = (name: string, help: string): MetricDefinition => ({ name, help, type: 'gauge', labels: ['scrape_job'] });

/** Self-metrics of the scrape pools under Prometheus' names (S-172). Those with the label `scrape_job` go with their pool. */
export const POOL_METRICS = {
  pools: counter('prometheus_target_scrape_pools_total', 'Scrape pools that were to be created.'),
  poolsFailed: counter('prometheus_target_scrape_pools_failed_total', 'Scrape pools that could not be created.'),
  reloads: counter('prometheus_target_scrape_pool_reloads_total', 'Scrape pool reloads.'),
  reloadsFailed: counter('prometheus_target_scrape_pool_reloads_failed_total', 'Scrape pool reloads that failed.'),
  reloadLength: {
    name: 'prometheus_target_reload_length_seconds',
    help: 'Time that a scrape pool took to reload.',
    type: 'summary',
    labels: ['interval'],
    quantiles: QUANTILES,
  },
  syncs: counter('prometheus_target_scrape_pool_sync_total', 'Syncs of a scrape pool.', ['scrape_job']),
  syncLength: {
    name: 'prometheus_target_sync_length_seconds',
    help: 'Time that a scrape pool took to sync.',
    type: 'summary',
    labels: ['scrape_job'],
    quantiles: QUANTILES,
  },
  syncLengthHistogram: {
    name: 'prometheus_target_sync_length_histogram_seconds',
    help: 'Time that a scrape pool took to sync, as a histogram.',
    type: 'histogram',
    labels: ['scrape_job'],
    buckets: [0.01, 0.1, 1, 10],
  },
  syncsFailed: counter('prometheus_target_sync_failed_total', 'Targets that could not be built in syncs.', ['scrape_job']),
  exceededTargetLimit: counter(
    'prometheus_target_scrape_pool_exceeded_target_limit_total',
    'Times that a pool had more targets than its limit.',
  ),
  targetLimit: gauge('prometheus_target_scrape_pool_target_limit', 'Target limit of a scrape pool; 0 = none.'),
  targets: gauge('prometheus_target_scrape_pool_targets', 'Unique targets of a scrape pool.'),
  loopsCrashed: counter('limpet_scrape_loops_crashed_total', 'Loops that ended through a fault of Limpet and were started anew.', [
    'scrape_job',
  ]),
  loopsKilled: counter('limpet_scrape_loops_killed_total', 'Loops that did not end in time when they were stopped.', ['scrape_job']),
} as const satisfies Record<string, MetricDefinition>;

/** Metrics whose child of a job is removed when its pool ends (S-173). */
export const POOL_METRICS_BY_JOB: readonly MetricDefinition[] = Object.values(POOL_METRICS).filter(
  ({ labels }) => labels[0] === 'scrape_job',
);
