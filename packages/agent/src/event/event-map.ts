import type { RefusedBatch } from '../consumer/fan-out.ts';
import type { TickOutcome } from '@limpet/scrape';
import type { ReloadLoops } from '../reload/reload-tally.ts';

/** Which target an event is about. */
export interface TargetIdentity {
  /** `<job>/<instance>#<6 hex of the target hash>~<generation>`. */
  readonly id: string;
  readonly pool: string;
  readonly url: string;
  /** Labels that the target's series get. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Life-cycle events by type, with what each carries besides `type` and `atMs`. */
export interface AgentEventMap {
  readonly 'agent.ready': object;
  readonly 'agent.stopping': { readonly reason: string };
  readonly 'agent.stopped': { readonly exitCode: number };
  /** `loops`: what has been done to them at once; the next sync does the rest (S-026). */
  readonly 'config.applied': { readonly revision: number; readonly loops: ReloadLoops };
  /** Every pool has synced under the configuration. Not told where a newer one comes first, or a pool cannot open its client. */
  readonly 'config.settled': { readonly revision: number; readonly loops: ReloadLoops };
  readonly 'config.failed': { readonly revision: number; readonly errors: readonly string[] };
  readonly 'target.discovered': TargetIdentity;
  readonly 'target.up': TargetIdentity;
  readonly 'target.down': TargetIdentity & { readonly error: string };
  readonly 'target.removed': TargetIdentity;
  /** Ticks that no scrape was made for, or that left no sample: the outcome is none of `scraped`, `late` and `failed`. */
  readonly 'target.gap': TargetIdentity & { readonly outcome: TickOutcome; readonly tickCount: number };
  readonly 'batch.refused': RefusedBatch;
}

export type AgentEventType = keyof AgentEventMap;

/** One event as listeners get it; `atMs` is wall milliseconds. */
export type AgentEventOf<Type extends AgentEventType> = { readonly type: Type; readonly atMs: number } & AgentEventMap[Type];

/** Any event. */
export type AnyAgentEvent = { [Type in AgentEventType]: AgentEventOf<Type> }[AgentEventType];
