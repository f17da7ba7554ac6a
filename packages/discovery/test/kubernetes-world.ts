import type { KubernetesDiscoveryConfig } from '@limpet/config';
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

  /** Number of updates told so far. */
  get updateCount(): number {
    return this.world.inputs.filter(({ kind }) => kind === 'push').length;
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
