import { isScalar, parseDocument } from 'yaml';
import type { ExpectationResult } from './check-expectation.ts';

/** Texts that YAML reads as they stand, also within braces. */
const PLAIN = /^[\w.+-][\w.+() -]*$/;

/**
 * The text of a scenario file with what was found in the place of what was promised, and not a character changed
 * otherwise. Promises that a person has to look at stay as they are.
 */
export function acceptResults(text: string, results: readonly ExpectationResult[]): string {
  const document = parseDocument(text);
  let accepted = text;
  for (const [index, { ok, field, found }] of [...results.entries()].toReversed()) {
    const node: unknown = field === undefined ? undefined : document.getIn(['expect', index, field], true);
    if (ok || !isScalar(node) || node.range === null || node.range === undefined) continue;
    const [start, end] = node.range;
    accepted = accepted.slice(0, start) + (PLAIN.test(found) ? found : JSON.stringify(found)) + accepted.slice(end);
  }
  return accepted;
}
