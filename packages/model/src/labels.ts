/**
 * A label set: pairs of name and value, sorted by the bytes of the name, no empty value, no name twice.
 * `readonly (readonly [name, value])[]` rather than an object, so that order and identity are plain to see.
 */
export type Labels = readonly Label[];
export type Label = readonly [name: string, value: string];

/** The name of the label that holds the metric name. */
export const METRIC_NAME = '__name__';
/** Labels whose name starts so are internal: they stay on the target and never reach a series. */
export const RESERVED_PREFIX = '__';

/**
 * Orders two strings by their UTF-8 bytes, which is by code point; JavaScript's own order compares UTF-16
 * units and differs above U+D7FF. Returns a negative number, zero or a positive number.
 */
export function compareBytewise(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return bytewiseRank(a) - bytewiseRank(b);
  }
  return left.length - right.length;
}

/** Moves surrogates above the rest of the basic plane, where the code points that they encode belong. */
function bytewiseRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Builds a label set from pairs in any order; a later pair of the same name wins, empty values vanish. */
export function labelsFrom(pairs: Iterable<Label>): Labels {
  const byName = new Map(pairs);
  return [...byName].filter(([, value]) => value !== '').sort(([a], [b]) => compareBytewise(a, b));
}

/** The value of a label, or `''` where it is absent: empty and missing are the same. */
export function labelValue(labels: Labels, name: string): string {
  return labels.find(([candidate]) => candidate === name)?.[1] ?? '';
}

/** The labels whose name does not start with `__`. */
export function publicLabels(labels: Labels): Labels {
  return labels.filter(([name]) => !name.startsWith(RESERVED_PREFIX));
}

export function labelsEqual(left: Labels, right: Labels): boolean {
  return left.length === right.length && left.every(([name, value], index) => name === right[index]?.[0] && value === right[index]?.[1]);
}

/** A plain object in label order, for JSON. */
export function labelsObject(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels);
}

/** `{a="b", c="d"}`, values quoted and escaped as in the exposition format; the metric name stands in front. */
export function labelsText(labels: Labels): string {
  const name = labelValue(labels, METRIC_NAME);
  const rest = labels.filter(([label]) => label !== METRIC_NAME).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${rest.join(', ')}}`;
}
