/** A stretch of text that must not be shown; offsets into the text, `end` behind the last character. */
export interface HiddenSpan {
  readonly start: number;
  readonly end: number;
}

const MASK = '<secret>';

/**
 * Names of fields whose value is hidden wherever they stand, also in a text that is not YAML at all. Files and
 * references to secrets are none themselves.
 */
const SECRET_NAME =
  /(?:passw|secret|token|credential|private|api_?-?key|access_key|(?<![\w-])key(?![\w-])|certificate_key|connect_header|cookie|x-auth)/i;
const HARMLESS_NAME = /(?:_file|_files|_ref|_url|_id|_configs?)$/i;
const FIELD = /(?<![\w.-])["']?([\w.-]+)["']?\s*:(?=\s|$|["'[{])/g;
/** A header that carries a credential of its own, unlike the block of the same name. */
const CREDENTIAL_HEADER = /^(?:authorization|proxy-authorization|x-api-key)$/i;
const URL_USER = /:\/\/[^\s/:@'"[]*:(?!\d*(?:[/?#\s'",\]}]|$))/;

/** The same without a scheme: `user:password@host`, where what is behind the colon is no port. */
const BARE_USER = /(?<![^\s'"[{(,])[^\s/:@'"[{(,]+:(?!\s|\/|$|\d*(?:[/?#\s'",\]}]|$))/;

/** Masks the lines of a text one after the other, carrying over what a line means for those below it. */
export class LineMasker {
  /** A secret goes on while lines are indented deeper than this; -1 where none does. */
  #openIndent = -1;
  /** The quote that the secret's value has opened and not closed. */
  #openQuote = '';
  /** The secret's field ended its line, so the value stands on the next one, wherever that begins. */
  #isAwaited = false;

  /** A line as it may be shown. `hidden` holds columns from 0 that the decoder knows to be secret. */
  mask(line: string, hidden: readonly HiddenSpan[]): string {
    if (this.#openQuote !== '') return this.#maskQuoted(line);
    if (this.#openIndent >= 0 && (this.#continues(line) || this.#takesAwaited(line)))
      return line.trim() === '' ? line : indentOf(line) + MASK;
    this.#openIndent = -1;
    const at = this.#secretColumn(line);
    const kept = at === undefined ? maskSpans(line, hidden) : maskSpans(line.slice(0, at), hidden) + (at < line.length ? MASK : '');
    return maskUrl(kept);
  }

  #continues(line: string): boolean {
    const indent = indentOf(line).length;
    return line.trim() === '' || indent > this.#openIndent || (indent === this.#openIndent && /^\s*-(?:\s|$)/.test(line));
  }

  #takesAwaited(line: string): boolean {
    const isAwaited = this.#isAwaited;
    this.#isAwaited = false;
    return isAwaited && !/^[\s{[,-]*["']?[\w.-]+["']?\s*:/.test(line);
  }

  #maskQuoted(line: string): string {
    if (line.includes(this.#openQuote)) this.#openQuote = '';
    return line.trim() === '' ? line : indentOf(line) + MASK;
  }

  /** Where the value of the first secret field of a line starts; notes how it goes on below. */
  #secretColumn(line: string): number | undefined {
    for (const match of line.matchAll(FIELD)) {
      const name = match[1] ?? '';
      const rest = line.slice(match.index + match[0].length).trimStart();
      if (!isSecretField(name, rest)) continue;
      this.#openIndent = match.index;
      this.#isAwaited = rest === '';
      const quote = rest[0] ?? '';
      if ((quote === '"' || quote === "'") && !rest.slice(1).includes(quote)) this.#openQuote = quote;
      return line.length - rest.length;
    }
    return undefined;
  }
}

function isSecretField(name: string, rest: string): boolean {
  if (CREDENTIAL_HEADER.test(name)) return rest !== '' && !/^[{&*]/.test(rest);
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/** Everything from the first user that has a password, in a URL or bare, to the last `@` of the line, to be sure. */
function maskUrl(line: string): string {
  const at = line.lastIndexOf('@');
  const before = line.slice(0, Math.max(0, at));
  const user = URL_USER.exec(before) ?? BARE_USER.exec(before);
  return user === null ? line : `${line.slice(0, user.index + user[0].length)}xxxxx${line.slice(at)}`;
}

function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? '';
}

function maskSpans(line: string, hidden: readonly HiddenSpan[]): string {
  if (hidden.length === 0) return line;
  const parts: string[] = [];
  let shownTo = 0;
  for (const { start, end } of hidden.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(start, shownTo);
    const to = Math.min(end, line.length);
    if (from >= to) continue;
    parts.push(line.slice(shownTo, from), /\S/.test(line.slice(from, to)) ? MASK : line.slice(from, to));
    shownTo = to;
  }
  return parts.join('') + line.slice(shownTo);
}
