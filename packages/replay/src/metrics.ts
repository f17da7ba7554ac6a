import type { MetricDefinition } from '@limpet/model';

/** What a recorder counts. */
export const RECORDING_METRICS = {
  active: {
    name: 'limpet_recording_active',
    help: 'Whether the run is being recorded: 0 after a recording has ended, whatever the reason.',
    type: 'gauge',
    labels: [],
  },
  inputs: {
    name: 'limpet_recording_inputs_total',
    help: 'Inputs written to the recording.',
    type: 'counter',
    labels: [],
  },
  bytes: {
    name: 'limpet_recording_bytes_total',
    help: 'Bytes written to the recording, bodies compressed.',
    type: 'counter',
    labels: [],
  },
  bodiesDropped: {
    name: 'limpet_recording_bodies_dropped_total',
    help: 'Bodies that were to be kept and could not be, because writing did not keep up.',
    type: 'counter',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
