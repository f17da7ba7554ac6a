import { bucketCount, CUSTOM_BUCKETS_SCHEMA, EXPONENTIAL_SCHEMA, reduceResolution } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';

/** The least growth of buckets that `native_histogram_min_bucket_factor` can ask for: that of the finest schema. */
const BUCKET_FACTOR_MIN = 1.00271;

/** What a job allows its native histograms. */
export interface HistogramLimits {
  /** Finest exponential schema; finer histograms are made coarser. */
  readonly schemaMax: number;
  /** Most buckets of both signs together; 0 = no limit. */
  readonly bucketLimit: number;
}

/** The finest schema whose buckets grow by at least a factor (S-127). Source: Prometheus 3.14, scrape/scrape.go, pickSchema. */
export function schemaOfFactor(factor: number): number {
  const schema = Math.floor(-Math.log2(Math.log2(factor <= 1 ? BUCKET_FACTOR_MIN : factor)));
  return Math.max(EXPONENTIAL_SCHEMA.min, Math.min(EXPONENTIAL_SCHEMA.max, schema)) + 0; // + 0: no negative zero
}

/**
 * A histogram as coarse as the limits want it, or `undefined` where it has too many buckets however coarse it is; custom
 * buckets cannot be made coarser (S-126, S-127).
 */
export function limitedHistogram(histogram: NativeHistogram, { schemaMax, bucketLimit }: HistogramLimits): NativeHistogram | undefined {
  const isCustom = histogram.schema === CUSTOM_BUCKETS_SCHEMA;
  let limited = histogram;
  if (!isCustom && schemaMax < EXPONENTIAL_SCHEMA.max && histogram.schema > schemaMax) limited = reduceResolution(histogram, schemaMax);
  const bucketMax = bucketLimit > 0 ? bucketLimit : Infinity;
  while (bucketCount(limited) > bucketMax) {
    if (isCustom || limited.schema <= EXPONENTIAL_SCHEMA.min) return undefined;
    limited = reduceResolution(limited, limited.schema - 1);
  }
  return limited;
}
