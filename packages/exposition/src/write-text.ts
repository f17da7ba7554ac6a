import type { MetricType, TypeEntry } from './entry.ts';
import { formatFloat } from './float.ts';
import { escapeHelp } from './unescape.ts';
import { WriteError } from './writable-entry.ts';
import type { WritableEntry, WritableSample } from './writable-entry.ts';
import { familyText, seriesText } from './write-series.ts';

/** The word for each type; types that the format does not know get the nearest one that leaves samples as they are. */
const TYPE_WORDS: Readonly<Record<MetricType, string>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'untyped',
  summary: 'summary',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'untyped',
};

const encoder = new TextEncoder();

/**
 * A body in the Prometheus text format, 1.0.0 where names need quotes and 0.0.4 otherwise. Units and exemplars are left
 * out, since the format has none. Throws `WriteError` for what it cannot say, such as a negative timestamp (E-035).
 */
export function writeText(entries: Iterable<WritableEntry>): Uint8Array {
  let text = '';
  for (const entry of entries) text += entryText(entry);
  return encoder.encode(text);
}

function entryText(entry: WritableEntry): string {
  switch (entry.kind) {
    case 'type':
      return typeText(entry);
    case 'help':
      return `# HELP ${familyText(entry.family)} ${escapeHelp(entry.text)}\n`;
    case 'unit':
      return '';
    case 'comment':
      return commentText(entry.text);
    case 'sample':
      return sampleText(entry);
  }
}

function typeText({ family, type }: TypeEntry): string {
  return `# TYPE ${familyText(family)} ${TYPE_WORDS[type]}\n`;
}

function commentText(text: string): string {
  const isComment = text.startsWith('#') && !text.includes('\n') && !/^#[ \t]+(?:HELP|TYPE)[ \t]/.test(text);
  if (!isComment) throw new WriteError(`${JSON.stringify(text)} is no comment`);
  return `${text}\n`;
}

function sampleText(sample: WritableSample): string {
  const series = seriesText(sample.labels());
  const { timestampMs } = sample;
  if (timestampMs === undefined) return `${series} ${formatFloat(sample.value)}\n`;
  if (!Number.isSafeInteger(timestampMs) || timestampMs < 0) throw new WriteError(`${series} cannot have the timestamp ${timestampMs}`);
  return `${series} ${formatFloat(sample.value)} ${timestampMs}\n`;
}
