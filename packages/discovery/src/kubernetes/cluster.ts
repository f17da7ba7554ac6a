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

/** Targets that are made at once, about: some 20 ms of work, after which scrapes have their turn. */
export const SLICE_TARGETS = 1_000;

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
  /** Groups that are to be told first, by their source. */
  readonly #assembled = new Map<string, TargetGroup>();
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
    this.#announce();
  }

  /** Makes some more of the groups that are to be told first. Returns whether there are all of them. */
  assemble(): boolean {
    for (const group of this.#board.takeChanged(SLICE_TARGETS)) this.#assembled.set(group.source, group);
    return this.#board.changedCount === 0;
  }

  /** The groups assembled, as they differ from what was told before; empty ones for what vanished while nobody looked. */
  takeAll(): readonly TargetGroup[] {
    const update = changedGroups(this.#told, [...this.#assembled.values()]);
    this.#assembled.clear();
    return this.#tell(update);
  }

  /** Some groups that differ from what was told, of the objects that have changed. The others are news again. */
  takeChanged(): readonly TargetGroup[] {
    return this.#tell(differingGroups(this.#told, this.#board.takeChanged(SLICE_TARGETS)));
  }

  close(): void {
    this.#options.client.close();
  }

  #tell(update: readonly TargetGroup[]): readonly TargetGroup[] {
    this.#told = mergeGroups(this.#told, update);
    this.#hasNews = false;
    this.#announce();
    return update;
  }

  #announce(): void {
    if (this.#hasNews || this.#board.changedCount === 0) return;
    this.#hasNews = true;
    this.#options.onChange();
  }
}
