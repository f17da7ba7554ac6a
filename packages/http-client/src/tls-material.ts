import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureVersion } from 'node:tls';
import type { TextSource, TlsConfig, TlsVersion } from '@limpet/config';
import { failed, Secret, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { HttpClientError } from './http-client-error.ts';
import type { HttpEffects } from './http-client-options.ts';
import { fileProblem } from './secret-file.ts';

/** What a TLS connection is made with. Connections of an older revision are replaced before their next request. */
export interface TlsMaterial {
  readonly revision: number;
  /** Made on first use where nothing is configured: loading the roots takes milliseconds. */
  secureContext(): SecureContext;
}

interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

const VERSIONS: Readonly<Record<TlsVersion, SecureVersion>> = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };
/** OpenSSL 3 speaks TLS 1.0 and 1.1 on its lowest security level only. */
const OLD_TLS_CIPHERS = 'DEFAULT@SECLEVEL=0';

/** The TLS part of a client block, following its files: they are read before every request (C-063). */
export class TlsStore {
  /** Whether there are files to watch. */
  readonly isWatched: boolean;
  readonly #config: TlsConfig;
  readonly #effects: HttpEffects;
  #texts: TlsTexts;
  #material: TlsMaterial;

  private constructor(config: TlsConfig, effects: HttpEffects, loaded: { readonly texts: TlsTexts; readonly material: TlsMaterial }) {
    this.#config = config;
    this.#effects = effects;
    this.#texts = loaded.texts;
    this.#material = loaded.material;
    this.isWatched = [config.ca, config.cert, config.key].some((source) => source?.from === 'file');
  }

  /** Loads the material of a client that is being opened. Refuses what is unreadable or unusable. */
  static async open(config: TlsConfig, effects: HttpEffects): Promise<Result<TlsStore, HttpClientError>> {
    try {
      const texts = await readTexts(config, effects);
      return succeeded(new TlsStore(config, effects, { texts, material: makeMaterial(config, texts, 0) }));
    } catch (error) {
      if (error instanceof HttpClientError) return failed(error);
      throw error;
    }
  }

  /** The material last loaded. */
  get current(): TlsMaterial {
    return this.#material;
  }

  /** Reads the files again; other contents make the next revision. */
  async refresh(): Promise<Result<TlsMaterial, HttpClientError>> {
    try {
      const texts = await readTexts(this.#config, this.#effects);
      if (texts.ca !== this.#texts.ca || texts.cert !== this.#texts.cert || texts.key !== this.#texts.key) {
        this.#material = makeMaterial(this.#config, texts, this.#material.revision + 1);
        this.#texts = texts;
      }
      return succeeded(this.#material);
    } catch (error) {
      if (error instanceof HttpClientError) return failed(error);
      throw error;
    }
  }
}

async function readTexts({ ca, cert, key }: TlsConfig, effects: HttpEffects): Promise<TlsTexts> {
  return {
    ca: await readText('CA cert', ca, effects),
    cert: await readText('client cert', cert, effects),
    key: await readText('client key', key, effects),
  };
}

async function readText(what: string, source: TextSource<string | Secret>, effects: HttpEffects): Promise<string | undefined> {
  if (source === undefined) return undefined;
  if (source.from === 'value') return source.value instanceof Secret ? source.value.reveal() : source.value;
  try {
    return Buffer.from(await effects.readFile(source.path)).toString();
  } catch (cause) {
    throw new HttpClientError('LIMPET_HTTP_CLIENT_TLS_FILE', `unable to read ${what}: ${fileProblem(source.path, cause)}`, { cause });
  }
}

function makeMaterial(config: TlsConfig, texts: TlsTexts, revision: number): TlsMaterial {
  let context: SecureContext | undefined;
  const secureContext = (): SecureContext => (context ??= createSecureContext(contextOptions(config, texts)));
  const isPlain = texts.ca === undefined && texts.cert === undefined && config.minVersion === undefined && config.maxVersion === undefined;
  if (!isPlain) {
    checkVersions(config);
    checkAuthority(config, texts);
    try {
      secureContext();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const parts = `client cert (${sourceName(config.cert)}) & key (${sourceName(config.key)})`;
      throw new HttpClientError('LIMPET_HTTP_CLIENT_TLS', `unable to use specified ${parts}: ${message}`, { cause });
    }
  }
  return { revision, secureContext };
}

function contextOptions(config: TlsConfig, { ca, cert, key }: TlsTexts): object {
  const isOld =
    config.minVersion === 'TLS10' || config.minVersion === 'TLS11' || config.maxVersion === 'TLS10' || config.maxVersion === 'TLS11';
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: VERSIONS[config.minVersion ?? 'TLS12'],
    ...(config.maxVersion === undefined ? {} : { maxVersion: VERSIONS[config.maxVersion] }),
    ...(isOld ? { ciphers: OLD_TLS_CIPHERS } : {}),
  };
}

function checkVersions({ minVersion, maxVersion }: TlsConfig): void {
  if (maxVersion === undefined) return;
  const lowest = minVersion ?? 'TLS12';
  if (lowest <= maxVersion) return;
  throw new HttpClientError(
    'LIMPET_HTTP_CLIENT_TLS',
    `tls_config.max_version must be greater than or equal to tls_config.min_version, which is ${lowest}`,
  );
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Node ignores an authority that it cannot read: the handshake would fail later, with nothing that names the file. */
function checkAuthority(config: TlsConfig, { ca }: TlsTexts): void {
  if (ca === undefined) return;
  try {
    const certificates = ca.match(CERTIFICATE) ?? [];
    if (certificates.length > 0) {
      return certificates.forEach(checkCertificate);
    }
  } catch (cause) {
    throw new HttpClientError('LIMPET_HTTP_CLIENT_TLS', `unable to use specified CA cert ${sourceName(config.ca)}`, { cause });
  }
  throw new HttpClientError('LIMPET_HTTP_CLIENT_TLS', `unable to use specified CA cert ${sourceName(config.ca)}`);
}

/** Throws where OpenSSL cannot read it. */
function checkCertificate(pem: string): X509Certificate {
  return new X509Certificate(pem);
}

function sourceName(source: TextSource<unknown>): string {
  return source?.from === 'file' ? source.path : '<inline>';
}
