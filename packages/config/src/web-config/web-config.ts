import type { Secret } from '@limpet/model';
import type { TextSource, TlsVersion } from '../http-client-config.ts';

/** Whether and how a listener asks its clients for certificates. Names and meaning are those of Go's crypto/tls. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** Cipher suites that `cipher_suites` may name: what Go's crypto/tls holds to be secure. Those of TLS 1.3 are always on. */
export const CIPHER_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
] as const;
export type CipherSuite = (typeof CIPHER_SUITES)[number];

/** Curves that `curve_preferences` may name. */
export const TLS_CURVES = ['CurveP256', 'CurveP384', 'CurveP521', 'X25519'] as const;
export type TlsCurve = (typeof TLS_CURVES)[number];

/** How a listener speaks TLS. */
export interface TlsServerConfig {
  /** PEM. Never undefined: TLS without it is refused. */
  readonly cert: NonNullable<TextSource<string>>;
  /** PEM. */
  readonly key: NonNullable<TextSource<Secret>>;
  /** PEM; undefined = the system's roots. */
  readonly clientCa: TextSource<string>;
  readonly clientAuthType: ClientAuthType;
  /** One of these must be among the client certificate's names; undefined = any will do. */
  readonly clientAllowedSans: readonly string[] | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** Empty = the platform's own. */
  readonly cipherSuites: readonly CipherSuite[];
  readonly preferServerCipherSuites: boolean;
  /** Empty = the platform's own. */
  readonly curvePreferences: readonly TlsCurve[];
}

/** A token bucket over all requests. */
export interface RateLimitConfig {
  /** Time in which one more request becomes allowed, milliseconds; 0 = no limit. */
  readonly intervalMs: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

/** What a web configuration file says about the listeners. */
export interface WebConfig {
  /** Undefined: plain HTTP. */
  readonly tls: TlsServerConfig | undefined;
  /** Offered with TLS only. */
  readonly isHttp2Enabled: boolean;
  /** Added to every answer. Names are among those that upstream allows. */
  readonly headers: Readonly<Record<string, string>>;
  /** User name → bcrypt hash of the password. Empty = nobody is asked. */
  readonly users: ReadonlyMap<string, Secret>;
  readonly rateLimit: RateLimitConfig;
}
