import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The program that every Debian has. */
const OPENSSL = 'openssl';

/** A self-signed certificate, valid as its own authority. `names` as OpenSSL writes them: `DNS:localhost,IP:127.0.0.1`. */
export function selfSigned(names: string, { days = 2 }: { readonly days?: number } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-cert-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=limpet-test', '-addext', `subjectAltName=${names}`, '-days', String(days)];
    execFileSync(
      OPENSSL,
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'pipe' },
    );
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
