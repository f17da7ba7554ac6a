import type { AnyActorLogic } from 'xstate';

/** Outcome of an effect of the root machine; a failure is a value. */
export type EffectResult = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** Effects, children and numbers that the root machine is given by `bindAgent`. */
export interface AgentPorts {
  /** Opens the embedded store and whatever else must be there before the first configuration. */
  openStorage(signal: AbortSignal): Promise<EffectResult>;
  /** Loads and validates the configuration and keeps it under the revision. */
  loadConfig(input: { readonly rev: number }, signal: AbortSignal): Promise<EffectResult>;
  /** Applies the revision to storage and remote write. */
  applyStorage(input: { readonly rev: number }, signal: AbortSignal): Promise<EffectResult>;
  /** Delivers and stores what was scraped, then closes every consumer. */
  flush(signal: AbortSignal): Promise<void>;
  /** Longest time that the scrapes under way may still take, in milliseconds. */
  scrapeGraceMs(): number;
  /** Time for the last flush, in milliseconds. */
  readonly flushDeadlineMs: number;
  readonly discovery: AnyActorLogic;
  readonly scrape: AnyActorLogic;
}
