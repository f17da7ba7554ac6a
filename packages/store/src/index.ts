export { lockFolder } from './folder-lock.ts';
export type { FolderLock, FolderLockError } from './folder-lock.ts';
export { FLUSH_INTERVAL_MS, PENDING_SAMPLES_MAX, QUERY_SAMPLES_MAX, QUERY_SERIES_MAX, RETENTION_BYTES, RETENTION_MS } from './limits.ts';
export type { Matcher } from './matcher.ts';
export { STORE_METRICS } from './metrics.ts';
export type { RangeQuery, RangeResult, SeriesRange } from './query.ts';
export { openStore } from './store.ts';
export type { Store, StoreClock, StoreOptions, StoreStatus } from './store.ts';
