import type { KubernetesDiscoveryConfig } from '@limpet/config';
import type { GroupUpdate } from '../src/merge-groups.ts';
import { ScriptedKubernetes, ScriptedKubernetesClients } from './scripted-kubernetes.ts';
import { kubernetesSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const FAILURES = 'prometheus_sd_kubernetes_failures_total';

/** Discovery of one section of one job, with the API server that it asks. */
export class KubernetesWorld {
  readonly server = new ScriptedKubernetes();
  readonly clients = new ScriptedKubernetesClients(this.server);
  /** May be changed while discovery runs. */
  readonly clusterAddress = { host: '', port: '' };
  readonly world = new World({ openHttpClient: this.clients.open, clusterAddress: this.clusterAddress });

  /** Every update told, in order. */
  readonly updates: GroupUpdate[] = [];

  constructor() {
    const { table } = this.world.discovery;
    const stage = table.stage.bind(table);
    table.stage = (handle, update) => {
      this.updates.push(update);
      stage(handle, update);
    };
  }

  /** Starts and waits until everything known has been told. */
  async start(fields: Partial<KubernetesDiscoveryConfig> = {}): Promise<this> {
    this.world.apply({ job: [kubernetesSection(fields)] });
    await this.world.pass(2_000);
    return this;
  }

  /** Addresses told so far, sorted. */
  get addresses(): readonly string[] | undefined {
    return addressesByJob(this.world.discovery.table.targetSets())['job'];
  }

  get updateCount(): number {
    return this.updates.length;
  }

  /** The sources of every update. */
  get updatedSources(): readonly (readonly (string | undefined)[])[] {
    return this.updates.map((update) => update.map((group) => group?.source));
  }

  get failureCount(): number {
    return this.world.metrics.value(FAILURES) ?? 0;
  }

  /** Requests for lists or watches of a resource. */
  requests(kind: 'list' | 'watch', resource = 'pods'): readonly URL[] {
    return this.server.requests.filter(
      (url) => url.pathname.endsWith(`/${resource}`) && (url.searchParams.get('watch') === 'true') === (kind === 'watch'),
    );
  }
}
