import { writableSample, writeOpenMetrics, writeText } from '@limpet/exposition';
import type { ExpositionFormat, WritableEntry } from '@limpet/exposition';
import type { Label } from '@limpet/model';

/** The formats that bodies are written in. */
type TextFormat = Exclude<ExpositionFormat, 'protobuf'>;

export interface BodyOptions {
  readonly seriesCount: number;
  readonly format: TextFormat;
  /** Number of the scrape: between one and the next, four series in ten change their value. */
  readonly round: number;
}

/** Series of a family: a histogram with eight buckets, its sum and its count. */
const FAMILY_SIZE = 10;
const BOUNDS = ['0.005', '0.01', '0.05', '0.1', '0.5', '1.0', '5.0', '+Inf'] as const;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
const KINDS = ['counter', 'gauge', 'histogram'] as const;

/**
 * A body such as exporters send: counters, gauges and histograms with two or three labels, ten series a family, about
 * 90 bytes a line. The same options give the same bytes.
 */
export function expositionBody({ seriesCount, format, round }: BodyOptions): Uint8Array {
  const entries: WritableEntry[] = [];
  for (let first = 0; first < seriesCount; first += FAMILY_SIZE) {
    entries.push(...family(first / FAMILY_SIZE, Math.min(FAMILY_SIZE, seriesCount - first), format, round));
  }
  return format === 'text' ? writeText(entries) : writeOpenMetrics(entries);
}

function family(number: number, size: number, format: TextFormat, round: number): WritableEntry[] {
  const wanted = KINDS[number % KINDS.length] ?? 'gauge';
  const kind = wanted === 'histogram' && size < FAMILY_SIZE ? 'gauge' : wanted;
  const name = `app_component_${number}_${kind === 'gauge' ? 'connections' : kind === 'counter' ? 'requests' : 'duration_seconds'}`;
  const sampleName = kind === 'counter' ? `${name}_total` : name;
  const declared = format === 'text' ? sampleName : name;
  const head: WritableEntry[] = [
    { kind: 'help', family: declared, text: `What component ${number} of the application counts or measures.` },
    { kind: 'type', family: declared, type: kind },
  ];
  const samples = kind === 'histogram' ? histogram(name, number, round) : plain(sampleName, kind, number, size, round);
  return [...head, ...samples];
}

function plain(name: string, kind: 'counter' | 'gauge', number: number, size: number, round: number): WritableEntry[] {
  return Array.from({ length: size }, (_, index) => {
    const labels: Label[] = [
      ['__name__', name],
      ['handler', `/api/v1/resource/${number}/${index}`],
      ['method', METHODS[index % METHODS.length] ?? 'GET'],
    ];
    if (kind === 'counter') labels.push(['status', index % 2 === 0 ? '200' : '503']);
    return writableSample(labels, kind === 'counter' ? counterAt(number, index, round) : gaugeAt(number, index, round));
  });
}

function histogram(name: string, number: number, round: number): WritableEntry[] {
  const labels: readonly Label[] = [['handler', `/api/v1/resource/${number}`]];
  const total = counterAt(number, 0, round);
  const buckets = BOUNDS.map((le, index) =>
    writableSample([['__name__', `${name}_bucket`], ...labels, ['le', le]], Math.floor((total * (index + 1)) / BOUNDS.length)),
  );
  return [
    ...buckets,
    writableSample([['__name__', `${name}_sum`], ...labels], total * 0.1875),
    writableSample([['__name__', `${name}_count`], ...labels], total),
  ];
}

function counterAt(number: number, index: number, round: number): number {
  return 1000 * (number + 1) + index + stepsOf(number + index, round);
}

function gaugeAt(number: number, index: number, round: number): number {
  return (number + 1) * 16.5 + ((stepsOf(number + index, round) * 7) % 100) / 8;
}

/** How often a series has changed by a round: each round, the next four of ten do. */
function stepsOf(series: number, round: number): number {
  let steps = 0;
  for (let past = 0; past < round; past++) if ((series * 3 + past * 4) % 10 < 4) steps++;
  return steps;
}
