import { METRIC_NAME } from '@limpet/model';
import type { Exemplar } from '@limpet/model';
import { formatFloat } from './float.ts';
import { formatSeconds } from './timestamp.ts';
import { escapeQuoted } from './unescape.ts';
import { WriteError } from './writable-entry.ts';
import type { WritableEntry, WritableSample } from './writable-entry.ts';
import { familyText, labelBlockText, seriesText } from './write-series.ts';

const encoder = new TextEncoder();

/**
 * A body in OpenMetrics text 1.0, closed with `# EOF`. Comments are left out, since the format has none; entries are
 * neither ordered nor checked against the types. Throws `WriteError` for what a parser would refuse.
 */
export function writeOpenMetrics(entries: Iterable<WritableEntry>): Uint8Array {
  let text = '';
  for (const entry of entries) text += entryText(entry);
  return encoder.encode(`${text}# EOF\n`);
}

function entryText(entry: WritableEntry): string {
  switch (entry.kind) {
    case 'type':
      return `# TYPE ${familyText(entry.family)} ${entry.type}\n`;
    case 'help':
      return `# HELP ${familyText(entry.family)} ${escapeQuoted(entry.text)}\n`;
    case 'unit':
      return unitText(entry.family, entry.unit);
    case 'comment':
      return '';
    case 'sample':
      return sampleText(entry);
  }
}

function unitText(family: string, unit: string): string {
  if (unit !== '' && !family.endsWith(`_${unit}`)) throw new WriteError(`the unit ${JSON.stringify(unit)} is no suffix of ${family}`);
  return `# UNIT ${familyText(family)} ${unit}\n`;
}

function sampleText(sample: WritableSample): string {
  const labels = sample.labels();
  const series = seriesText(labels);
  if (labels.some(([name, value]) => (name === METRIC_NAME ? value : name).includes('\0')))
    throw new WriteError(`${series}: NUL in a name`); // E-103
  const [exemplar, ...others] = sample.exemplars;
  if (others.length > 0) throw new WriteError(`${series} has more than one exemplar`);
  const exemplarPart = exemplar === undefined ? '' : exemplarText(exemplar);
  return `${series} ${formatFloat(sample.value)}${timestampText(sample.timestampMs)}${exemplarPart}\n`;
}

function exemplarText({ labels, value, timestampMs }: Exemplar): string {
  if (labels.some((label) => label.some((text) => text.includes('\0')))) throw new WriteError('NUL in an exemplar label'); // E-103
  return ` # ${labelBlockText(labels)} ${formatFloat(value)}${timestampText(timestampMs)}`;
}

function timestampText(timestampMs: number | undefined): string {
  if (timestampMs === undefined) return '';
  if (!Number.isSafeInteger(timestampMs)) throw new WriteError(`${timestampMs} is no time in milliseconds`);
  return ` ${formatSeconds(timestampMs)}`;
}
