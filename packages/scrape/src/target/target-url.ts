import { compareBytewise, labelValue } from '@limpet/model';
import type { Labels } from '@limpet/model';

/** Labels that start so carry the first value of a URL parameter. */
export const PARAM_PREFIX = '__param_';

const encoder = new TextEncoder();
const PLAIN_PATH = /^[A-Za-z0-9\-_.~$&+,/:;=@]*$/;
const PLAIN_HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]*$/;
const PLAIN_QUERY = /^[A-Za-z0-9\-_.~]*$/;

/**
 * The URL that a target is scraped at, in the very form that Go's `url.URL.String` gives it, because it is part of the
 * target's identity. `labels` are the target's labels after relabelling; `params` those of the job (S-041).
 */
export function targetUrl(labels: Labels, params: Readonly<Record<string, readonly string[]>>): string {
  const scheme = labelValue(labels, '__scheme__');
  const host = labelValue(labels, '__address__');
  const path = labelValue(labels, '__metrics_path__');
  const query = encodeQuery(queryValues(labels, params));
  return (
    (scheme === '' ? '' : `${scheme}:`) +
    `//${escapeUnless(host, PLAIN_HOST)}` +
    (path === '' || path.startsWith('/') ? '' : '/') +
    (path === '*' ? path : escapeUnless(path, PLAIN_PATH)) +
    (query === '' ? '' : `?${query}`)
  );
}

function queryValues(labels: Labels, params: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> {
  const values = new Map(Object.entries(params));
  for (const [name, value] of labels) {
    if (!name.startsWith(PARAM_PREFIX)) continue;
    const param = name.slice(PARAM_PREFIX.length);
    values.set(param, [value, ...(values.get(param) ?? []).slice(1)]);
  }
  return values;
}

/** `application/x-www-form-urlencoded`, keys sorted by their bytes. */
function encodeQuery(values: ReadonlyMap<string, readonly string[]>): string {
  if (values.size === 0) return '';
  const keys = [...values.keys()].sort(compareBytewise);
  return keys.flatMap((key) => (values.get(key) ?? []).map((value) => `${formEscape(key)}=${formEscape(value)}`)).join('&');
}

function formEscape(text: string): string {
  return escapeUnless(text, PLAIN_QUERY).replaceAll('%20', '+');
}

/** Percent-escapes, in upper case, the UTF-8 bytes of every character that `plain` does not allow. */
function escapeUnless(text: string, plain: RegExp): string {
  if (plain.test(text)) return text;
  let escaped = '';
  for (const character of text) escaped += plain.test(character) ? character : percent(character);
  return escaped;
}

function percent(character: string): string {
  let text = '';
  for (const byte of encoder.encode(character)) text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}
