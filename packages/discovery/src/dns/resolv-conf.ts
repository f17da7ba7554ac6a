/** What `resolv.conf` says about whom to ask for which names. */
export interface ResolvConf {
  /** Addresses of the servers in the order of the file. May be empty. */
  readonly servers: readonly string[];
  /** Domains that are tried behind a name. */
  readonly search: readonly string[];
  /** A name with this many dots or more is tried as it is before the search list, 0 … 15. */
  readonly ndots: number;
}

const NDOTS_DEFAULT = 1;
const NDOTS_MAX = 15;

/**
 * Reads the text of a `resolv.conf` (C-132). Of `domain` and `search` the last line wins; lines and options that are
 * not known, comments among them, mean nothing. Timeouts and attempts are not taken from the file: each server is asked
 * once, as upstream does.
 */
export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: readonly string[] = [];
  let ndots = NDOTS_DEFAULT;
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.split(/\s+/).filter((word) => word !== '');
    if (keyword === 'nameserver') servers.push(...words.slice(0, 1));
    else if (keyword === 'domain') search = words.slice(0, 1);
    else if (keyword === 'search') search = words;
    else if (keyword === 'options') ndots = words.reduce(ndotsAfter, ndots);
  }
  return { servers, search, ndots };
}

function ndotsAfter(ndots: number, option: string): number {
  const value = /^ndots:(.*)$/.exec(option)?.[1];
  if (value === undefined) return ndots;
  return /^[+-]?\d+$/.test(value) ? Math.min(Math.max(Number(value), 0), NDOTS_MAX) : 0;
}

/**
 * The fully qualified names that a name may stand for, in the order in which they are tried (C-132). A name with a final
 * dot stands for itself; others are tried behind each search domain too, before or after that as `ndots` says.
 */
export function candidateNames(name: string, { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>): readonly string[] {
  if (name.endsWith('.')) return [name];
  const itself = `${name}.`;
  // The search domain `.` is the root: it adds nothing.
  const behind = search.map((domain) => (domain === '.' ? itself : rooted(itself + domain)));
  const dotCount = name.split('.').length - 1;
  return [...new Set(dotCount >= ndots ? [itself, ...behind] : [...behind, itself])];
}

function rooted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
