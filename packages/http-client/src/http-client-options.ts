import type { BodyBudget } from './body-budget.ts';

/** What a client needs from outside. `liveHttpEffects` has the real ones. */
export interface HttpEffects {
  /** Reads a secret or TLS file. Rejects where it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** The environment, for `proxy_from_environment`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Monotonic milliseconds, for the age of OAuth tokens. */
  monoMs(): number;
}

export interface HttpClientOptions {
  readonly effects: HttpEffects;
  /** `User-Agent` of requests that name none, as `Limpet/0.1.0` (S-192). */
  readonly userAgent: string;
  /** The room of all bodies, shared with every other client of the agent. A budget of its own by default. */
  readonly bodyBudget?: BodyBudget;
}
