import type { ClusterAddress } from '../ports.ts';

/** What Kubernetes has put into the environment of this process. */
export async function liveClusterAddress(): Promise<ClusterAddress> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = process.env;
  return { host, port };
}
