import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Not a dependency: whoever runs these tests has it. */
const OPENSSL = 'openssl';

/** A certificate and its key, as files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A folder that goes away with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-api-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a certificate with openssl: signed by an issuer, or by itself. */
export function makeCertificate(
  folder: string,
  name: string,
  { names = 'DNS:localhost,IP:127.0.0.1', issuer }: { readonly names?: string; readonly issuer?: Certificate } = {},
): Certificate {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const signing = issuer === undefined ? [] : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certFile];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', '2'];
  execFileSync(OPENSSL, ['req', '-x509', ...key, ...subject, ...signing], { stdio: 'pipe' });
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
