import type { KubernetesDiscoveryConfig } from '@limpet/config';
import type { HttpClient, HttpConnection } from '@limpet/http-client';
import type { TargetGroup } from '@limpet/model';
import { changedGroups, differingGroups, mergeGroups } from '../merge-groups.ts';
import type { GroupsBySource } from '../merge-groups.ts';
import { METRICS } from '../metrics.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { GroupBoard } from './group/group-board.ts';
import { countedRole } from './object-event.ts';
import type { ObjectChange, ObjectStore } from './watch/object-store.ts';
import { ObjectStores } from './watch/object-store.ts';
import { watchesOf } from './watch/watch-plan.ts';
import type { Watch } from './watch/watch-plan.ts';

/** What a cluster is made with, once the way to its API server is open. */
export interface ClusterOptions {
  readonly config: KubernetesDiscoveryConfig;
  readonly access: ClusterAccess;
  readonly client: HttpClient;
  readonly metrics: ProviderPorts['metrics'];
  /** What the provider has told before it was started, and what still holds. */
  readonly told: GroupsBySource;
  /** Called once when objects have changed, and again only after groups were taken. */
  readonly onChange: () => void;
}

/** The objects of a section, shared by its reflectors, and the groups that are made of them. */
export class Cluster {
  readonly watches: readonly Watch[];
  readonly #options: ClusterOptions;
  readonly #stores: ObjectStores;
  readonly #board: GroupBoard;
  #told: GroupsBySource;
  #hasNews = false;

  constructor(options: ClusterOptions) {
    const { config, access } = options;
    this.#options = options;
    this.#told = options.told;
    this.watches = watchesOf(config, access.ownNamespace);
    this.#stores = new ObjectStores(this.watches);
    this.#board = new GroupBoard({ role: config.role, attach: config.attachMetadata, view: this.#stores });
  }

  /** A watch by its name. Throws on a fault of the caller. */
  watch(name: string): Watch {
    const watch = this.watches.find((candidate) => candidate.name === name);
    if (watch === undefined) throw new Error(`there is no watch ${name}`);
    return watch;
  }

  /** The objects of a watch. */
  store(watch: string): ObjectStore {
    return this.#stores.of(watch);
  }

  /** A connection of its own: a watch keeps it busy. */
  connect(): HttpConnection {
    return this.#options.client.connect(this.#options.access.server);
  }

  /** The URL of a request. */
  url(path: string, query: Readonly<Record<string, string>>): string {
    return `${this.#options.access.server}${path}?${new URLSearchParams(query).toString()}`;
  }

  noteChanges({ resource }: Watch, changes: readonly ObjectChange[]): void {
    if (changes.length === 0) return;
    for (const { key, event } of changes) {
      this.#board.noteChange(resource, key);
      const role = countedRole(this.#options.config.role, resource, event);
      if (role !== undefined) this.#options.metrics.add(METRICS.kubernetesEvents, [role, event], 1);
    }
    if (this.#hasNews || this.#board.changedCount === 0) return;
    this.#hasNews = true;
    this.#options.onChange();
  }

  /** All groups, as they differ from what was told before; empty ones for what vanished while nobody looked. */
  takeAll(): readonly TargetGroup[] {
    const groups = this.#take();
    return this.#tell(changedGroups(this.#told, groups));
  }

  /** The groups that differ from what was told, of the objects that have changed. */
  takeChanged(): readonly TargetGroup[] {
    return this.#tell(differingGroups(this.#told, this.#take()));
  }

  close(): void {
    this.#options.client.close();
  }

  #take(): readonly TargetGroup[] {
    this.#hasNews = false;
    return this.#board.takeChanged();
  }

  #tell(update: readonly TargetGroup[]): readonly TargetGroup[] {
    this.#told = mergeGroups(this.#told, update);
    return update;
  }
}
