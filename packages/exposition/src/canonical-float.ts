import { parseFloatToken } from './float.ts';
import type { MetricType } from './entry.ts';

const EXPONENT_FORM_MIN = 6;
const EXPONENT_FORM_BELOW = -4;
const BETWEEN_DIGITS = /([0-9a-f])_(?=[0-9a-f])/gi;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?[0-9]+)$/i;

/**
 * The value that a label is stored with: `le` of a histogram and `quantile` of a summary in canonical form, so that the
 * series does not change when an exporter writes `1` for `1.0`; every other value as it is (E-160).
 */
export function normalizeLabelValue(type: MetricType, name: string, value: string): string {
  const isNumber = (type === 'histogram' && name === 'le') || (type === 'summary' && name === 'quantile');
  if (!isNumber) return value;
  const number = parseLabelFloat(value);
  return number === undefined ? value : canonicalFloat(number);
}

/** `1.0`, `0.5`, `1e+06`, `+Inf`: the shortest digits, laid out as OpenMetrics' canonical numbers (E-162). */
export function canonicalFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0.0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= EXPONENT_FORM_BELOW && exponent < EXPONENT_FORM_MIN) {
    const plain = String(value);
    // JavaScript writes plain digits down to 1e-7, so `plain` has no exponent here.
    return plain.includes('.') ? plain : `${plain}.0`;
  }
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A label value as number: decimal, hexadecimal with `p`, underscores between digits; else `undefined` (E-161). */
export function parseLabelFloat(text: string): number | undefined {
  const number = hexadecimalFloat(text) ?? parseFloatToken(text.includes('_') ? withoutUnderscores(text) : text);
  return typeof number === 'number' ? number : undefined;
}

function withoutUnderscores(text: string): string {
  return text.replace(/([0-9])_(?=[0-9])/g, '$1');
}

function hexadecimalFloat(text: string): number | undefined {
  const parts = HEXADECIMAL.exec(text.replace(BETWEEN_DIGITS, '$1').replace(/^([+-]?0x)_(?=[0-9a-f])/i, '$1'));
  const [, sign = '', whole = '', fraction = '', exponent = ''] = parts ?? [];
  const digits = whole + fraction;
  if (parts === null || digits === '') return undefined;
  const mantissa = Number(BigInt(`0x${digits}`));
  const scale = Number(exponent) - 4 * fraction.length;
  // In two steps, since 2 ** scale alone leaves the range before the product does.
  const half = Math.trunc(scale / 2);
  const magnitude = mantissa === 0 ? 0 : mantissa * 2 ** half * 2 ** (scale - half);
  if (!Number.isFinite(magnitude)) return undefined;
  return sign === '-' ? -magnitude : magnitude;
}
