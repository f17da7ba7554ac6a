import type { ScrapeRequest } from './on-demand/asked-scrapes.ts';
import type { TargetRegistration } from './push/target-registration.ts';
import type { HttpClientConfig } from '@limpet/config';
import type { Clock } from '@limpet/driver';
import type { ClusterAddress, DiscoveryFiles, DnsLookup } from '@limpet/discovery';
import type { BodyBudgetOptions, HttpClient, HttpEffects } from '@limpet/http-client';
import type { OpenedLineMemory } from '@limpet/line-template';
import type { Appendable, Log, Result, SeriesRegistry } from '@limpet/model';
import type { ConfigSource } from './config-source.ts';
import type { HostNames } from './full-host-name.ts';
import type { AppendedFile } from './live/failure-logs.ts';

/** What `createAgent` needs. Only the configuration is required; everything else has the default that is named. */
export interface AgentOptions {
  readonly config: ConfigSource;
  /** Nothing is logged by default. */
  readonly log?: Log;
  /** In the user agent and the build metric. `0.0.0` by default. */
  readonly version?: string;
  /** Folder for what is kept. Without it nothing is stored and samples go to remote write and library consumers only. */
  readonly storagePath?: string;
  /** Locks that folder against other agents. On by default. */
  readonly locksStorage?: boolean;
  /** The log on disk in front of the receivers of remote write, within `storagePath`. */
  readonly wal?: WalSettings;
  /** Most scrapes in flight at once; 0 = no cap. 1000 by default. */
  readonly scrapeConcurrency?: number;
  /**
   * Longest body that is appended within the transition that brings it, bytes; a longer one in a turn of its own. 1 MiB by
   * default; less than 0: none.
   */
  readonly shortBodyBytesMax?: number;
  /** Memory that response bodies may hold together, 48 MiB by default; a large one gets at most half of it. */
  readonly bodyBudget?: BodyBudgetOptions;
  /** How often new targets are taken up, milliseconds. 5 s by default. */
  readonly reloadIntervalMs?: number;
  /** Takes up the first targets at once instead of at the first reload tick. Off by default. */
  readonly reloadOnStartup?: boolean;
  /** How far a timestamp is moved onto the grid of its interval at most, milliseconds; 0 = never. 2 by default. */
  readonly timestampToleranceMs?: number;
  /** Time for the last delivery at a stop, milliseconds. 60 s by default. */
  readonly flushDeadlineMs?: number;
  /**
   * Names of features as `--enable-feature` has them, those of appending: `metadata-wal-records`, `type-and-unit-labels`,
   * `created-timestamp-zero-ingestion`, `st-storage`, `st-synthesis`. None by default; other names mean nothing here.
   */
  readonly features?: readonly string[];
  /** Adds the metrics of the process to the agent's own. Off by default: the embedding program has its own. */
  readonly withProcessMetrics?: boolean;
  /** Consumers besides remote write and the embedded store. */
  readonly consumers?: readonly ((registry: SeriesRegistry) => Appendable)[];
  /** Seeds jitter. Drawn from the clock by default. */
  readonly seed?: number;
  /** Host name for the jitter of scrapes (S-010). The full name of the machine by default, looked up. */
  readonly hostName?: string;
  /** Every port that touches the world; each has a live default. */
  readonly ports?: Partial<AgentWorld>;
  /** Puts something around all of these ports at once, such as a recorder. The embedded store stays outside of it. */
  readonly around?: (world: AgentWorld) => AgentWorld;
}

/** How much the log on disk keeps, and for how long. Every field has a default. */
export interface WalSettings {
  /** Bytes of one of its files. 64 MiB by default. */
  readonly segmentBytes?: number;
  /** Bytes of all its files: beyond, the oldest samples are dropped, delivered or not. 10 GiB by default. */
  readonly bytesMax?: number;
  /** Milliseconds that delivered samples stay at least. 5 min by default. */
  readonly ageMsMin?: number;
  /** Milliseconds that samples stay at most, delivered or not. 4 h by default. */
  readonly ageMsMax?: number;
}

/** What an HTTP client is opened for. */
export type HttpUse = { readonly kind: 'scrape'; readonly job: string } | { readonly kind: 'discovery' } | { readonly kind: 'remoteWrite' };

/** The world as an agent reaches it. Tests and replays pass their own. */
export interface AgentWorld {
  readonly clock: Clock;
  openHttpClient(config: HttpClientConfig, use: HttpUse): Promise<Result<HttpClient, Error>>;
  readonly httpEffects: HttpEffects;
  readonly files: DiscoveryFiles;
  readonly dns: DnsLookup;
  /** Asked where a section looks at the cluster around Limpet. */
  clusterAddress(): Promise<ClusterAddress>;
  /** Asked at every configuration unless a host name is given. */
  readonly hostNames: HostNames;
  /** Where known lines of expositions are recognised; refused where that is not to be had. */
  openLineMemory(): OpenedLineMemory;
  /** A secret number below 2^32, so that targets cannot choose labels that collide in a hash table. */
  hashSeed(): number;
  /** Opens a file that jobs write their failed scrapes to. */
  openForAppending(file: string): Promise<AppendedFile>;
  /** Lets other work run between two slices of a long one. */
  pause(): Promise<void>;
  /** Waits for what consumers of batches do, which nobody here can hurry: a flush, a close. */
  waitForConsumers(work: () => Promise<void>): Promise<void>;
  /** Lets a command of whoever holds the agent in: `deliver` runs now, or when its turn has come. */
  command(command: AgentCommand, deliver: () => void): void;
}

/** What an agent can be told from outside: all that a recorder has to know to tell it again. */
export type AgentCommand =
  | { readonly type: 'start' | 'reload' }
  | { readonly type: 'shutdown'; readonly reason: string }
  | { readonly type: 'register'; readonly registration: TargetRegistration }
  | { readonly type: 'withdraw'; readonly registration: Pick<TargetRegistration, 'name' | 'source'> }
  | { readonly type: 'scrapeNow'; readonly targetId: string; readonly request: ScrapeRequest };
