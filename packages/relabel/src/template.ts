/** A part of a template: text as it stands, or a group by number or by name. */
export type TemplatePart = string | { readonly group: number } | { readonly name: string };

/** Where a template finds its groups; `undefined` for one that is unknown or took no part in the match. */
export interface MatchedGroups {
  readonly numbered: (group: number) => string | undefined;
  readonly named: (name: string) => string | undefined;
}

/** A replacement or target label, split into its parts once. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** The text of a template that names no group. */
  readonly literal: string | undefined;
}

// An unbraced name is the longest run of letters, digits and `_`; in braces nothing else may stand beside it.
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

/** Splits a template by the rules of Go's `Regexp.Expand`: `$n`, `${n}`, `$name`, `${name}`, `$$`; other `$` stay (C-077). */
export function parseTemplate(source: string): Template {
  const parts: TemplatePart[] = [];
  let text = '';
  let end = 0;
  for (const reference of source.matchAll(REFERENCE)) {
    text += source.slice(end, reference.index);
    end = reference.index + reference[0].length;
    const name = reference[1] ?? reference[2];
    if (name === undefined) {
      text += '$';
      continue;
    }
    if (text !== '') parts.push(text);
    text = '';
    parts.push(groupOf(name));
  }
  text += source.slice(end);
  if (text !== '') parts.push(text);
  const isLiteral = parts.every((part) => typeof part === 'string');
  return { parts, literal: isLiteral ? parts.join('') : undefined };
}

/** Only decimal digits without a leading zero are a number; `01` is a name, which no group has. */
function groupOf(name: string): TemplatePart {
  return /^(?:0|[1-9][0-9]*)$/.test(name) ? { group: Number(name) } : { name };
}

/** The text of a template with the groups of one match filled in; groups that are not there are empty. */
export function expandTemplate(template: Template, groups: MatchedGroups): string {
  if (template.literal !== undefined) return template.literal;
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') text += part;
    else if ('group' in part) text += groups.numbered(part.group) ?? '';
    else text += groups.named(part.name) ?? '';
  }
  return text;
}
