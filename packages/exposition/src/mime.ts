/** Why a header is no media type, in the words of Go's mime package, which operators know from Prometheus. */
export class MimeError extends Error {
  override readonly name = 'MimeError';
  readonly code = 'LIMPET_MIME';
}

/** RFC 2045 token characters. */
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+/;
const QUOTED = /^"((?:[^"\\\r\n]|\\.|\\)*?)"/;
const T_SPECIAL_ESCAPED = /\\([()<>@,;:\\"/[\]?=])/g;
const INVALID_PARAMETER = 'mime: invalid media parameter';

/**
 * The media type of a Content-Type header, lower case and without its parameters, which have to be well-formed all the
 * same. Throws `MimeError`. Source: the behaviour of Go's mime.ParseMediaType (E-005, E-009).
 */
export function parseMediaType(header: string): string {
  const [base = ''] = header.split(';', 1);
  const mediaType = base.trim().toLowerCase();
  checkType(mediaType);
  checkParameters(header.slice(base.length));
  return mediaType;
}

function checkType(mediaType: string): void {
  const type = tokenAt(mediaType);
  if (type === '') throw new MimeError('mime: no media type');
  if (type === mediaType) return;
  if (mediaType[type.length] !== '/') throw new MimeError('mime: expected slash after first token');
  const subtype = tokenAt(mediaType.slice(type.length + 1));
  if (subtype === '') throw new MimeError('mime: expected token after slash');
  if (type.length + 1 + subtype.length !== mediaType.length) throw new MimeError('mime: unexpected content after media subtype');
}

/** `; key=value` any number of times, then perhaps one last semicolon. A key may come again with the same value. */
function checkParameters(text: string): void {
  const seen = new Map<string, string>();
  let rest = text.trimStart();
  while (rest !== '' && rest.trim() !== ';') {
    if (!rest.startsWith(';')) throw new MimeError(INVALID_PARAMETER);
    rest = rest.slice(1).trimStart();
    const key = tokenAt(rest);
    rest = rest.slice(key.length).trimStart();
    if (key === '' || !rest.startsWith('=')) throw new MimeError(INVALID_PARAMETER);
    rest = rest.slice(1).trimStart();
    const { value, length } = parameterValue(rest);
    const name = key.toLowerCase();
    if (seen.has(name) && seen.get(name) !== value) throw new MimeError('mime: duplicate parameter name');
    seen.set(name, value);
    rest = rest.slice(length).trimStart();
  }
}

function parameterValue(text: string): { readonly value: string; readonly length: number } {
  const quoted = QUOTED.exec(text);
  if (quoted !== null) return { value: (quoted[1] ?? '').replace(T_SPECIAL_ESCAPED, '$1'), length: quoted[0].length };
  const value = tokenAt(text);
  if (value === '') throw new MimeError(INVALID_PARAMETER);
  return { value, length: value.length };
}

function tokenAt(text: string): string {
  return TOKEN.exec(text)?.[0] ?? '';
}
