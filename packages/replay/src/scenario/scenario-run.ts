import type { ActiveTarget, AnyAgentEvent, LedgerTick, TargetTicks } from '@limpet/agent';
import type { Labels } from '@limpet/model';
import type { ScenarioRequest } from './scripted-servers.ts';

/** A sample as it was handed over. Times are milliseconds since the beginning of the scenario. */
export interface SeenSample {
  readonly labels: Labels;
  readonly atMs: number;
  /** Its own time, wall milliseconds. */
  readonly timestampMs: number;
  readonly value: number | 'stale';
}

/** A machine came into a state. */
export interface SeenTransition {
  readonly atMs: number;
  /** Path of the actor. */
  readonly actor: string;
  readonly event: string;
  /** Dotted. */
  readonly state: string;
}

/** What a scenario came to, for whoever asks. */
export interface ScenarioRun {
  readonly samples: readonly SeenSample[];
  readonly transitions: readonly SeenTransition[];
  readonly events: readonly (AnyAgentEvent & { readonly sinceMs: number })[];
  readonly requests: readonly ScenarioRequest[];
  /** Targets at the moments that were asked for. */
  readonly targetsAt: ReadonlyMap<number, readonly ActiveTarget[]>;
  /** What became of the ticks of every target there was, times as wall milliseconds. */
  readonly ticks: readonly (Omit<TargetTicks, 'ticks' | 'totals'> & { readonly ticks: readonly LedgerTick[] })[];
  readonly startMs: number;
  /** Why the agent could not start; undefined where it did. */
  readonly startError: string | undefined;
  /** Errors and warnings that the agent logged. */
  readonly logged: readonly string[];
}
