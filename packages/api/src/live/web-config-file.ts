import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { parseWebConfig } from '@limpet/config';
import type { ConfigErrors, TlsServerConfig, WebConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { tlsOptions } from '../web/tls-options.ts';
import { WebConfigError } from '../web/web-config-error.ts';

/** Bytes that a web configuration, a certificate or a key may have. */
const FILE_BYTES_MAX = 1024 ** 2;

/** A web configuration with the certificates that it names. */
export interface LoadedWebConfig {
  readonly config: WebConfig;
  /** Undefined: plain HTTP. */
  readonly tls: { readonly config: TlsServerConfig; readonly options: SecureContextOptions } | undefined;
}

export type WebConfigOutcome = Result<LoadedWebConfig, ConfigErrors | WebConfigError>;

/**
 * A web configuration on disk. `current` is asked for every request and handshake: it looks whether the files have
 * changed and reads them only then; until they change again the outcome, good or bad, is the very same object.
 */
export class WebConfigFile {
  readonly #path: string;
  readonly #seen = new Map<string, string>();
  #outcome: WebConfigOutcome | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  current(): WebConfigOutcome {
    const isFresh = this.#outcome !== undefined && [...this.#seen].every(([path, print]) => fingerprint(path) === print);
    if (isFresh && this.#outcome !== undefined) return this.#outcome;
    this.#seen.clear();
    return (this.#outcome = this.#load());
  }

  #load(): WebConfigOutcome {
    try {
      const parsed = parseWebConfig({ file: this.#path, text: this.#read(this.#path, 'the web configuration') });
      if (!parsed.ok) return parsed;
      const { tls } = parsed.value;
      return succeeded({ config: parsed.value, tls: tls === undefined ? undefined : { config: tls, options: this.#loadTls(tls) } });
    } catch (error) {
      if (error instanceof WebConfigError) return failed(error);
      throw error;
    }
  }

  #loadTls(config: TlsServerConfig): SecureContextOptions {
    const { cert, key, clientCa } = config;
    const options = tlsOptions(config, {
      cert: cert.from === 'file' ? this.#read(cert.path, 'cert_file') : cert.value,
      key: key.from === 'file' ? this.#read(key.path, 'key_file') : key.value.reveal(),
      clientCa: clientCa?.from === 'file' ? this.#read(clientCa.path, 'client_ca_file') : clientCa?.value,
    });
    try {
      createSecureContext(options);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new WebConfigError('LIMPET_WEB_CONFIG_TLS', `${this.#path}: failed to load the certificate and its key: ${reason}`, { cause });
    }
    return options;
  }

  /** Notes what the file looks like before it is read, so that a change in between is seen the next time. */
  #read(path: string, what: string): string {
    this.#seen.set(path, fingerprint(path));
    try {
      if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`more than ${FILE_BYTES_MAX} bytes`);
      return readFileSync(path, 'utf8');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new WebConfigError('LIMPET_WEB_CONFIG_FILE', `failed to read ${what} (${path}): ${reason}`, { cause });
    }
  }
}

/** Checks a web configuration with every file that it names. */
export function checkWebConfig(path: string): Result<WebConfig, ConfigErrors | WebConfigError> {
  const outcome = new WebConfigFile(path).current();
  return outcome.ok ? succeeded(outcome.value.config) : outcome;
}

/** What tells one state of a file from another, as far as the file system knows. */
function fingerprint(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}
