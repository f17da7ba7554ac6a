import type { HeaderConfig } from '@limpet/config';
import type { HttpEffects } from './http-client-options.ts';
import { CREDENTIAL_HEADERS } from './redirect.ts';
import { readSecret } from './secret-file.ts';

/** Header lines as undici takes them: name, value, name, value … */
export type HeaderLines = readonly string[];

/** What the configuration adds to the headers of one request. */
export interface AddedHeaders {
  /** `http_headers`, in the order of the file (C-065). */
  readonly lines: HeaderLines;
  /** `Authorization`, `''` = none. */
  readonly authorization: string;
}

/** `http_headers` as lines; undefined where some of them are in files. Values come before secrets, files last. */
export function inlineHeaderLines(headers: Readonly<Record<string, HeaderConfig>>): HeaderLines | undefined {
  const lines: string[] = [];
  for (const [name, { values, secrets, files }] of Object.entries(headers)) {
    if (files.length > 0) return undefined;
    for (const value of values) lines.push(name, value);
    for (const secret of secrets) lines.push(name, secret.reveal());
  }
  return lines;
}

/** `http_headers` as lines, their files read now (C-062). Rejects with a `FaultError`. */
export async function readHeaderLines(headers: Readonly<Record<string, HeaderConfig>>, effects: HttpEffects): Promise<HeaderLines> {
  const lines: string[] = [];
  for (const [name, { values, secrets, files }] of Object.entries(headers)) {
    for (const value of values) lines.push(name, value);
    for (const secret of secrets) lines.push(name, secret.reveal());
    for (const file of files) lines.push(name, await readSecret(`header "${name}"`, file, effects));
  }
  return lines;
}

/**
 * The lines of one request: what the caller asks for, a user agent, `http_headers` beside whatever has the same name, and
 * authorization unless there is one already (C-065).
 */
export function requestLines(
  headers: Readonly<Record<string, string>>,
  added: AddedHeaders,
  defaults: { readonly userAgent: string; readonly authorization: string },
): HeaderLines {
  const lines: string[] = [];
  let hasUserAgent = false;
  let hasAuthorization = false;
  for (const name of Object.keys(headers)) {
    lines.push(name, headers[name] ?? '');
    const lowerCase = name.toLowerCase();
    hasUserAgent ||= lowerCase === 'user-agent';
    hasAuthorization ||= lowerCase === 'authorization';
  }
  if (!hasUserAgent) lines.push('User-Agent', defaults.userAgent);
  for (const part of added.lines) lines.push(part);
  const authorization = added.authorization === '' ? defaults.authorization : added.authorization;
  if (!hasAuthorization && authorization !== '') lines.push('Authorization', authorization);
  return lines;
}

/** The lines that may go to a foreign host: no credentials (C-067). */
export function withoutCredentials(lines: HeaderLines): HeaderLines {
  return withoutNames(lines, (name) => CREDENTIAL_HEADERS.has(name));
}

/** The lines of a request whose body stayed behind at a redirect. */
export function withoutContent(lines: HeaderLines): HeaderLines {
  return withoutNames(lines, (name) => name.startsWith('content-'));
}

function withoutNames(lines: HeaderLines, isDropped: (lowerCaseName: string) => boolean): HeaderLines {
  return lines.filter((_, index) => !isDropped((lines[index - (index % 2)] ?? '').toLowerCase()));
}
