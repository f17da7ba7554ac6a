import type { Health, Target } from './target.ts';

/** What the reader wants to see; kept in the address of the page. */
export interface TargetFilter {
  /** `''` = all pools. */
  readonly pool: string;
  /** Empty = all. */
  readonly health: readonly Health[];
  readonly search: string;
}

export type ListRow = { readonly kind: 'pool'; readonly pool: PoolSummary } | { readonly kind: 'target'; readonly target: Target };

export interface PoolSummary {
  readonly name: string;
  readonly upCount: number;
  readonly downCount: number;
  readonly unknownCount: number;
  /** Targets that pass the filter. */
  readonly shownCount: number;
  readonly isCollapsed: boolean;
}

const HEALTHS: ReadonlySet<string> = new Set(['up', 'down', 'unknown']);

export function readFilter(search: string): TargetFilter {
  const words = new URLSearchParams(search);
  const health = (words.get('health') ?? '').split(',').filter((word): word is Health => HEALTHS.has(word));
  return { pool: words.get('pool') ?? '', health, search: words.get('search') ?? '' };
}

export function writeFilter({ pool, health, search }: TargetFilter): string {
  const words = new URLSearchParams();
  if (pool !== '') words.set('pool', pool);
  if (health.length > 0) words.set('health', health.join(','));
  if (search !== '') words.set('search', search);
  const text = words.toString();
  return text === '' ? '' : `?${text}`;
}

function passes(target: Target, { pool, health, search }: TargetFilter): boolean {
  if (pool !== '' && target.pool !== pool) return false;
  if (health.length > 0 && !health.includes(target.health)) return false;
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => target.searchText.includes(word));
}

/** The rows of the list: every pool with what passes the filter, pools in name order, empty pools left out. */
export function listRows(targets: Iterable<Target>, filter: TargetFilter, collapsed: ReadonlySet<string>): readonly ListRow[] {
  const byPool = new Map<string, Target[]>();
  for (const target of targets) {
    const members = byPool.get(target.pool);
    if (members === undefined) byPool.set(target.pool, [target]);
    else members.push(target);
  }
  const rows: ListRow[] = [];
  for (const [name, members] of [...byPool].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = members.filter((target) => passes(target, filter)).sort((a, b) => (a.scrapeUrl < b.scrapeUrl ? -1 : 1));
    if (shown.length === 0) continue;
    const isCollapsed = collapsed.has(name);
    rows.push({ kind: 'pool', pool: { name, ...healthCounts(members), shownCount: shown.length, isCollapsed } });
    if (!isCollapsed) for (const target of shown) rows.push({ kind: 'target', target });
  }
  return rows;
}

export function healthCounts(targets: Iterable<Target>): {
  readonly upCount: number;
  readonly downCount: number;
  readonly unknownCount: number;
} {
  const counts = { up: 0, down: 0, unknown: 0 };
  for (const { health } of targets) counts[health]++;
  return { upCount: counts.up, downCount: counts.down, unknownCount: counts.unknown };
}
