import { compareBytewise } from '@limpet/model';
import type { Exemplar, Label } from '@limpet/model';
import type { StoredExemplar } from './series-times.ts';

/** Code points that the names and values of an exemplar's labels may have together (E-124). */
export const EXEMPLAR_RUNES_MAX = 128;

export interface AcceptedExemplars {
  readonly accepted: readonly StoredExemplar[];
  /** Exemplars refused as out of order, counted only where all of the entry's were (S-128). */
  readonly outOfOrderCount: number;
}

/**
 * Which exemplars of an entry are stored with its sample, sorted by time, value, labels. One without a time gets that of
 * the sample, `timestampMs`, except on native histograms, where it is dropped (`needsOwnTime`). `before`: the last
 * exemplar of the series.
 */
export function acceptExemplars(
  exposed: readonly Exemplar[],
  {
    before,
    timestampMs,
    needsOwnTime,
  }: { readonly before: StoredExemplar | undefined; readonly timestampMs: number; readonly needsOwnTime: boolean },
): AcceptedExemplars {
  const candidates = exposed
    .filter((exemplar) => exemplar.timestampMs !== undefined || !needsOwnTime)
    .map((exemplar) => ({ exposed: withoutEmpty(exemplar), atMs: exemplar.timestampMs ?? timestampMs }))
    .sort(compareExemplars);
  let last = before;
  let outOfOrderCount = 0;
  const accepted: StoredExemplar[] = [];
  for (const candidate of candidates) {
    if (!isWellFormed(candidate.exposed.labels) || (last !== undefined && isRepeat(candidate, last))) continue;
    if (last !== undefined && compareExemplars(candidate, last) < 0) {
      outOfOrderCount++;
      continue;
    }
    accepted.push(candidate);
    last = candidate;
  }
  return { accepted, outOfOrderCount: outOfOrderCount === candidates.length ? outOfOrderCount : 0 };
}

function withoutEmpty(exemplar: Exemplar): Exemplar {
  if (exemplar.labels.every(([, value]) => value !== '')) return exemplar;
  return { ...exemplar, labels: exemplar.labels.filter(([, value]) => value !== '') };
}

function isWellFormed(labels: readonly Label[]): boolean {
  let runes = 0;
  for (const [name, value] of labels) runes += Array.from(name).length + Array.from(value).length;
  return runes <= EXEMPLAR_RUNES_MAX && new Set(labels.map(([name]) => name)).size === labels.length;
}

/** Equal to the last exemplar of the series; its time counts only where one of the two has a time of its own. */
function isRepeat(candidate: StoredExemplar, last: StoredExemplar): boolean {
  const hasOwnTime = candidate.exposed.timestampMs !== undefined || last.exposed.timestampMs !== undefined;
  if (hasOwnTime && candidate.atMs !== last.atMs) return false;
  return Object.is(candidate.exposed.value, last.exposed.value) && compareLabels(candidate.exposed.labels, last.exposed.labels) === 0;
}

function compareExemplars(left: StoredExemplar, right: StoredExemplar): number {
  if (left.atMs !== right.atMs) return left.atMs - right.atMs;
  if (left.exposed.value !== right.exposed.value) return left.exposed.value - right.exposed.value;
  return compareLabels(left.exposed.labels, right.exposed.labels);
}

function compareLabels(left: readonly Label[], right: readonly Label[]): number {
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = compareBytewise(name, other[0]) || compareBytewise(value, other[1]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
