export { DNS_RECORD_TYPES, SCRAPE_PROTOCOLS } from './config.ts';
export type {
  Config,
  ConsulDiscoveryConfig,
  DnsDiscoveryConfig,
  DnsRecordType,
  DockerDiscoveryConfig,
  DockerFilter,
  ExternalLabels,
  FileDiscoveryConfig,
  GlobalConfig,
  HttpDiscoveryConfig,
  NameEscapingScheme,
  ScrapeConfig,
  ScrapeProtocol,
  ServiceDiscoveryConfig,
  StaticDiscoveryConfig,
} from './config.ts';
export { HTTP_CLIENT_DEFAULTS } from './http-client-block.ts';
export type {
  AuthenticationConfig,
  AuthorizationConfig,
  BasicAuthConfig,
  HeaderConfig,
  HttpClientConfig,
  Oauth2Config,
  ProxyConfig,
  TextSource,
  TlsConfig,
  TlsVersion,
} from './http-client-config.ts';
export { changedFields, changedSections, sectionField } from './changed-fields.ts';
export { CONFIG_ERRORS_MAX } from './reading.ts';
export { ConfigError, ConfigErrors } from './config-error.ts';
export type { ConfigErrorCode, ConfigErrorDetail, ConfigErrorPlace } from './config-error.ts';
export type { Environment } from './environment.ts';
export { configErrorAt } from './error-at.ts';
export type { ConfigFault, ConfigStep } from './error-at.ts';
export { equalConfigs, isCacheReusable } from './equal-configs.ts';
export type { ComparableConfig } from './equal-configs.ts';
export { formatConfig, formatScrapeConfig } from './format-config.ts';
export { INCLUDED_FILES_MAX } from './included-files.ts';
export type { FileReader } from './included-files.ts';
export { KUBERNETES_ROLES } from './kubernetes/kubernetes-config.ts';
export type {
  KubernetesDiscoveryConfig,
  KubernetesMetadata,
  KubernetesNamespaces,
  KubernetesRole,
  KubernetesSelector,
} from './kubernetes/kubernetes-config.ts';
export { parseKubeconfig } from './kubernetes/parse-kubeconfig.ts';
export type { Kubeconfig, KubeconfigSource } from './kubernetes/parse-kubeconfig.ts';
export { parseConfig } from './parse-config.ts';
export type { ConfigNotice, ConfigSource, LoadedConfig } from './parse-config.ts';
export { parseRelabelConfigs } from './parse-relabel-configs.ts';
export type { RelabelConfigsSource } from './parse-relabel-configs.ts';
export { parseTargetGroups } from './parse-target-groups.ts';
export type { TargetGroupsSource } from './parse-target-groups.ts';
export { YAML_ALIASED_NODES_MAX, YAML_CHARS_MAX, YAML_DEPTH_MAX } from './read-yaml.ts';
export type { SourcelessTargetGroup } from './target-group-block.ts';
export { redactedAddress, redactedUrl } from './url.ts';
export type { MetadataConfig, QueueConfig, RemoteWriteConfig } from './remote-write-config.ts';
export { parseWebConfig } from './web-config/parse-web-config.ts';
export type { WebConfigSource } from './web-config/parse-web-config.ts';
export type { CipherSuite, ClientAuthType, RateLimitConfig, TlsCurve, TlsServerConfig, WebConfig } from './web-config/web-config.ts';
