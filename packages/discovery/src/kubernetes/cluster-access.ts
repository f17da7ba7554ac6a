import { HTTP_CLIENT_DEFAULTS, parseKubeconfig } from '@limpet/config';
import type { HttpClientConfig, KubernetesDiscoveryConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { DiscoveryFiles, DiscoveryPorts } from '../ports.ts';

/** Where Kubernetes puts what a pod needs to speak to its API server. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How to reach an API server. */
export interface ClusterAccess {
  /** Without a slash at the end. May hold a password: never print it, see `redactedUrl`. */
  readonly server: string;
  readonly httpClient: HttpClientConfig;
  /** The namespace that Limpet runs in; `''` where it is not asked for. */
  readonly ownNamespace: string;
}

/** How the API server of a section is reached, or in words that may be logged why that cannot be found out (C-151). */
export async function clusterAccess(
  config: KubernetesDiscoveryConfig,
  ports: Pick<DiscoveryPorts, 'files' | 'clusterAddress'>,
): Promise<Result<ClusterAccess, { readonly message: string }>> {
  if (config.apiServer !== undefined) {
    return succeeded({ server: serverOf(config.apiServer), httpClient: config.httpClient, ownNamespace: '' });
  }
  if (config.kubeconfigFile !== '') return await kubeconfigAccess(config.kubeconfigFile, ports.files);
  return await inClusterAccess(config.namespaces.ownNamespace, ports);
}

async function kubeconfigAccess(file: string, files: DiscoveryFiles): Promise<Result<ClusterAccess, { readonly message: string }>> {
  const read = await contentOf(file, files);
  if (!read.ok) return failed({ message: `cannot read the kubeconfig: ${read.error.message}` });
  const parsed = parseKubeconfig({ file, text: read.value });
  if (!parsed.ok) {
    const [error] = parsed.error.errors;
    return failed({ message: `kubeconfig ${file}:${error?.line ?? 1}: ${error?.message ?? 'cannot be read'}` });
  }
  const { server, httpClient } = parsed.value;
  return succeeded({ server: serverOf(server), httpClient, ownNamespace: '' });
}

/** The service account of the pod: its token and its authority are files, read anew for every request (C-062, C-063). */
async function inClusterAccess(
  wantsNamespace: boolean,
  { files, clusterAddress: addressOf }: Pick<DiscoveryPorts, 'files' | 'clusterAddress'>,
): Promise<Result<ClusterAccess, { readonly message: string }>> {
  const { host, port } = await addressOf();
  if (host === '' || port === '') {
    const message =
      'not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined, else api_server or kubeconfig_file';
    return failed({ message });
  }
  const namespace = wantsNamespace ? await contentOf(`${SERVICE_ACCOUNT_DIRECTORY}/namespace`, files) : succeeded('');
  if (!namespace.ok) return failed({ message: `could not determine the pod's namespace: ${namespace.error.message}` });
  const ownNamespace = namespace.value.trim();
  if (wantsNamespace && ownNamespace === '') return failed({ message: 'could not read own namespace name (empty file)' });
  const httpClient: HttpClientConfig = {
    ...HTTP_CLIENT_DEFAULTS,
    authentication: {
      kind: 'authorization',
      type: 'Bearer',
      credentials: { from: 'file', path: `${SERVICE_ACCOUNT_DIRECTORY}/token` },
    },
    tls: { ...HTTP_CLIENT_DEFAULTS.tls, ca: { from: 'file', path: `${SERVICE_ACCOUNT_DIRECTORY}/ca.crt` } },
    proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, fromEnvironment: true }, // as every client of Kubernetes
  };
  return succeeded({ server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, httpClient, ownNamespace });
}

/** A server may be named without its scheme, and with a path that all requests start with. */
function serverOf(url: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url.replace(/^\/\//, '')}`;
  return withScheme.replace(/[?#].*$/s, '').replace(/\/+$/, '');
}

async function contentOf(path: string, files: DiscoveryFiles): Promise<Result<string, { readonly message: string }>> {
  return files.read(path).then(
    ({ text }) => succeeded(text),
    (error: unknown) => failed({ message: error instanceof Error ? error.message : String(error) }),
  );
}
