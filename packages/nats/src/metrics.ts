import type { MetricDefinition } from '@limpet/model';

/** Self-metrics of the link. */
export const NATS_METRICS = {
  connected: {
    name: 'limpet_nats_connected',
    help: 'Whether the link to NATS is up.',
    type: 'gauge',
    labels: [],
  },
  published: {
    name: 'limpet_nats_messages_published_total',
    help: 'Messages that a stream has acknowledged.',
    type: 'counter',
    labels: ['kind'],
  },
  linkFailures: {
    name: 'limpet_nats_link_failures_total',
    help: 'Connections that could not be made or were lost.',
    type: 'counter',
    labels: [],
  },
  tooLarge: {
    name: 'limpet_nats_batches_too_large_total',
    help: 'Batches given up because they do not fit a message of the server.',
    type: 'counter',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
