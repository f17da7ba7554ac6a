import type { Log, Metrics } from '@limpet/model';
import type { Clock, Driver } from '@limpet/driver';
import type { TickGrid } from './ledger/tick-ledger.ts';
import type { LoopEvent, LoopSpec, ScrapePurpose } from './loop/loop-events.ts';
import type { Plan, PlanInput, PoolWork } from './pool/plan.ts';

/**
 * Everything the scrape machines need from outside. The control plane sees handles and revision numbers only: configs,
 * target groups, targets, clients, bodies and series caches live in tables behind these ports, by job or loop id.
 *
 * The three `start…` effects answer with events that go to the loop by id and carry the scrape number, so that an
 * answer that comes too late is recognised and ignored. Ports deliver answers through `Driver.accept`; they never
 * throw and never answer while the call that started them is still running.
 */
export interface ScrapePorts {
  /** The driver's clock. */
  readonly clock: Clock;
  /** Takes an input in: `Driver.accept`. Completions of `openClient` and `plan` reach the machines through it. */
  readonly accept: Driver['accept'];
  readonly log: Log;
  readonly metrics: Metrics;
  /** Compares a revision with those that the pools run under, `pools` by job. Keeps what either needs; forgets older ones. */
  configDifferences(input: { readonly cfgRev: number; readonly pools: Readonly<Record<string, number>> }): ConfigDifferences;
  /** The jobs that a target revision names. */
  jobsToSync(input: { readonly cfgRev: number; readonly targetsRev: number }): JobsToSync;
  /** Opens (first time) or replaces (new config revision) the HTTP client of a job. Resolves with a refusal, never rejects. */
  openClient(input: { readonly job: string; readonly cfgRev: number }, signal: AbortSignal): Promise<ClientOpened>;
  /** Closes the client of a job after its last loop has stopped; forgets what the tables hold for the job. */
  closeClient(job: string): void;
  /** Builds the targets of a job from its groups and says what has to change. Yields on large groups. Never rejects. */
  plan(input: PlanInput, signal: AbortSignal): Promise<Plan>;
  /** A pool has carried out a change; for logs and metrics. */
  poolReconciled(input: PoolReconciled): void;
  /** A loop begins: its table entry is made. The target was put in place by `plan`. Called by the supervisor. */
  loopStarted(input: LoopStarted): void;
  /** A loop adopts a retarget between two scrapes: its table entry takes the target of `spec.key`; the cache stays. */
  loopRetargeted(input: { readonly loopId: string; readonly job: string; readonly spec: LoopSpec }): void;
  /** A loop has begun a grid of ticks, or has left it for good: for the account of what becomes of each tick. */
  gridMoved(input: GridMoved): void;
  /** Whether a scrape that began now would not have to wait for a slot. Left out: every scrape asks and waits for its answer. */
  isSlotFree?(): boolean;
  /** Takes a slot, then requests. Answers `slotGranted` unless the loop knows of its slot, then `response` or `fetchFailed`. */
  startFetch(input: FetchInput): void;
  /** Leaves the queue or aborts the request of that scrape; nothing is answered any more. */
  cancelFetch(loopId: string): void;
  /** Whether a body of so many bytes of this loop is appended within the call that asks for it. Left out: every append is answered. */
  isAppendShort?(bytes: number, loopId?: string): boolean;
  /** Parses and appends one scrape, or an empty one after a failure. Answers `appended`, unless it is done at once. */
  startAppend(input: AppendInput): void;
  /** Cuts short an append that missed its deadline: whatever has not been handed over is dropped. */
  cancelAppend(loopId: string): void;
  /** A loop does not make the scrape that it was asked for. */
  scrapeRefused?(loopId: string): void;
  /** Writes the end-of-run markers of a retired loop at `markAt`. Answers `marked`. */
  startMarking(input: { readonly loopId: string; readonly markAt: number }): void;
  /** A child of the supervisor has ended, in whatever way: slot, request, body and table entry are freed. Idempotent. */
  release(loopId: string): void;
}

export interface LoopStarted {
  readonly loopId: string;
  readonly job: string;
  readonly spec: LoopSpec;
  /** Reaches the loop: answers of the ports go through it, from within `Driver.accept`. */
  readonly tell: (event: LoopEvent) => void;
  /** State of the loop as a dotted path, `idle.waiting`, for views. */
  readonly state: () => string;
}

/** The ticks of a loop from now on. */
export interface GridMoved {
  readonly loopId: string;
  /** `null`: the loop has none any more. */
  readonly grid: TickGrid | null;
}

/** What a configuration revision means for the pools that run. */
export interface ConfigDifferences {
  /** Jobs that the revision does not have. */
  readonly removed: readonly string[];
  /** Jobs whose configuration differs by value (S-022). */
  readonly changed: readonly string[];
  /** Why the revision cannot be applied at all; nothing is changed then (C-182). */
  readonly refusal?: string;
}

export interface PoolReconciled {
  readonly job: string;
  readonly work: PoolWork;
  /** From the start of the work until every loop that was stopped had ended its scrape. */
  readonly tookMs: number;
  /** Loops that did not end in time and were killed. */
  readonly killedCount: number;
}

/** Which pools a set of targets concerns. */
export interface JobsToSync {
  readonly jobs: readonly string[];
  /** Named by the targets but not by the configuration (S-003). */
  readonly unknownJobs: readonly string[];
}

export type ClientOpened = { readonly ok: true } | { readonly ok: false; readonly error: string };

export interface FetchInput {
  readonly loopId: string;
  readonly job: string;
  readonly seq: number;
  readonly timeoutMs: number;
  /** `isSlotFree` has just said so: the loop is scraping already, and no `slotGranted` follows. */
  readonly hasSlot?: boolean;
  /** The scrape belongs to no tick: somebody has asked for it. */
  readonly isAsked?: boolean;
}

export interface AppendInput {
  readonly loopId: string;
  readonly job: string;
  readonly seq: number;
  /** Wall time of the scrape, on the grid where it is close enough: the timestamp of its samples. */
  readonly scrapeAt: number;
  /** Index of the interval on the target's grid. */
  readonly tick: number;
  /** Monotonic time at which the scrape started, for `scrape_duration_seconds`. */
  readonly startedMono: number;
  readonly spec: LoopSpec;
  readonly outcome: ScrapeOutcome;
  /** `isAppendShort` has just said so: the append is over when the call returns, and no `appended` follows. */
  readonly isAtOnce?: boolean;
  /** `tick` where it is left out. A `view` leaves no trace in series, samples and status. */
  readonly purpose?: ScrapePurpose;
}

/** How the request of a scrape ended. `handle` names the body in the fetch port's table. */
export type ScrapeOutcome =
  | { readonly kind: 'response'; readonly handle: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: FetchFailureReason; readonly error: string }
  | { readonly kind: 'forced'; readonly error: string };

/** Bounded reasons of a failed request, for metrics, events and the API. */
export const FETCH_FAILURE_REASONS = [
  'timeout',
  'connectionRefused',
  'connectionReset',
  'hostNotFound',
  'tls',
  'status',
  'redirect',
  'bodySizeLimit',
  'contentEncoding',
  'credentials',
  'unsupportedScheme',
  'protocol',
] as const;
export type FetchFailureReason = (typeof FETCH_FAILURE_REASONS)[number];
