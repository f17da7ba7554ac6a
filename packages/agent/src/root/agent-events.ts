/** What the root machine accepts. */
export type AgentEvent =
  | { readonly type: 'reload'; readonly requestId: string; readonly by: ReloadTrigger }
  | { readonly type: 'shutdown'; readonly reason: string }
  | {
      readonly type: 'configApplied';
      readonly who: 'scrape' | 'discovery';
      readonly rev: number;
      readonly ok: boolean;
      readonly error?: string;
    }
  | { readonly type: 'targetsUpdated'; readonly rev: number }
  | { readonly type: 'triggerReload' };

export type ReloadTrigger = 'start' | 'signal' | 'api' | 'file' | 'library';

/** What the root machine emits to `agent.on(…)`. */
export type AgentEmitted =
  | { readonly type: 'ready' }
  | {
      readonly type: 'reloaded';
      readonly requestIds: readonly string[];
      readonly ok: boolean;
      readonly rev: number;
      readonly errors: readonly string[];
    }
  | { readonly type: 'draining'; readonly reason: string }
  | { readonly type: 'stopped'; readonly exitCode: number };

export interface AgentMachineInput {
  /** The first reload of scrape does not wait for the 5 s tick. */
  readonly reloadOnStartup: boolean;
}

/** Plain data; configurations live behind the ports, by revision. */
export interface AgentContext extends AgentMachineInput {
  /** Revision in force; 0 = none yet. */
  readonly cfgRev: number;
  /** Revision being loaded or applied. */
  readonly candidateRev: number;
  /** Requests that the round under way answers. */
  readonly requestIds: readonly string[];
  /** Requests that came during that round: they need another one. */
  readonly waitingIds: readonly string[];
  readonly errors: readonly string[];
  readonly exitCode: number;
}
