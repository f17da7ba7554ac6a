import type { HttpClientConfig, ServiceDiscoveryConfig } from '@limpet/config';
import type { Driver, Random } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import type { Log, Metrics, Result, TargetGroup } from '@limpet/model';
import type { DnsLookup } from './dns/dns-lookup.ts';
import type { DirectoryWatcher, OpenDirectoryWatcher } from './file/directory-watcher.ts';

/** Jobs and the discovery sections of each, in order: what one revision of the configuration asks for. */
export type WantedDiscovery = ReadonlyMap<string, readonly ServiceDiscoveryConfig[]>;

/** The full state of discovery: every configured job, an empty list where it has no groups (D-005). */
export type TargetSets = ReadonlyMap<string, readonly TargetGroup[]>;

/** What a job would have under a configuration that is not in force. */
export interface ForecastSet {
  readonly groups: readonly TargetGroup[];
  /** Sections of which nobody knows yet what they will find. */
  readonly undiscovered: readonly ServiceDiscoveryConfig[];
}

/** Everything that discovery needs from outside. Ports never throw and never send an event unless it says so here. */
export interface DiscoveryPorts {
  /** Each update of a provider goes through `accept` as a `push`; its clock is the only one there is. */
  readonly driver: Pick<Driver, 'accept' | 'clock'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Draws the jitter of the send delay, D-010. */
  readonly random: Random;
  /** What a revision of the configuration asks for; `undefined` where the revision is not known. */
  providersOf(rev: number): WantedDiscovery | undefined;
  /** Opens the HTTP client block of an `http_sd_configs` section; the client adds the user agent. Never rejects. */
  openHttpClient(config: HttpClientConfig): Promise<HttpClientOpened>;
  readonly files: DiscoveryFiles;
  /** Whom `dns_sd_configs` asks. */
  readonly dns: DnsLookup;
  readonly parseTargetGroups: ParseTargetGroups;
  /** Asked whenever the cluster around Limpet is looked for. Never rejects. */
  clusterAddress(): Promise<ClusterAddress>;
}

/** Where the API server of the cluster around Limpet is, as Kubernetes tells every pod; `''` where there is none. */
export interface ClusterAddress {
  readonly host: string;
  readonly port: string;
}

/** A refusal says why in words that may be logged. */
export type HttpClientOpened = Result<HttpClient, { readonly message: string }>;

/**
 * Reads the groups of a file or an answer (C-103): strict keys, no null group, label names checked. `file` stands in
 * messages only.
 */
export type ParseTargetGroups = (input: {
  readonly file: string;
  readonly text: string;
  readonly format: 'json' | 'yaml';
}) => Result<readonly Omit<TargetGroup, 'source'>[], { readonly message: string }>;

/** The file system as the file mechanism sees it. Paths are absolute. */
export interface DiscoveryFiles {
  /** Existing files that a path or a glob names, sorted by code unit. Folders that cannot be listed hold nothing (C-018). */
  match(pattern: string): Promise<readonly string[]>;
  /** Reads one file whole, as UTF-8. Rejects where it cannot be read or is larger than `FILE_BYTES_MAX`. */
  read(path: string): Promise<FileContent>;
  /** Begins to measure; the function returned tells the milliseconds since. Durations go to metrics only. */
  stopwatch(): () => number;
  /** Begins to watch folders; a folder that is missing is taken up when it appears. */
  readonly watch: OpenDirectoryWatcher;
}

/** A file as read in one go. */
export interface FileContent {
  readonly text: string;
  /** Wall milliseconds of the last change. */
  readonly mtimeMs: number;
}

export type { DirectoryWatcher, DnsLookup, OpenDirectoryWatcher };
