import { labelsFrom } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';
import { CommandError } from '../command-error.ts';

/** What a person wants scraped: a URL, or an address to which a job adds the rest. */
export interface WantedTarget {
  /** As written, without a user. */
  readonly text: string;
  /** `host:port`. */
  readonly address: string;
  /** Undefined where the job decides. */
  readonly scheme: string | undefined;
  readonly path: string | undefined;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

/** Reads `host:port`, `host:port/path?query` or a URL. Throws a `CommandError` for anything else. */
export function wantedTarget(written: string): WantedTarget {
  const text = written.replace(/^([^/]*\/\/)?[^/?#]*@/, '$1');
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = URL.parse(hasScheme ? written : `http://${written}`);
  if (url === null || url.host === '' || !['http:', 'https:'].includes(url.protocol)) {
    throw new CommandError(`'${text}' is neither an http or https URL nor host:port`, 2);
  }
  const hasPath = /^[^/]*\/\//.test(text) ? /\/\/[^/?#]*\//.test(text) : text.includes('/');
  const params: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (params[name] ??= []).push(value);
  const hasUser = url.username !== '' || url.password !== '';
  return {
    text,
    address: hostOf(text),
    scheme: hasScheme ? url.protocol.slice(0, -1) : undefined,
    path: hasPath ? url.pathname : undefined,
    params,
    user: hasUser ? { name: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } : undefined,
  };
}

/** The host with its port even where that is the scheme's own, which `URL` leaves out. */
function hostOf(text: string): string {
  return /^(?:[^/]*\/\/)?([^/?#]*)/.exec(text)?.[1] ?? '';
}

/** The labels that a discovery would give to the target; what is not wanted explicitly comes from the job. */
export function discoveredAs({ address, scheme, path, params }: WantedTarget): Labels {
  const labels: Label[] = [['__address__', address]];
  if (scheme !== undefined) labels.push(['__scheme__', scheme]);
  if (path !== undefined) labels.push(['__metrics_path__', path]);
  for (const [name, [first]] of Object.entries(params)) if (first !== undefined) labels.push([`__param_${name}`, first]);
  return labelsFrom(labels);
}
