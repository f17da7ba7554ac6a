/** Undoes `\\`, `\"` and `\n`, from left to right; any other escape stays as it is (E-053, E-112). */
export function unescapeQuoted(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)) : text;
}

/** Undoes `\\` and `\n` of a HELP text in the Prometheus text format, where quotes are not escaped (E-053). */
export function unescapeHelp(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)) : text;
}

/** Escapes for a quoted name or label value of both formats, and for OpenMetrics' HELP. */
export function escapeQuoted(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

/** Escapes for HELP of the Prometheus text format. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
}
