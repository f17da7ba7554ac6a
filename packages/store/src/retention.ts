import type { Head, Heads } from './heads.ts';
import { HEAD_AGE_MS, MAINTENANCE_SLICE, MAINTENANCE_SLICES_MAX, VACUUM_PAGES, VACUUM_SHARE } from './limits.ts';
import type { StoreFile } from './store-file.ts';

export interface Retention {
  readonly retentionMs: number;
  readonly retentionBytes: number;
}

/** The present: wall milliseconds, and whether all that the heads hold is in the journal. */
export interface Moment {
  readonly nowMs: number;
  readonly maySeal: boolean;
}

/** Chunks that a round of clean-up removed, by reason. */
export interface CleanUp {
  readonly byAge: number;
  readonly bySize: number;
}

/**
 * One round of clean-up: heads that began long ago become chunks, so that the journal can be cut, and chunks beyond the
 * retention go, the oldest first. Bounded; what is left over is done in the next round.
 */
export function cleanUp(file: StoreFile, heads: Heads, { retentionMs, retentionBytes, nowMs, maySeal }: Retention & Moment): CleanUp {
  if (maySeal) sealOld(file, heads, nowMs);
  heads.evictIdle();
  const byAge = deleteChunks(file, heads, { beforeMs: nowMs - retentionMs, isDue: () => true });
  const bySize = deleteChunks(file, heads, { beforeMs: Number.MAX_SAFE_INTEGER, isDue: () => file.sizeBytes() > retentionBytes });
  file.vacuum(VACUUM_PAGES, VACUUM_SHARE);
  return { byAge, bySize };
}

function sealOld(file: StoreFile, heads: Heads, nowMs: number): void {
  const oldRow = file.rowBefore(nowMs - HEAD_AGE_MS);
  const old = [...heads.all()].filter(({ firstRow }) => firstRow !== undefined && firstRow <= oldRow);
  const row = file.lastRow();
  for (let start = 0; start < Math.min(old.length, MAINTENANCE_SLICE * MAINTENANCE_SLICES_MAX); start += MAINTENANCE_SLICE) {
    sealAll(file, old.slice(start, start + MAINTENANCE_SLICE), row);
  }
  let firstRow = row + 1;
  for (const head of heads.all()) firstRow = Math.min(firstRow, head.firstRow ?? firstRow);
  file.trimJournal(firstRow);
}

function sealAll(file: StoreFile, heads: readonly Head[], row: number): void {
  file.transaction(() => {
    for (const head of heads) file.seal(head, row);
  });
  for (const head of heads) {
    head.samples.clear();
    head.firstRow = undefined;
  }
}

function deleteChunks(
  file: StoreFile,
  heads: Heads,
  { beforeMs, isDue }: { readonly beforeMs: number; readonly isDue: () => boolean },
): number {
  let count = 0;
  for (let slice = 0; slice < MAINTENANCE_SLICES_MAX && isDue(); slice++) {
    const { chunks, series } = file.transaction(() => {
      const deleted = file.deleteOldest(beforeMs, MAINTENANCE_SLICE);
      for (const id of deleted.series) if (heads.ofId(id) === undefined) file.deleteIfEmpty(id);
      return deleted;
    });
    count += chunks;
    if (chunks === 0 || series.size === 0) break;
  }
  return count;
}
