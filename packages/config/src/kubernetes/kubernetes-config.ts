import type { HttpClientConfig } from '../http-client-config.ts';

/** What targets are made of, as the configuration spells it (C-154 … C-159). */
export const KUBERNETES_ROLES = ['pod', 'service', 'endpoints', 'endpointslice', 'node', 'ingress'] as const;
export type KubernetesRole = (typeof KUBERNETES_ROLES)[number];

/** One section of `kubernetes_sd_configs`. */
export interface KubernetesDiscoveryConfig {
  readonly mechanism: 'kubernetes';
  readonly role: KubernetesRole;
  /** May hold a password: never print it, see `redactedUrl`. Without it and `kubeconfigFile`, the cluster that Limpet runs in. */
  readonly apiServer: string | undefined;
  /** Absolute path; `''` = none. */
  readonly kubeconfigFile: string;
  /** Of use with `apiServer` alone. */
  readonly httpClient: HttpClientConfig;
  readonly namespaces: KubernetesNamespaces;
  /** At most one for each role. */
  readonly selectors: readonly KubernetesSelector[];
  readonly attachMetadata: KubernetesMetadata;
}

/** Where objects are looked for; without names and `ownNamespace` everywhere. */
export interface KubernetesNamespaces {
  readonly ownNamespace: boolean;
  readonly names: readonly string[];
}

/** Which objects of a role the API server tells of, in its own syntax; `''` = all. */
export interface KubernetesSelector {
  readonly role: KubernetesRole;
  readonly label: string;
  readonly field: string;
}

/** What targets are told of objects that are not their own. */
export interface KubernetesMetadata {
  readonly node: boolean;
  readonly namespace: boolean;
  readonly deployment: boolean;
  readonly job: boolean;
  readonly cronjob: boolean;
}
