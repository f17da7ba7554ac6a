import { httpClientYaml } from '../format-http-client.ts';
import { redactedUrl } from '../url.ts';
import { unlessEmpty, unlessZero } from '../yaml-text.ts';
import type { YamlObject } from '../yaml-text.ts';
import type { KubernetesDiscoveryConfig, KubernetesMetadata, KubernetesNamespaces } from './kubernetes-config.ts';

/** A section of `kubernetes_sd_configs` in upstream's field order, secrets masked. */
export function kubernetesYaml(config: KubernetesDiscoveryConfig): YamlObject {
  return {
    api_server: config.apiServer === undefined ? undefined : redactedUrl(config.apiServer),
    role: config.role,
    kubeconfig_file: config.kubeconfigFile,
    ...httpClientYaml(config.httpClient),
    namespaces: namespacesYaml(config.namespaces),
    selectors: unlessEmpty(
      config.selectors.map(({ role, label, field }): YamlObject => ({ role, label: unlessZero(label), field: unlessZero(field) })),
    ),
    attach_metadata: metadataYaml(config.attachMetadata),
  };
}

function namespacesYaml({ ownNamespace, names }: KubernetesNamespaces): YamlObject | undefined {
  return ownNamespace || names.length > 0 ? { own_namespace: ownNamespace, names } : undefined;
}

function metadataYaml({ node, namespace, deployment, job, cronjob }: KubernetesMetadata): YamlObject | undefined {
  const fields = { node, namespace, deployment, job, cronjob };
  return Object.values(fields).some(Boolean) ? fields : undefined;
}
