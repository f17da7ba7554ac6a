import type { ActiveTarget } from '@limpet/agent';

/** What changed between two looks at the targets. */
export interface TargetChanges {
  /** New targets and those whose labels, URL or limits changed, whole. */
  readonly upserted: readonly ActiveTarget[];
  /** Targets of which only the outcome of scraping changed. */
  readonly updated: readonly ActiveTarget[];
  readonly removed: readonly string[];
}

/** Compares two looks by id. Pure; cost is one pass over both. */
export function targetChanges(before: ReadonlyMap<string, ActiveTarget>, after: readonly ActiveTarget[]): TargetChanges {
  const upserted: ActiveTarget[] = [];
  const updated: ActiveTarget[] = [];
  const gone = new Set(before.keys());
  for (const target of after) {
    gone.delete(target.id);
    const known = before.get(target.id);
    if (known === undefined || known.labels !== target.labels || known.url !== target.url || known.intervalMs !== target.intervalMs) {
      upserted.push(target);
    } else if (hasMoved(known, target)) updated.push(target);
  }
  return { upserted, updated, removed: [...gone] };
}

function hasMoved(before: ActiveTarget, after: ActiveTarget): boolean {
  return (
    before.state !== after.state ||
    before.lastScrapeAt !== after.lastScrapeAt ||
    before.health !== after.health ||
    before.lastError !== after.lastError ||
    before.scrapesTotal !== after.scrapesTotal
  );
}
