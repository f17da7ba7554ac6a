import type { MetricDefinition } from '@limpet/model';

/** Self-metrics of the fan-out. */
export const CONSUMER_METRICS = {
  refusedBatches: {
    name: 'limpet_consumer_refused_batches_total',
    help: 'Scrape batches that a consumer did not take, by reason.',
    type: 'counter',
    labels: ['consumer', 'reason'],
  },
  missedSamples: {
    name: 'limpet_consumer_missed_samples_total',
    help: 'Samples in the scrape batches that a consumer did not take, by reason.',
    type: 'counter',
    labels: ['consumer', 'reason'],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics of the configuration (C-173). */
export const CONFIG_METRICS = {
  lastReloadSuccessful: {
    name: 'prometheus_config_last_reload_successful',
    help: 'Whether the last configuration reload attempt was successful.',
    type: 'gauge',
    labels: [],
  },
  lastReloadSuccessTimestamp: {
    name: 'prometheus_config_last_reload_success_timestamp_seconds',
    help: 'Timestamp of the last successful configuration reload.',
    type: 'gauge',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics of the last reload that came into force. */
export const RELOAD_METRICS = {
  loops: {
    name: 'limpet_last_reload_loops',
    help: 'Scrape loops by what the last applied configuration did to them; final when limpet_last_reload_settled is 1.',
    type: 'gauge',
    labels: ['change'],
  },
  settled: {
    name: 'limpet_last_reload_settled',
    help: 'Whether every scrape pool has synced under the last applied configuration.',
    type: 'gauge',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics of the agent as a whole. */
export const AGENT_METRICS = {
  buildInfo: {
    name: 'limpet_build_info',
    help: 'A metric with a constant value of 1, labelled by the version of Limpet and of Node.',
    type: 'gauge',
    labels: ['version', 'node'],
  },
  loops: { name: 'limpet_loops', help: 'Scrape loops that exist, retiring ones included.', type: 'gauge', labels: [] },
  series: { name: 'limpet_series', help: 'Label sets in the series registry.', type: 'gauge', labels: [] },
  faults: {
    name: 'limpet_faults_total',
    help: 'Exceptions that no part of Limpet expected; each is a fault to report.',
    type: 'counter',
    labels: [],
  },
  ready: { name: 'prometheus_ready', help: 'Whether the agent is ready.', type: 'gauge', labels: [] },
} as const satisfies Record<string, MetricDefinition>;
