import { METRIC_NAME } from '@limpet/model';
import type { Label } from '@limpet/model';
import { isLegacyName } from './byte-class.ts';
import { escapeQuoted } from './unescape.ts';
import { WriteError } from './writable-entry.ts';

/** `name{a="b"}`, or `{"any name",a="b"}` where the name needs quotes (E-051). Throws `WriteError` without a name. */
export function seriesText(labels: readonly Label[]): string {
  const name = labels.find(([label]) => label === METRIC_NAME)?.[1];
  if (name === undefined) throw new WriteError(`the series ${labelBlockText(labels)} has no name`);
  const rest = labels.filter(([label]) => label !== METRIC_NAME);
  if (isLegacyName(name, 'metric')) return rest.length === 0 ? name : `${name}${labelBlockText(rest)}`;
  return `{${[quoted(name), ...rest.map(labelText)].join(',')}}`;
}

/** `{a="b","any name"="c"}`. */
export function labelBlockText(labels: readonly Label[]): string {
  return `{${labels.map(labelText).join(',')}}`;
}

/** A family name as a metadata line holds it: parsers do not undo escapes there, so what needs one is refused (E-043). */
export function familyText(family: string): string {
  if (isLegacyName(family, 'metric')) return family;
  if (/[\\"\n]/.test(family)) throw new WriteError(`the family name ${JSON.stringify(family)} cannot stand in a metadata line`);
  return quoted(family);
}

function labelText([name, value]: Label): string {
  return `${isLegacyName(name, 'label') ? name : quoted(name)}=${quoted(value)}`;
}

function quoted(text: string): string {
  return `"${escapeQuoted(text)}"`;
}
