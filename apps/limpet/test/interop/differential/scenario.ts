import type { Release } from '../program/peer-program.ts';
import type { Step } from '../target/answer.ts';

/** One target behaviour, with the job that scrapes it and how its samples are compared. */
export interface Scenario {
  /** Name of the job, path of the target, and value of the target label `script` that every sample carries. */
  readonly name: string;
  /** A sentence of the specification, with the ids of the rules that both senders show here. */
  readonly title: string;
  /** What the target answers, scrape by scrape; the last one for ever. */
  readonly steps: readonly Step[];
  /** Further paths with answers of their own, for redirects and rewritten URLs. */
  readonly paths?: Readonly<Record<string, readonly Step[]>>;
  /** Fields of the scrape configuration beside the target itself. */
  readonly job?: JobFields | ((place: ScenarioPlace) => JobFields);
  /** Targets in place of the one usual one; every target needs its own `script` label, beginning with the name. */
  readonly targets?: (place: ScenarioPlace) => readonly TargetGroup[];
  /**
   * The health that the scrapes must have had, oldest first: `1`, `0`, or `s` for a staleness marker. Of several
   * targets all of them in alphabetical order, with spaces between.
   */
  readonly up: string;
  /** What both senders must say of the target after its last scrape, among other words. */
  readonly lastError?: string;
  /** What the only series of a metric must have been, in addition to the comparison: `1 · stale`, `·` for nothing. */
  readonly values?: Readonly<Record<string, string>>;
  /**
   * `byScrape` (the usual one): what each of the first scrapes delivered. `byChange`: the values of each series with
   * repetitions left out, where how long something lasts is not given by a number of scrapes.
   */
  readonly align?: 'byScrape' | 'byChange';
  /** `any` where targets give each client timestamps of their own moment: then only their values are compared. */
  readonly explicitTimes?: 'exact' | 'any';
  /** Metrics that are not compared, because they depend on the moment at which something happened. */
  readonly ignored?: readonly string[];
  /** The oldest release of the reference that can run it, because of the job's fields for example, as `2.49`. */
  readonly since?: string;
  /** Changes the world while the scenario runs, once for both senders. */
  readonly drive?: (world: ScenarioWorld) => Promise<void>;
}

/** Fields of a scrape configuration by their names in the file. */
export type JobFields = Readonly<Record<string, unknown>>;

/** Where things are, for one of the two senders. */
export interface ScenarioPlace {
  readonly side: SideName;
  /** Of a Prometheus. */
  readonly release: Release | undefined;
  /** Host and port of the scripted targets. */
  readonly address: string;
  /** Host and port of a target of this sender alone, which can refuse connections. */
  readonly closableAddress: string;
  /** A folder that both senders read. */
  readonly folder: string;
}

export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** The sender under test, and the one it is held against. */
export type SideName = 'subject' | 'reference';

/** What a scenario's `drive` may do and see. */
export interface ScenarioWorld {
  readonly folder: string;
  readonly address: string;
  /** Waits until a condition holds for both senders. */
  readonly bothReach: (what: string, reached: (side: SideView) => boolean) => Promise<void>;
  /** Replaces fields of this scenario's job (none: removes the job) and lets both senders load the file again. */
  readonly reload: (job: JobFields | undefined) => Promise<void>;
  /** Lets each sender's own target refuse connections, or accept them again. */
  readonly setRefusing: (isRefusing: boolean) => Promise<void>;
}

/** What has arrived from one sender so far. */
export interface SideView {
  /** Values in order of arrival of the series that has these labels, as texts (`stale` for a marker). */
  readonly values: (labels: Readonly<Record<string, string>>) => readonly string[];
  /** Milliseconds between the samples of that series. */
  readonly gapsMs: (labels: Readonly<Record<string, string>>) => readonly number[];
}
