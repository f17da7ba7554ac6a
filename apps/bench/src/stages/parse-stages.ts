import { parseOpenMetrics, parseText } from '@limpet/exposition';
import type { Parse, SampleEntry } from '@limpet/exposition';
import type { Stage } from './stage.ts';

/** The text parser alone: entries are read and dropped, labels are not asked for. */
export function textStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return parseStage('parse text 0.0.4', parseText, bodies, sampleCount);
}

export function openMetricsStage(bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return parseStage('parse OpenMetrics 1.0', parseOpenMetrics, bodies, sampleCount);
}

function parseStage(name: string, parse: Parse, bodies: readonly Uint8Array[], sampleCount: number): Stage {
  return {
    name,
    sampleCount,
    run(round) {
      let count = 0;
      for (const entry of parse(bodies[round % bodies.length] ?? new Uint8Array())) if (entry.kind === 'sample') count++;
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
