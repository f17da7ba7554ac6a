import type { Config, ScrapeConfig } from '@limpet/config';
import type { AgentEventOf, AgentEventType, AnyAgentEvent, EventsSince } from '@limpet/events';
import type { Labels, Metrics } from '@limpet/model';
import type { RelabelStep } from '@limpet/relabel';
import type { ScrapeDelivery } from '@limpet/remote-write';
import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { BatchStream } from './consumer/batch-stream.ts';
import type { AskedScrape, ScrapeRequest } from './on-demand/asked-scrapes.ts';
import type { RegistrationResult, TargetRegistration } from './push/target-registration.ts';
import type { ReloadPlan } from './reload/reload-plan.ts';
import type { ReloadLoops } from './reload/reload-tally.ts';
import type { History } from './view/history.ts';
import type { TargetMetadata } from './view/target-metadata.ts';
import type { DeliveriesQuery } from './view/target-deliveries.ts';
import type { GapsQuery, TargetTicks } from './view/target-ticks.ts';
import type { TargetsView } from './view/target-view.ts';

/** Where an agent is in its life. */
export type AgentPhase = 'created' | 'starting' | 'running' | 'stopping' | 'stopped';

/** How a reload ended. `errors` is empty when `ok`. */
export interface ReloadOutcome {
  readonly ok: boolean;
  /** Revision in force afterwards. */
  readonly revision: number;
  readonly errors: readonly string[];
}

/** The last time that a configuration was loaded, the first one included. */
export interface LastReload {
  readonly ok: boolean;
  /** Wall milliseconds of its end. */
  readonly at: number;
  readonly errors: readonly string[];
  /** What it has done to the loops so far; undefined where nothing was applied. */
  readonly loops?: ReloadLoops;
}

/** Facts about a running agent for status pages. */
export interface AgentStatus {
  readonly phase: AgentPhase;
  /** Wall milliseconds of `start()`; undefined before. */
  readonly startedAt: number | undefined;
  readonly lastReload: LastReload | undefined;
  /** Wall milliseconds of the last configuration that came into force. */
  readonly lastConfigAt: number | undefined;
  readonly loopCount: number;
  readonly actorCount: number;
  readonly seriesCount: number;
}

/** A timer of an actor that has not fired. */
export interface ActorTimer {
  /** As XState names it: `xstate.after.untilNextTick.loop.idle.waiting`. */
  readonly id: string;
  /** Undefined where the clock does not say. */
  readonly remainingMs: number | undefined;
}

/** A scrape agent inside a program. No global state: several can run in one process. */
export interface Agent extends AsyncDisposable {
  /**
   * Opens the storage and applies the first configuration. Resolves when scraping has begun to be scheduled.
   * Rejects with an `AgentError` where that is not possible; the agent is stopped then.
   */
  start(): Promise<void>;
  /** Finishes running scrapes, flushes every consumer and ends. Resolves with the exit code; idempotent. A second call while stopping ends it at once. */
  stop(reason?: string): Promise<number>;
  /** Loads the configuration again and applies it. Never rejects; concurrent calls share rounds. */
  reload(): Promise<ReloadOutcome>;
  /**
   * Says what applying another configuration would do to each loop, and the gap it would cause, without doing it. Works
   * on what is known when it is called, in slices, so that scraping goes on. Never rejects.
   */
  plan(candidate: Config): Promise<ReloadPlan>;
  targets(): TargetsView;
  /** Where the scrape of a target at a time is on its way to each receiver; undefined where there is no log on disk. */
  deliveries(query: DeliveriesQuery): Promise<readonly ScrapeDelivery[] | undefined>;
  /** What became of every tick of the targets, as far as it is kept: why a sample is there, or is missing. */
  gaps(query?: GapsQuery): readonly TargetTicks[];
  /**
   * Scrapes a target now, beside its grid, in the same loop: one that is under way answers instead of a second one. Logged
   * and told as `target.scrapedOnDemand`. Never rejects.
   */
  scrapeNow(targetId: string, request: ScrapeRequest): Promise<AskedScrape>;
  /**
   * Registers targets at a section of `push_sd_configs`, or renews them; they are relabelled and scraped like any other until
   * the time is over. Never throws.
   */
  registerTargets(registration: TargetRegistration): RegistrationResult;
  withdrawTargets(registration: Pick<TargetRegistration, 'name' | 'source'>): RegistrationResult;
  /** What every active target said about its metric families, in the order of `targets()`. */
  targetMetadata(): readonly TargetMetadata[];
  /** What each target relabelling rule of a pool makes of a label set, given as discovered; undefined for unknown pools. */
  relabelSteps(pool: string, labels: Labels): readonly RelabelStep[] | undefined;
  /** Names of the pools, sorted; a configured job counts once discovery has delivered for it. */
  pools(): readonly string[];
  /** Effective configuration of a pool; undefined for unknown ones. */
  poolConfig(pool: string): ScrapeConfig | undefined;
  /** The configuration in force; undefined before the first. */
  config(): Config | undefined;
  status(): AgentStatus;
  /**
   * Batches from now on, for `for await`. Ends with the agent; ending the loop detaches it. A stop waits for a reader to
   * acknowledge what there is, up to the flush deadline: inside the loop `break` first, then stop.
   */
  batches(options?: { readonly name?: string; readonly batchCountMax?: number }): BatchStream;
  /** The agent's own metrics, for the surfaces around it to count in. */
  readonly selfMetrics: Metrics;
  on<Type extends AgentEventType>(type: Type, listener: (event: AgentEventOf<Type>) => void): () => void;
  onAny(listener: (event: AnyAgentEvent) => void): () => void;
  /** Events after the one of this id, as far as they are kept: the newest `EVENT_COUNT_MAX`. */
  eventsSince(id: string): EventsSince;
  /** Id of the newest event. */
  lastEventId(): string;
  /** Attaches an XState inspection observer to every actor of this agent; returns how to detach it. */
  inspect(observer: (event: InspectionEvent) => void): () => void;
  /** Every actor alive now, parents before children: an observer is told nothing of those that were there before it. */
  actors(): Iterable<AnyActorRef>;
  /** The timers that an actor waits for, with the milliseconds that are left. */
  timersOf(actor: AnyActorRef): readonly ActorTimer[];
  /** Recent samples from the embedded store; undefined where it is off. */
  history(): History | undefined;
  /** The agent's own metrics in text format 0.0.4. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}
