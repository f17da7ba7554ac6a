import type { Exemplar, Label, NativeHistogram } from '@limpet/model';
import type { Entry, HistogramEntry } from './entry.ts';
import { formatFloat } from './float.ts';

/**
 * One entry as a line of `limpet parse`, a JSON object without the newline (docs/spec/cli.md). A text and not an object,
 * because objects put keys like `"1"` first and cannot hold a label name twice; exposed labels can.
 */
export function entryLine(entry: Entry): string {
  switch (entry.kind) {
    case 'type':
      return JSON.stringify({ entry: 'type', metric: entry.family, type: entry.type });
    case 'help':
      return JSON.stringify({ entry: 'help', metric: entry.family, help: entry.text });
    case 'unit':
      return JSON.stringify({ entry: 'unit', metric: entry.family, unit: entry.unit });
    case 'comment':
      return JSON.stringify({ entry: 'comment', text: entry.text });
    case 'sample':
      return objectText([
        ['entry', '"sample"'],
        ['labels', labelsText(entry.labels())],
        ['value', numberText(entry.value)],
        ['timestamp', millisecondsText(entry.timestampMs)],
        ['exemplars', exemplarsText(entry.exemplars)],
        ['startTimestamp', millisecondsText(entry.startTimestampMs)],
      ]);
    case 'histogram':
      return histogramLine(entry);
  }
}

function histogramLine(entry: HistogramEntry): string {
  return objectText([
    ['entry', '"histogram"'],
    ['labels', labelsText(entry.labels())],
    ['timestamp', millisecondsText(entry.timestampMs)],
    ['startTimestamp', millisecondsText(entry.startTimestampMs)],
    ['exemplars', exemplarsText(entry.exemplars)],
    ['histogram', histogramJson(entry.histogram)],
  ]);
}

/** A native histogram as JSON: numbers as texts, so that nothing is lost. */
export function histogramJson(histogram: NativeHistogram): string {
  return JSON.stringify({
    schema: histogram.schema,
    zeroThreshold: formatFloat(histogram.zeroThreshold),
    zeroCount: formatFloat(histogram.zeroCount),
    count: formatFloat(histogram.count),
    sum: formatFloat(histogram.sum),
    positiveSpans: histogram.positiveSpans.map(({ offset, length }) => ({ offset, length })),
    positiveBuckets: histogram.positiveBuckets.map(formatFloat),
    negativeSpans: histogram.negativeSpans.map(({ offset, length }) => ({ offset, length })),
    negativeBuckets: histogram.negativeBuckets.map(formatFloat),
    customValues: histogram.customValues.map(formatFloat),
    resetHint: histogram.resetHint,
    float: histogram.isFloat,
  });
}

function exemplarsText(exemplars: readonly Exemplar[]): string {
  const texts = exemplars.map(({ labels, value, timestampMs }) =>
    objectText([
      ['labels', labelsText(labels)],
      ['value', numberText(value)],
      ['timestamp', millisecondsText(timestampMs)],
    ]),
  );
  return `[${texts.join(',')}]`;
}

function labelsText(labels: readonly Label[]): string {
  return objectText(labels.map(([name, value]) => [name, JSON.stringify(value)]));
}

function numberText(value: number): string {
  return JSON.stringify(formatFloat(value));
}

function millisecondsText(timestampMs: number | undefined): string {
  return timestampMs === undefined ? 'null' : String(BigInt(timestampMs));
}

function objectText(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}
