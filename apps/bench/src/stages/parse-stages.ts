import { protobufBody } from '@limpet/contract';
import { parseOpenMetrics, parseProtobuf, parseText } from '@limpet/exposition';
import type { Parse, SampleEntry } from '@limpet/exposition';
import type { Stage } from './stage.ts';

/** The text parser alone: entries are read and dropped, labels are not asked for. */
export function textStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return parseStage('parse text 0.0.4', parseText, bodies, sampleCount);
}

export function openMetricsStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return parseStage('parse OpenMetrics 1.0', parseOpenMetrics, bodies, sampleCount);
}

/** Counters with three labels, in protobuf. */
export function protobufStage(sampleCount: number): Stage {
  const metrics = Array.from({ length: sampleCount }, (_, n) => ({ labels: labelsOf(n), value: n + 0.5 }));
  const body = protobufBody([{ name: 'app_requests_total', help: 'What the application counts.', type: 'counter', metrics }]);
  return parseStage('parse protobuf', parseProtobuf, [body], sampleCount);
}

/** Native histograms of 20 buckets with three labels. */
export function nativeHistogramStage(sampleCount: number): Stage {
  const deltas = Array.from({ length: 20 }, () => 1);
  const histogram = { count: 210, sum: 1, schema: 3, zeroThreshold: 1e-9, positive: { spans: [[-7, 20]] as const, deltas } };
  const metrics = Array.from({ length: sampleCount }, (_, n) => ({ labels: labelsOf(n), histogram }));
  const body = protobufBody([{ name: 'app_latency_seconds', help: 'What the application measures.', type: 'histogram', metrics }]);
  return parseStage('parse native histograms', parseProtobuf, [body], sampleCount);
}

function labelsOf(n: number): Readonly<Record<string, string>> {
  return { method: 'GET', path: `/api/v1/item/${n}`, code: '200' };
}

function parseStage(name: string, parse: Parse, bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return {
    name,
    sampleCount,
    run(round) {
      let count = 0;
      for (const entry of parse(bodies[round % bodies.length] ?? new Uint8Array()))
        if (entry.kind === 'sample' || entry.kind === 'histogram') count++;
      if (count !== sampleCount) throw new Error(`${name}: ${count} samples instead of ${sampleCount}`);
    },
  };
}

/** The labels of a parsed sample, as they are asked for once in the life of a series. */
export function labelsStage(body: Uint8Array): Stage {
  const samples = [...parseText(body)].filter((entry): entry is SampleEntry => entry.kind === 'sample');
  return {
    name: 'labels() of a sample',
    sampleCount: samples.length,
    run() {
      let count = 0;
      for (const sample of samples) count += sample.labels().length;
      if (count < samples.length) throw new Error('a sample without labels');
    },
  };
}
