const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const PART = /(\d+(?:\.\d*)?|\.\d+)([A-Za-z]+)/y;

/** What `parseSize` refuses. */
export class SizeError extends Error {
  readonly code = 'LIMPET_SIZE';
}

/**
 * Bytes of a size such as `512MB` or `1GiB`; every unit is a power of 1024. Negative sizes are allowed and mean, as 0
 * does, "no limit". Throws `SizeError`. Source: github.com/alecthomas/units as used by Prometheus (C-012).
 */
export function parseSize(text: string): number {
  if (text === '0') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === '') throw new SizeError(`units: invalid ${JSON.stringify(text)}`);
  let bytes = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const part = PART.exec(body);
    if (part === null) throw new SizeError(`units: invalid ${JSON.stringify(text)}`);
    bytes += Number(part[1]) * unitBytes(part[2] ?? '', text);
  }
  return sign * Math.trunc(bytes);
}

function unitBytes(unit: string, text: string): number {
  const index = UNITS.findIndex((known) => known === unit || (known !== 'B' && `${known[0]}iB` === unit));
  if (index < 0) throw new SizeError(`units: unknown unit ${JSON.stringify(unit)} in ${JSON.stringify(text)}`);
  return 1024 ** index;
}

/** The shortest text that parses back to the same number of bytes. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0';
  let index = 0;
  let value = bytes;
  while (index < UNITS.length - 1 && value % 1024 === 0) [value, index] = [value / 1024, index + 1];
  return `${value}${UNITS[index]}`;
}
