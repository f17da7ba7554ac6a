import type { Secret } from '@limpet/model';

/** A text given in place, by a file that is read on every request, or not at all. */
export type TextSource<Text> =
  | { readonly from: 'value'; readonly value: Text }
  | { readonly from: 'file'; readonly path: string }
  | undefined;

/** The HTTP client block of scrape configs, discovery and remote write (C-060 … C-069). */
export interface HttpClientConfig {
  readonly authentication: AuthenticationConfig | undefined;
  readonly tls: TlsConfig;
  readonly followRedirects: boolean;
  readonly enableHttp2: boolean;
  readonly proxy: ProxyConfig;
  /** Extra headers, several values = several header lines. */
  readonly httpHeaders: Readonly<Record<string, HeaderConfig>>;
}

export type AuthenticationConfig = BasicAuthConfig | AuthorizationConfig | Oauth2Config;

export interface BasicAuthConfig {
  readonly kind: 'basic';
  readonly username: TextSource<string>;
  readonly password: TextSource<Secret>;
}

export interface AuthorizationConfig {
  readonly kind: 'authorization';
  /** `Bearer` unless configured. */
  readonly type: string;
  readonly credentials: TextSource<Secret>;
}

export interface Oauth2Config {
  readonly kind: 'oauth2';
  readonly clientId: string;
  readonly clientSecret: TextSource<Secret>;
  readonly scopes: readonly string[];
  readonly tokenUrl: string;
  readonly endpointParams: Readonly<Record<string, string>>;
  readonly tls: TlsConfig;
  readonly proxy: ProxyConfig;
}

export type TlsVersion = 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';

export interface TlsConfig {
  readonly ca: TextSource<string>;
  readonly cert: TextSource<string>;
  readonly key: TextSource<Secret>;
  readonly serverName: string;
  readonly insecureSkipVerify: boolean;
  readonly minVersion: TlsVersion | undefined;
  readonly maxVersion: TlsVersion | undefined;
}

export interface ProxyConfig {
  /** May hold a password: never print it, see `redactedUrl`. */
  readonly url: string | undefined;
  readonly noProxy: string;
  readonly fromEnvironment: boolean;
  readonly connectHeaders: Readonly<Record<string, readonly Secret[]>>;
}

export interface HeaderConfig {
  readonly values: readonly string[];
  readonly secrets: readonly Secret[];
  readonly files: readonly string[];
}
