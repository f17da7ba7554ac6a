import type { Secret } from '@limpet/model';
import type { TextSource } from './http-client-config.ts';
import { fieldPlace, refuse } from './reading.ts';
import type { INVALID, Place } from './reading.ts';

/** How many of some texts and secrets are given, that is, not empty. */
export function givenCount(...values: readonly (string | Secret)[]): number {
  return values.filter(isGiven).length;
}

/** Whether a text or a secret is not empty. */
export function isGiven(value: string | Secret): boolean {
  return (typeof value === 'string' ? value : value.reveal()) !== '';
}

/** A text in place or in a file; neither, where both are empty. */
export function textSource<Text extends string | Secret>(value: Text, path: string): TextSource<Text> {
  if (isGiven(value)) return { from: 'value', value };
  return path === '' ? undefined : { from: 'file', path };
}

/** Refuses fields that name a secret of a secret manager, which Limpet does not have (C-061). */
export function refuseReferences(place: Place, references: Readonly<Record<string, string>>): typeof INVALID | undefined {
  for (const [field, reference] of Object.entries(references)) {
    if (reference === '') continue;
    const message = `cannot use secret ref without manager: ${field} is not supported`;
    return refuse(fieldPlace(place, field), 'LIMPET_CONFIG_NOT_SUPPORTED', message, { hint: `use ${field.replace(/_ref$/, '_file')}` });
  }
  return undefined;
}
