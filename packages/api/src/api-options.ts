import type { Agent } from '@limpet/agent';
import type { Log } from '@limpet/model';
import type { InspectOptions } from './inspect/inspect-options.ts';
import type { DebugOptions } from './debug/debug-options.ts';

/** What `/version` and `status/buildinfo` say. */
export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  /** `node <version>`. */
  readonly goVersion: string;
}

/** Facts about the process that the API shows and that packages must not ask for themselves. */
export interface HostFacts {
  readonly cwd: string;
  readonly hostName: string;
  readonly heapLimitBytes: number;
}

/** Everything the HTTP surface needs. */
export interface ApiOptions {
  readonly agent: Agent;
  readonly build: BuildInfo;
  readonly host: HostFacts;
  /** Flag name without dashes → value as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Normalised: scheme, host, path without a slash at its end. */
  readonly externalUrl: URL;
  /** Normalised: empty, or one leading slash and none at the end. */
  readonly routePrefix: string;
  /** `host:port` of the first listener. */
  readonly ownAddress: string;
  readonly isLifecycleEnabled: boolean;
  /** Anchored; `undefined` while the default `.*` is in force, which answers `*`. */
  readonly corsOrigin: RegExp | undefined;
  readonly pageTitle: string;
  /** Subscribers of live notifications at once; more get 204. */
  readonly notificationSubscriberCountMax: number;
  /** Undefined: nobody can watch the actors, and the routes for it do not exist. */
  readonly inspect: InspectOptions | undefined;
  /** What can be on or off, by category. */
  readonly features: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  /** Asks the process to stop; returns whether that was the first time. */
  quit(): boolean;
  /** A file of the page by its path below the page's folder, `undefined` where there is none. */
  readPageFile(path: string): Promise<PageFile | undefined>;
  readonly wall: () => number;
  /** Monotonic milliseconds. */
  readonly mono: () => number;
  /** Sets a repeating timer; returns how to end it. */
  every(intervalMs: number, run: () => void): () => void;
  readonly log: Log;
  /** Undefined: there are no debug endpoints, their paths are 404. */
  readonly debug?: DebugOptions | undefined;
}

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/** Name that management endpoints answer with. */
export const APPLICATION = 'Limpet Agent';
