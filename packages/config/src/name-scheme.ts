import type { NameValidationScheme } from '@limpet/relabel';
import type { NameEscapingScheme } from './config.ts';
import { quoted } from './decoder.ts';
import { oneOf } from './scalar-decoder.ts';

const ESCAPING_SCHEMES: readonly NameEscapingScheme[] = ['allow-utf-8', 'underscores', 'dots', 'values'];

/** `utf8`, `legacy`, or unset; the empty text is unset too. */
export const validationScheme = oneOf<NameValidationScheme | ''>(
  ['utf8', 'legacy', ''],
  (value) => `unrecognized ValidationScheme: ${quoted(value)}`,
);

/** A way of escaping names, or unset; `owner` says whose it is (C-047). */
export function escapingScheme(owner: string): ReturnType<typeof oneOf<NameEscapingScheme | ''>> {
  const words = ESCAPING_SCHEMES.map((word) => `'${word}'`).join(', ');
  return oneOf<NameEscapingScheme | ''>(
    [...ESCAPING_SCHEMES, ''],
    (value) => `unknown ${owner} name escaping method specified, must be one of ${words}, got ${quoted(value)}`,
  );
}

/** How names are escaped where the configuration does not say (C-046). */
export function defaultEscaping(validation: NameValidationScheme): NameEscapingScheme {
  return validation === 'legacy' ? 'underscores' : 'allow-utf-8';
}
