import type { ServiceDiscoveryConfig } from '@limpet/config';
import type { TargetGroup } from '@limpet/model';
import { bySource, mergeGroups } from './merge-groups.ts';
import type { GroupsBySource, GroupUpdate } from './merge-groups.ts';
import type { ForecastSet, TargetSets, WantedDiscovery } from './ports.ts';
import { diffProviders } from './provider-plan.ts';
import type { PlannedProvider, ProviderPlan } from './provider-plan.ts';

interface ProviderEntry {
  planned: PlannedProvider;
  groups: GroupsBySource;
}

/** Names an update that waits in the table: the provider and the number of the update. */
export interface UpdateHandle {
  readonly provider: string;
  readonly rev: number;
}

const NOTHING_DONE: ProviderPlan = { keep: [], start: [], stop: [], createdCount: 0 };

/**
 * What the machines know by name only: configurations and groups of the providers (D-001). The groups of a provider are
 * kept once and belong to every job that subscribes to it, because all subscribers always hold the same (D-003, D-022).
 */
export class ProviderTable {
  readonly #entries = new Map<string, ProviderEntry>();
  readonly #staged = new Map<string, GroupUpdate>();
  readonly #updateCounts = new Map<string, number>();
  #jobs: readonly string[] = [];
  #lastPlan = NOTHING_DONE;

  /** What the last `adopt` found to do. */
  get lastPlan(): ProviderPlan {
    return this.#lastPlan;
  }

  /** Jobs of the configuration in force, in its order. */
  get jobs(): readonly string[] {
    return this.#jobs;
  }

  /** Number of updates that were staged and neither merged nor discarded. */
  get stagedCount(): number {
    return this.#staged.size;
  }

  /** Takes over a configuration: groups of providers that nobody asks for are dropped at once (D-021). */
  adopt(wanted: WantedDiscovery): ProviderPlan {
    const plan = diffProviders({ providers: this.providers(), createdCount: this.#lastPlan.createdCount }, wanted);
    for (const name of plan.stop) this.#entries.delete(name);
    for (const name of plan.stop) this.#updateCounts.delete(name);
    for (const planned of plan.keep) this.#entry(planned).planned = planned;
    for (const planned of plan.start) this.#entry(planned);
    this.#jobs = [...wanted.keys()];
    this.#lastPlan = plan;
    return plan;
  }

  /** The providers that run, or ought to while one waits to be started again. */
  providers(): readonly PlannedProvider[] {
    return [...this.#entries.values()].map(({ planned }) => planned);
  }

  /** Configuration and subscribers of a provider; `undefined` where it is not configured. */
  provider(name: string): PlannedProvider | undefined {
    return this.#entries.get(name)?.planned;
  }

  /** What the provider has told so far and what still holds. */
  groupsOf(name: string): GroupsBySource {
    return this.#entries.get(name)?.groups ?? new Map();
  }

  /** Numbers the next update of a provider, from 1; goes on counting when the provider is started again. */
  nextUpdate(provider: string): UpdateHandle {
    const rev = (this.#updateCounts.get(provider) ?? 0) + 1;
    this.#updateCounts.set(provider, rev);
    return { provider, rev };
  }

  /** Keeps an update until the machine has decided about it. */
  stage(handle: UpdateHandle, update: GroupUpdate): void {
    this.#staged.set(keyOf(handle), update);
  }

  /** Applies a staged update; one of a provider that is not configured any more is forgotten. */
  merge(handle: UpdateHandle): void {
    const entry = this.#entries.get(handle.provider);
    const update = this.#staged.get(keyOf(handle));
    this.#staged.delete(keyOf(handle));
    if (entry !== undefined && update !== undefined) entry.groups = mergeGroups(entry.groups, update);
  }

  /** Forgets a staged update. */
  discard(handle: UpdateHandle): void {
    this.#staged.delete(keyOf(handle));
  }

  /** The full state of all jobs (D-005). */
  targetSets(): TargetSets {
    const sets = new Map<string, TargetGroup[]>(this.#jobs.map((job) => [job, []]));
    for (const { planned, groups } of this.#entries.values()) {
      for (const job of planned.jobs) sets.get(job)?.push(...groups.values());
    }
    return sets;
  }

  /**
   * What `targetSets` would be under another configuration, as far as that is known now: kept providers have what they
   * told, static sections what they say, and all others are still to be discovered (D-022, D-023). Changes nothing.
   */
  forecast(wanted: WantedDiscovery): ReadonlyMap<string, ForecastSet> {
    const { keep, start } = diffProviders({ providers: this.providers(), createdCount: this.#lastPlan.createdCount }, wanted);
    const sets = new Map(
      [...wanted.keys()].map((job) => [job, { groups: [] as TargetGroup[], undiscovered: [] as ServiceDiscoveryConfig[] }]),
    );
    for (const { name, config, jobs } of [...keep, ...start]) {
      const groups = this.#updateCounts.has(name)
        ? this.groupsOf(name)
        : config.mechanism === 'static'
          ? bySource(config.groups)
          : undefined;
      for (const job of jobs) {
        if (groups === undefined) sets.get(job)?.undiscovered.push(config);
        else sets.get(job)?.groups.push(...groups.values());
      }
    }
    return sets;
  }

  /** Forgets all providers, groups and staged updates; numbers stay used. */
  clear(): void {
    this.#lastPlan = { ...NOTHING_DONE, createdCount: this.#lastPlan.createdCount };
    this.#jobs = [];
    for (const held of [this.#entries, this.#staged, this.#updateCounts]) held.clear();
  }

  #entry(planned: PlannedProvider): ProviderEntry {
    const known = this.#entries.get(planned.name);
    if (known !== undefined) return known;
    const entry: ProviderEntry = { planned, groups: new Map() };
    this.#entries.set(planned.name, entry);
    return entry;
  }
}

/** The configuration of a provider that is known to be of one mechanism. Throws on a fault of the caller. */
export function configOf<Mechanism extends ServiceDiscoveryConfig['mechanism']>(
  table: ProviderTable,
  name: string,
  mechanism: Mechanism,
): Extract<ServiceDiscoveryConfig, { readonly mechanism: Mechanism }> {
  const config = table.provider(name)?.config;
  if (config?.mechanism !== mechanism) throw new Error(`provider ${name} is not configured as ${mechanism}`);
  return config as Extract<ServiceDiscoveryConfig, { readonly mechanism: Mechanism }>;
}

function keyOf({ provider, rev }: UpdateHandle): string {
  return `${provider}#${rev}`;
}
