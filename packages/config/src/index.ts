export { SCRAPE_PROTOCOLS } from './config.ts';
export type {
  Config,
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
export type { MetadataConfig, QueueConfig, RemoteWriteConfig } from './remote-write-config.ts';
