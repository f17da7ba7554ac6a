import type { ScrapeConfig } from '@limpet/config';
import { formatDuration } from '@limpet/model';

/** What `--lint` may name. There are no rule files, so nothing can be a duplicate rule. */
const LINTS = ['duplicate-rules', 'too-long-scrape-interval', 'all', 'none'] as const;
type Lint = (typeof LINTS)[number];

/** The lints asked for, and the words that name none. */
export interface LintChoice {
  readonly lints: ReadonlySet<Lint>;
  readonly unknown: readonly string[];
}

/** Reads the comma-separated value of `--lint`. */
export function chooseLints(list: string): LintChoice {
  const words = list.split(',');
  const known: readonly string[] = LINTS;
  return {
    lints: new Set(LINTS.filter((lint) => words.includes(lint))),
    unknown: words.filter((word) => !known.includes(word)),
  };
}

/** What the lints find, one sentence each: the first job whose samples would be stale before the next scrape. */
export function lintJobs(jobs: readonly ScrapeConfig[], { lints }: LintChoice, lookbackDeltaMs: number): readonly string[] {
  if (lints.has('none') || (!lints.has('all') && !lints.has('too-long-scrape-interval'))) return [];
  const slow = jobs.find(({ scrapeIntervalMs }) => scrapeIntervalMs >= lookbackDeltaMs);
  if (slow === undefined) return [];
  const place = `job: ${slow.jobName}, interval: ${formatDuration(slow.scrapeIntervalMs)}`;
  return [`too long scrape interval found, data point will be marked as stale - ${place}`];
}
