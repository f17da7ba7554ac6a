/** Longer selectors fit into no request. */
const SELECTOR_CHARS_MAX = 8192;
const NAME_CHARS_MAX = 63;
const PREFIX_CHARS_MAX = 253;
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

const EXISTENCE = /^!?\s*(?<key>[^\s!=<>(),]+)$/;
const COMPARISON = /^(?<key>[^\s!=<>(),]+)\s*(?:==?|!=)\s*(?<value>[^\s!=<>(),]*)$/;
const MEMBERSHIP = /^(?<key>[^\s!=<>(),]+)\s+(?:in|notin)\s*\((?<values>[^()]+)\)$/;
const ORDER = /^(?<key>[^\s!=<>(),]+)\s*[<>]\s*[+-]?\d+$/;

/**
 * Whether the API server would understand a label selector: requirements such as `a=b`, `a!=b`, `a in (b, c)`, `a`, `!a`,
 * `a>1`, separated by commas. The empty text selects everything. Source: Kubernetes' apimachinery, labels.Parse.
 */
export function isLabelSelector(text: string): boolean {
  if (text.length > SELECTOR_CHARS_MAX) return false;
  return text.trim() === '' || splitOutsideParentheses(text).every((requirement) => isRequirement(requirement.trim()));
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^()]*\))/);
}

function isRequirement(text: string): boolean {
  const match = EXISTENCE.exec(text) ?? COMPARISON.exec(text) ?? MEMBERSHIP.exec(text) ?? ORDER.exec(text);
  const { key, value = '', values } = match?.groups ?? {};
  if (key === undefined || !isKey(key)) return false;
  const compared = values === undefined ? [value] : values.split(',').map((item) => item.trim());
  return compared.every((item) => item === '' || isName(item));
}

function isKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return isName(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= PREFIX_CHARS_MAX && PREFIX.test(prefix) && isName(key.slice(slash + 1));
}

function isName(text: string): boolean {
  return text.length <= NAME_CHARS_MAX && NAME.test(text);
}

/** A comma after an even number of backslashes. */
const FIELD_COMMA = /(?<=(?<!\\)(?:\\\\)*),/;
const FIELD_TERM = /^(?:[^\\=!]|\\.)*(?:==?|!=)(?:[^\\,=]|\\[\\,=])*$/;

/**
 * Whether the API server would understand a field selector: `a.b=c`, `a.b==c` and `a.b!=c`, separated by commas; in a value
 * a backslash escapes itself, commas and equal signs. Source: Kubernetes' apimachinery, fields.ParseSelector.
 */
export function isFieldSelector(text: string): boolean {
  return text.length <= SELECTOR_CHARS_MAX && text.split(FIELD_COMMA).every((term) => term === '' || FIELD_TERM.test(term));
}
