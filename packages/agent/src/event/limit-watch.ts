import type { ScrapeConfig } from '@limpet/config';
import type { AgentEventMap } from '@limpet/events';
import type { LoopEntry, TickFailureReason } from '@limpet/scrape';

/** From this share of a limit on a target is near it. */
const NEAR_SHARE = 0.9;

type LimitName = AgentEventMap['target.limitNear']['limit'];

/** How a target stands to the limits of its job. */
export type LimitStanding =
  | { readonly kind: 'clear' }
  | { readonly kind: 'near'; readonly about: { readonly limit: LimitName; readonly max: number; readonly value: number } }
  | { readonly kind: 'exceeded'; readonly about: { readonly limit: LimitName; readonly max?: number } };

export type JobLimits = Pick<ScrapeConfig, 'sampleLimit' | 'bodySizeLimit' | 'targetLimit' | 'nativeHistogramBucketLimit'>;
export type LastScrape = Pick<LoopEntry, 'lastFailureReason' | 'lastSamplesScraped' | 'lastResponseBytes' | 'health'>;

const CLEAR: LimitStanding = { kind: 'clear' };

/** Judges the last scrape of a target. A limit of 0 is none. */
export function limitStanding(scrape: LastScrape, limits: JobLimits): LimitStanding {
  const { lastFailureReason: reason, health } = scrape;
  if (reason === undefined) return health === 'up' ? nearest(scrape, limits) : CLEAR;
  const limit = LIMIT_OF_REASON[reason];
  if (limit === undefined) return CLEAR;
  const max = maxOf(limit, limits);
  return { kind: 'exceeded', about: { limit, ...(max !== undefined && { max }) } };
}

const LIMIT_OF_REASON: Readonly<Partial<Record<TickFailureReason, LimitName>>> = {
  sampleLimit: 'sample_limit',
  bodySizeLimit: 'body_size_limit',
  bucketLimit: 'native_histogram_bucket_limit',
  targetLimit: 'target_limit',
  labelLimit: 'label_limits',
};

function maxOf(limit: LimitName, limits: JobLimits): number | undefined {
  if (limit === 'sample_limit') return limits.sampleLimit;
  if (limit === 'body_size_limit') return limits.bodySizeLimit;
  if (limit === 'native_histogram_bucket_limit') return limits.nativeHistogramBucketLimit;
  return limit === 'target_limit' ? limits.targetLimit : undefined;
}

function nearest({ lastSamplesScraped, lastResponseBytes }: LastScrape, { sampleLimit, bodySizeLimit }: JobLimits): LimitStanding {
  const isNear = (value: number, max: number) => max > 0 && value >= NEAR_SHARE * max;
  if (isNear(lastSamplesScraped, sampleLimit)) {
    return { kind: 'near', about: { limit: 'sample_limit', max: sampleLimit, value: lastSamplesScraped } };
  }
  if (isNear(lastResponseBytes, bodySizeLimit)) {
    return { kind: 'near', about: { limit: 'body_size_limit', max: bodySizeLimit, value: lastResponseBytes } };
  }
  return CLEAR;
}

/** Whether two standings are one for a person: the value may move. */
export function isSameStanding(left: LimitStanding, right: LimitStanding): boolean {
  if (left.kind === 'clear' || right.kind === 'clear') return left.kind === right.kind;
  return left.kind === right.kind && left.about.limit === right.about.limit;
}
