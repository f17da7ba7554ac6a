import type { ServiceDiscoveryConfig } from '@limpet/config';
import type { WantedDiscovery } from './ports.ts';
import { identitiesEqual, providerIdentity } from './provider-identity.ts';
import type { ProviderIdentity } from './provider-identity.ts';

/** A provider as the plan sees it: its name `<mechanism>/<n>` (D-006), what it looks for, and for which jobs. */
export interface PlannedProvider {
  readonly name: string;
  readonly config: ServiceDiscoveryConfig;
  /** Subscribers in the order of the configuration, each once. */
  readonly jobs: readonly string[];
}

/** What an apply has to do with the providers. */
export interface ProviderPlan {
  /** Providers that go on running, with their new subscribers (D-022). */
  readonly keep: readonly PlannedProvider[];
  readonly start: readonly PlannedProvider[];
  /** Names of those that nobody asks for any more (D-021). */
  readonly stop: readonly string[];
  /** Providers created since the start of discovery, those of this plan included: numbers are never used again. */
  readonly createdCount: number;
}

/** What is running when a plan is made. */
export interface RunningProviders {
  readonly providers: readonly PlannedProvider[];
  readonly createdCount: number;
}

/** A job that names no mechanism has one group without targets (D-007, C-104). */
const NO_TARGETS: ServiceDiscoveryConfig = { mechanism: 'static', groups: [{ source: '0', targets: [], labels: [] }] };

interface Draft {
  readonly name: string;
  readonly config: ServiceDiscoveryConfig;
  readonly identity: ProviderIdentity;
  readonly isRunning: boolean;
  readonly jobs: Set<string>;
}

/** Compares what runs with what a configuration asks for; equal sections share one provider (D-020 … D-022). */
export function diffProviders(running: RunningProviders, wanted: WantedDiscovery): ProviderPlan {
  const drafts = new DraftProviders(running);
  for (const [job, sections] of wanted) {
    for (const section of sections.length === 0 ? [NO_TARGETS] : sections) drafts.subscribe(job, section);
  }
  const all = drafts.all();
  const asked = all.filter(({ jobs }) => jobs.size > 0);
  return {
    keep: asked.filter(({ isRunning }) => isRunning).map(planned),
    start: asked.filter(({ isRunning }) => !isRunning).map(planned),
    stop: all.filter(({ jobs }) => jobs.size === 0).map(({ name }) => name),
    createdCount: drafts.createdCount,
  };
}

/** Providers found by identity while a plan is made. */
class DraftProviders {
  readonly #byText = new Map<string, Draft[]>();
  createdCount: number;

  constructor({ providers, createdCount }: RunningProviders) {
    this.createdCount = createdCount;
    for (const { name, config } of providers) this.#add({ name, config, isRunning: true });
  }

  all(): Draft[] {
    return [...this.#byText.values()].flat();
  }

  subscribe(job: string, config: ServiceDiscoveryConfig): void {
    const identity = providerIdentity(config);
    const equal = this.#byText.get(identity.text)?.find((draft) => identitiesEqual(draft.identity, identity));
    const draft = equal ?? this.#add({ name: `${config.mechanism}/${this.createdCount++}`, config, isRunning: false });
    draft.jobs.add(job);
  }

  #add(provider: Pick<Draft, 'name' | 'config' | 'isRunning'>): Draft {
    const draft: Draft = { ...provider, identity: providerIdentity(provider.config), jobs: new Set() };
    const alike = this.#byText.get(draft.identity.text);
    if (alike === undefined) this.#byText.set(draft.identity.text, [draft]);
    else alike.push(draft);
    return draft;
  }
}

function planned({ name, config, jobs }: Draft): PlannedProvider {
  return { name, config, jobs: [...jobs] };
}
