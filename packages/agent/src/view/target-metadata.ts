import type { FamilyMetadata, Labels } from '@limpet/model';
import type { LoopEntry, ScrapeTables } from '@limpet/scrape';
import { byPoolThenUrl, isGone } from './targets-view.ts';

/** What one target said about its metric families. A look at the loop's own cache: read it at once, keep nothing of it. */
export interface TargetMetadata {
  /** Labels of the target without `__…`. */
  readonly labels: Labels;
  get(family: string): FamilyMetadata | undefined;
  /** In the order in which the families were first seen. */
  list(): readonly FamilyMetadata[];
}

/** The metadata of every active target, in the order of the targets view. */
export function targetMetadata(tables: Pick<ScrapeTables, 'loops'>, stateOf: (loopId: string) => string): readonly TargetMetadata[] {
  return [...tables.loops.values()]
    .filter(({ id }) => !isGone(stateOf(id)))
    .map((entry) => ({ entry, pool: entry.job, url: entry.target.url, labels: entry.target.publicLabels }))
    .sort(byPoolThenUrl)
    .map(({ entry }) => metadataOf(entry));
}

function metadataOf({ target, cache }: LoopEntry): TargetMetadata {
  return {
    labels: target.publicLabels,
    get: (family) => cache.metadata.get(family),
    list: () => cache.metadata.list(),
  };
}
