import { DEFAULT_CIPHERS } from 'node:tls';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { CipherSuite, TlsCurve, TlsServerConfig } from '@limpet/config';

const VERSIONS: Readonly<Record<TlsServerConfig['minVersion'], SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** Go's names of cipher suites up to TLS 1.2 and OpenSSL's. */
const CIPHERS: Readonly<Partial<Record<CipherSuite, string>>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
};

/** TLS 1.3 has its own suites, which are not to be chosen from. */
const TLS13_CIPHERS = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

const CURVES: Readonly<Record<TlsCurve, string>> = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' };

/** The texts that a TLS block names, as PEM. */
export interface TlsTexts {
  readonly cert: string;
  readonly key: string;
  /** Undefined = the system's roots. */
  readonly clientCa: string | undefined;
}

/** A TLS block as Node's TLS takes it. */
export function tlsOptions(config: TlsServerConfig, { cert, key, clientCa }: TlsTexts): SecureContextOptions {
  const ciphers = ciphersOf(config);
  return {
    cert,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    minVersion: VERSIONS[config.minVersion],
    maxVersion: VERSIONS[config.maxVersion],
    honorCipherOrder: config.preferServerCipherSuites,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(config.curvePreferences.length === 0 ? {} : { ecdhCurve: config.curvePreferences.map((curve) => CURVES[curve]).join(':') }),
  };
}

/** Versions before 1.2 need OpenSSL's lowest security level: whoever asks for them gets them. */
function ciphersOf({ cipherSuites, minVersion }: TlsServerConfig): string | undefined {
  const isOld = minVersion === 'TLS10' || minVersion === 'TLS11';
  if (cipherSuites.length === 0) return isOld ? `${DEFAULT_CIPHERS}:@SECLEVEL=0` : undefined;
  const chosen = cipherSuites.flatMap((suite) => CIPHERS[suite] ?? []);
  return [...TLS13_CIPHERS, ...chosen, ...(isOld ? ['@SECLEVEL=0'] : [])].join(':');
}
