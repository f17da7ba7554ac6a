import type { Metrics } from '@limpet/model';
import { METADATA_CACHE_BYTES, METADATA_CACHE_ENTRIES } from './metrics.ts';
import type { SeriesCache } from './series-cache.ts';

/** Moves the gauges of a job by what the cache's metadata has grown or shrunk since the last call. */
export function countMetadata(cache: SeriesCache, job: string, metrics: Metrics): void {
  const { metadata, counted } = cache;
  if (metadata.count !== counted.metadataEntries) {
    metrics.add(METADATA_CACHE_ENTRIES, [job], metadata.count - counted.metadataEntries);
    counted.metadataEntries = metadata.count;
  }
  if (metadata.bytes !== counted.metadataBytes) {
    metrics.add(METADATA_CACHE_BYTES, [job], metadata.bytes - counted.metadataBytes);
    counted.metadataBytes = metadata.bytes;
  }
}
