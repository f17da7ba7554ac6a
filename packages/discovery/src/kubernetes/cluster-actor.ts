import { fromCallback } from 'xstate';
import type { CallbackActorLogic } from 'xstate';
import { redactedUrl } from '@limpet/config';
import type { HttpClient } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Result, TargetGroup } from '@limpet/model';
import { configOf } from '../provider-table.ts';
import { HANGING_OPENINGS_MAX } from '../provider/lazy-client.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { UpdateLine } from '../provider/update-line.ts';
import { clusterAccess } from './cluster-access.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { Cluster } from './cluster.ts';
import type { ClusterOrder, KubernetesEvent } from './kubernetes.machine.ts';

/** The clusters of the sections that run, by provider: their reflectors find them here. */
export type Clusters = Map<string, Cluster>;

type Order = ClusterOrder | { readonly type: 'crash' };

/** The `cluster` of the provider machine: opens the way to the API server, and tells of groups when told to. */
export function clusterActor(ports: ProviderPorts, clusters: Clusters): CallbackActorLogic<ClusterOrder, ProviderInput> {
  // The `crash` that the actor sends to itself is nobody else's business.
  return fromCallback<Order, ProviderInput>(({ input: { provider }, self, sendBack, receive }) => {
    const keeper = new ClusterKeeper(provider, ports, { clusters, answer: sendBack, crash: () => self.send({ type: 'crash' }) });
    receive((order) => keeper.obey(order));
    return () => keeper.end();
  }) as unknown as CallbackActorLogic<ClusterOrder, ProviderInput>;
}

interface ClusterKeeperParts {
  readonly clusters: Clusters;
  answer(event: KubernetesEvent): void;
  /** Makes the actor receive a `crash`, in which it may end in an error. */
  crash(): void;
}

type Opened = Result<{ readonly access: ClusterAccess; readonly client: HttpClient }, { readonly message: string }>;

class ClusterKeeper {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #parts: ClusterKeeperParts;
  readonly #line: UpdateLine;
  #cluster: Cluster | undefined;
  /** The opening whose outcome counts. */
  #opening: Promise<Opened> | undefined;
  /** Openings that have not come to an end, those given up included. */
  #openingCount = 0;
  #fault: unknown;

  constructor(provider: string, ports: ProviderPorts, parts: ClusterKeeperParts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#parts = parts;
    this.#line = new UpdateLine(ports, provider);
  }

  obey(order: Order): void {
    if (order.type === 'open') this.#open();
    else if (order.type === 'giveUpOpening') this.#giveUpOpening();
    else if (order.type === 'assemble') this.#assemble();
    else if (order.type === 'tellAll') this.#tellAll();
    else if (order.type === 'tellChanged') this.#tellChanged();
    else {
      this.end();
      throw this.#fault;
    }
  }

  end(): void {
    if (this.#line.isClosed) return;
    this.#line.close();
    this.#opening = undefined;
    this.#cluster?.close();
    this.#parts.clusters.delete(this.#provider);
    this.#ports.failedProviders.delete(this.#provider);
  }

  #open(): void {
    if (this.#openingCount >= HANGING_OPENINGS_MAX) {
      this.#line.tell('open', () => this.#openFailed('earlier attempts still hang'));
      return;
    }
    this.#openingCount++;
    const opening = openAccess(configOf(this.#ports.table, this.#provider, 'kubernetes'), this.#ports);
    this.#opening = opening;
    opening.then(
      (opened) => {
        this.#openingCount--;
        if (this.#opening === opening) this.#line.tell('open', () => this.#finishOpening(opened));
        else if (opened.ok) opened.value.client.close();
      },
      (fault: unknown) => this.#line.tell('crash', () => this.#crash(fault)),
    );
  }

  #giveUpOpening(): void {
    this.#opening = undefined;
    this.#noteFailure('it took too long');
  }

  #finishOpening(opened: Opened): void {
    this.#opening = undefined;
    if (!opened.ok) return this.#openFailed(opened.error.message);
    const { access, client } = opened.value;
    const cluster = new Cluster({
      config: configOf(this.#ports.table, this.#provider, 'kubernetes'),
      access,
      client,
      metrics: this.#ports.metrics,
      told: this.#ports.table.groupsOf(this.#provider),
      onChange: () => this.#line.tell('changed', () => this.#parts.answer({ type: 'changed' })),
    });
    this.#cluster = cluster;
    this.#parts.clusters.set(this.#provider, cluster);
    this.#ports.failedProviders.delete(this.#provider);
    this.#ports.log.info('Kubernetes is watched', {
      provider: this.#provider,
      server: redactedUrl(access.server),
      watches: cluster.watches.length,
    });
    this.#parts.answer({ type: 'opened', watches: cluster.watches.map(({ name }) => name) });
  }

  #openFailed(error: string): void {
    this.#noteFailure(error);
    this.#parts.answer({ type: 'openFailed' });
  }

  #noteFailure(error: string): void {
    this.#ports.failedProviders.add(this.#provider);
    this.#ports.log.error('the way to the API server of Kubernetes cannot be opened', {
      code: 'LIMPET_KUBERNETES_SD_OPEN',
      provider: this.#provider,
      error,
    });
  }

  #assemble(): void {
    if (this.#cluster?.assemble() !== false) this.#line.tell('assembled', () => this.#parts.answer({ type: 'assembled' }));
  }

  /** What there is at first is one update (D-002). */
  #tellAll(): void {
    const groups = this.#cluster?.takeAll() ?? [];
    if (groups.length > 0) this.#push(groups);
  }

  /** Later each object is an update of its own (C-150). */
  #tellChanged(): void {
    for (const group of this.#cluster?.takeChanged() ?? []) this.#push([group]);
  }

  #push(groups: readonly TargetGroup[]): void {
    this.#line.push(groups, (rev) => this.#parts.answer({ type: 'found', rev }));
  }

  #crash(fault: unknown): void {
    this.#fault = fault;
    this.#parts.crash();
  }
}

async function openAccess(config: Parameters<typeof clusterAccess>[0], ports: ProviderPorts): Promise<Opened> {
  const access = await clusterAccess(config, ports);
  if (!access.ok) return access;
  const client = await ports.openHttpClient(access.value.httpClient);
  return client.ok ? succeeded({ access: access.value, client: client.value }) : failed(client.error);
}
