import type { FetchFailureReason } from '../ports.ts';

/** What a loop needs to know of its target's configuration. Plain data, small; the rest is behind the ports. */
export interface LoopSpec {
  /** Target hash, 16 hex digits: equal keys are the same target across generations. */
  readonly key: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Revision of the job's configuration that the loop scrapes under. */
  readonly cfgRev: number;
  /** `hash XOR seed mod interval` is the target's place in the interval: the 64 bits as 16 hex digits (S-100). */
  readonly offsetHash: string;
}

/** `retire`: the target has gone, markers are owed. `release`: process or job ends, or the cache goes on elsewhere. */
export type StopMode = 'retire' | 'release';

/** Why a scrape is made: its tick is due, or somebody asks; then to look at the answer only, or to store it too. */
export type ScrapePurpose = 'tick' | 'view' | 'commit';

export type LoopEvent =
  | { readonly type: 'slotGranted'; readonly seq: number }
  | { readonly type: 'response'; readonly seq: number; readonly handle: number; readonly bytes: number }
  | { readonly type: 'fetchFailed'; readonly seq: number; readonly reason: FetchFailureReason; readonly error: string }
  | { readonly type: 'appended'; readonly seq: number }
  | { readonly type: 'marked' }
  | { readonly type: 'stop'; readonly mode: StopMode }
  | { readonly type: 'retarget'; readonly spec: LoopSpec }
  | { readonly type: 'forcedError'; readonly error: string | null }
  /** Somebody wants a scrape beside the grid. One that is under way answers it. */
  | { readonly type: 'scrapeNow'; readonly purpose: Exclude<ScrapePurpose, 'tick'> };

export interface LoopInput {
  /** `<job>/<instance>#<6 hex of the target hash>~<generation>`: unique within an agent. Never parsed. */
  readonly id: string;
  readonly job: string;
  readonly spec: LoopSpec;
  readonly forcedError: string | null;
}
