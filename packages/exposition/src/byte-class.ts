/** The bytes that the text formats give a meaning. */
export const BYTE = {
  nul: 0x00,
  tab: 0x09,
  newline: 0x0a,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  comma: 0x2c,
  zero: 0x30,
  nine: 0x39,
  equal: 0x3d,
  backslash: 0x5c,
  braceOpen: 0x7b,
  braceClose: 0x7d,
} as const;

/** Stands for the byte behind the last one: no byte has this number. */
export const END = -1;

const METRIC_START = 1;
const METRIC_PART = 2;
const LABEL_START = 4;
const LABEL_PART = 8;

const CLASSES = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[a-zA-Z_]/.test(character)) CLASSES[byte] = METRIC_START | METRIC_PART | LABEL_START | LABEL_PART;
  if (character === ':') CLASSES[byte] = METRIC_START | METRIC_PART;
  if (/[0-9]/.test(character)) CLASSES[byte] = METRIC_PART | LABEL_PART;
}

/** Whether a byte (or `END`) may begin an unquoted metric name. */
export function isMetricNameStart(byte: number): boolean {
  return ((CLASSES[byte] ?? 0) & METRIC_START) !== 0;
}

/** Offset behind the unquoted metric name that begins at `start`; `start` itself where none does. */
export function metricNameEnd(bytes: Uint8Array, start: number): number {
  if (((CLASSES[bytes[start] ?? 0] ?? 0) & METRIC_START) === 0) return start;
  let at = start + 1;
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & METRIC_PART) !== 0) at++;
  return at;
}

/** Offset behind the unquoted label name that begins at `start`; `start` itself where none does. */
export function labelNameEnd(bytes: Uint8Array, start: number): number {
  if (((CLASSES[bytes[start] ?? 0] ?? 0) & LABEL_START) === 0) return start;
  let at = start + 1;
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & LABEL_PART) !== 0) at++;
  return at;
}

/** Whether a name can be written without quotes; label names may not hold colons. */
export function isLegacyName(name: string, kind: 'metric' | 'label'): boolean {
  return kind === 'metric' ? /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) : /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}
