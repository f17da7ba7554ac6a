import { z } from 'zod';

/** What an event of one type carries, and which version of its shape that is. */
export interface EventDefinition<Data extends z.ZodObject = z.ZodObject> {
  /** Part of the event's public name: a shape that changes needs the next number. */
  readonly version: number;
  /** One sentence for readers of the AsyncAPI document. */
  readonly summary: string;
  readonly data: Data;
}

function define<Data extends z.ZodObject>(version: number, summary: string, data: Data): EventDefinition<Data> {
  return { version, summary, data };
}

const count = z.int().min(0);
const text = z.string();
const milliseconds = z.number().min(0);

const target = {
  id: text.describe('`<job>/<instance>#<6 hex of the target hash>~<generation>`'),
  pool: text.describe('Name of the scrape job.'),
  url: text.describe('What is scraped, without credentials.'),
  labels: z.record(z.string(), z.string()).describe("Labels that the target's series get."),
};

const loopCounts = z.object({ added: count, kept: count, retargeted: count, restarted: count, removed: count });
const loops = z.object({
  counts: loopCounts,
  jobs: z.array(z.object({ job: text, counts: loopCounts })).describe('Jobs of which a loop was touched, the first of them.'),
  jobsOmitted: count.describe('Touched jobs that are not named.'),
  isSettled: z.boolean().describe('The counts are final.'),
});
const revision = count.describe('Number of the configuration, counted from the start of the agent.');

const LIMITS = ['sample_limit', 'body_size_limit', 'label_limits', 'native_histogram_bucket_limit', 'target_limit'] as const;
const limit = {
  limit: z.enum(LIMITS).describe('Field of the scrape job; `label_limits` stands for the three of labels.'),
  max: z.number().min(0).optional().describe('Its value in force, bytes or a count; absent where it is several.'),
};

const OUTCOMES = [
  'scraped',
  'late',
  'failed',
  'skippedOverrun',
  'skippedCapacity',
  'skippedSuspended',
  'clockJumped',
  'moved',
  'reload',
  'stopped',
  'killed',
] as const;

const consumer = text.describe('Who takes the batches: `store`, `remote:<name>`, or the name a library consumer gave itself.');

/**
 * Every life-cycle event, by type. The one source of the library's types, of the CloudEvents that leave the process and of
 * the AsyncAPI document. A test keeps every version that was ever published as it is.
 */
export const EVENT_CATALOGUE = {
  'agent.ready': define(1, 'The first configuration is in force and scraping has begun.', z.object({})),
  'agent.stopping': define(1, 'The agent ends the scrapes that run and flushes.', z.object({ reason: text })),
  'agent.stopped': define(1, 'Nothing runs any more.', z.object({ exitCode: count })),
  'config.planned': define(
    1,
    'Somebody asked what another configuration would do to the loops. Nothing was applied.',
    z.object({ counts: loopCounts }),
  ),
  'config.applied': define(1, 'A configuration is in force; the next sync does the rest to the loops.', z.object({ revision, loops })),
  'config.settled': define(1, 'Every pool has synced under the configuration.', z.object({ revision, loops })),
  'config.failed': define(1, 'A configuration was refused; the one before stays in force.', z.object({ revision, errors: z.array(text) })),
  'pool.opened': define(1, 'A scrape pool has a client and may have loops.', z.object({ pool: text })),
  'pool.refused': define(1, 'A scrape pool could not take a configuration on.', z.object({ pool: text, error: text })),
  'pool.reconciled': define(
    1,
    'The loops of a pool match its targets, or its new configuration.',
    z.object({
      pool: text,
      work: z.enum(['sync', 'reload']),
      tookMs: milliseconds,
      killedCount: count.describe('Loops that did not end in time.'),
    }),
  ),
  'pool.closed': define(1, 'A scrape pool is gone with its job.', z.object({ pool: text })),
  'target.discovered': define(1, 'A loop has the target from now on.', z.object(target)),
  'target.up': define(1, 'A scrape succeeded after the target was down, or the first time.', z.object(target)),
  'target.down': define(
    1,
    'A scrape failed after the target was up, or the first time.',
    z.object({ ...target, error: text, reason: text.describe('One of a bounded list; see docs/outcomes.md.') }),
  ),
  'target.flapping': define(
    1,
    'The health of the target changes again and again.',
    z.object({ ...target, changeCount: count, scrapeCount: count.describe('Scrapes among which the changes were counted.') }),
  ),
  'target.steady': define(1, 'A target that was flapping keeps its health.', z.object(target)),
  'target.stale': define(
    1,
    'Stale markers end the series of the target.',
    z.object({ ...target, cause: z.enum(['scrapeFailed', 'targetRemoved']) }),
  ),
  'target.limitNear': define(
    1,
    'The target exposes nine tenths of what a limit allows, or more.',
    z.object({ ...target, ...limit, value: z.number().min(0) }),
  ),
  'target.limitExceeded': define(1, 'A scrape was refused because of a limit.', z.object({ ...target, ...limit })),
  'target.scrapedOnDemand': define(
    1,
    'Somebody asked for a scrape beside the grid, and it has ended.',
    z.object({
      ...target,
      purpose: z.enum(['view', 'commit']),
      by: text.describe('Who asked.'),
      ok: z.boolean(),
      error: text.optional(),
      isJoined: z.boolean().describe('A scrape that was under way has answered.'),
      sampleCount: count,
    }),
  ),
  'target.gap': define(
    1,
    'Ticks for which no scrape was made, or that left no sample.',
    z.object({ ...target, outcome: z.enum(OUTCOMES), tickCount: count }),
  ),
  'target.removed': define(1, 'No loop has the target any more.', z.object(target)),
  'batch.refused': define(
    1,
    'A consumer did not take the batch of one scrape.',
    z.object({
      consumer,
      job: text,
      targetId: text,
      tick: z.int(),
      sampleCount: count,
      reason: z.enum(['full', 'failed', 'closed']),
    }),
  ),
  'delivery.degraded': define(
    1,
    'A consumer has begun to refuse batches.',
    z.object({ consumer, reason: z.enum(['full', 'failed', 'closed']) }),
  ),
  'delivery.recovered': define(
    1,
    'A consumer takes batches again.',
    z.object({ consumer, missedBatchCount: count, missedSampleCount: count }),
  ),
  'storage.degraded': define(
    1,
    'The log on disk cannot be written; what is scraped stays in memory and is delivered from there.',
    z.object({ error: text.describe('What the system says: ENOSPC, EIO, or that it takes too long.') }),
  ),
  'storage.recovered': define(1, 'The log on disk can be written again.', z.object({})),
  'storage.dropped': define(
    1,
    'A receiver will never get some samples of the log: too old, too many, or damaged.',
    z.object({ consumer, reason: z.enum(['age', 'size', 'damage']), batchCount: count, sampleCount: count }),
  ),
  'events.missed': define(
    1,
    'A stream of events has a hole here. Only the reader concerned is told.',
    z.object({
      reason: z.enum(['slowReader', 'tooOld', 'otherRun']),
      count: count.optional().describe('Events lost; absent where that is not known.'),
    }),
  ),
} as const satisfies Readonly<Record<string, EventDefinition>>;

/** A limit that the events of targets name. */
export type LimitName = (typeof LIMITS)[number];
