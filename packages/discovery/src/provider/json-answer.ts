import type { HttpOutcome } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Label, Result } from '@limpet/model';

/** An answer of this many bytes or more is refused. */
export const JSON_ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Characters of an answer without success that are kept in words of an error. */
const SHOWN_CHARS_MAX = 200;

const decoder = new TextDecoder();

class AnswerError extends Error {}

/**
 * What an answer with status 200 and a JSON body says, or why it cannot be used. `read` takes the document apart with the
 * functions below: absent and null fields are empty, a field of another type refuses the answer.
 */
export function readJsonAnswer<Value>(
  outcome: HttpOutcome,
  read: (document: unknown) => Value,
): Result<Value, { readonly message: string }> {
  if (!outcome.ok) return failed({ message: outcome.error });
  if (outcome.status !== 200) return failed({ message: statusMessage(outcome) });
  try {
    return succeeded(read(JSON.parse(decoder.decode(outcome.body))));
  } catch (error) {
    if (error instanceof AnswerError || error instanceof SyntaxError) return failed({ message: `unusable answer: ${error.message}` });
    throw error;
  }
}

function statusMessage({ status, statusText, body }: Extract<HttpOutcome, { readonly ok: true }>): string {
  const said = decoder
    .decode(body.subarray(0, 4 * SHOWN_CHARS_MAX))
    .trim()
    .slice(0, SHOWN_CHARS_MAX);
  const head = `server returned HTTP status ${status} ${statusText}`.trim();
  return said === '' ? head : `${head}: ${said}`;
}

/** The fields of an object; `what` names the value in messages. */
export function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw mistyped(what, 'an object');
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw mistyped(what, 'a list');
}

export function textOf(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw mistyped(what, 'a text');
}

export function integerOf(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw mistyped(what, 'an integer');
}

export function booleanOf(value: unknown, what: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw mistyped(what, 'a boolean');
}

/** The entries of an object whose values are texts. */
export function textEntriesOf(value: unknown, what: string): readonly Label[] {
  return Object.entries(fieldsOf(value, what)).map(([key, text]) => [key, textOf(text, `${what} ${JSON.stringify(key)}`)]);
}

function mistyped(what: string, wanted: string): AnswerError {
  return new AnswerError(`${what} is not ${wanted}`);
}
