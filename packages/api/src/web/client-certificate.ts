import type { TlsServerConfig } from '@limpet/config';

/** What a handshake showed about the client. */
export interface ClientHandshake {
  /** Its certificate chain leads to a CA that is trusted for clients. */
  readonly isVerified: boolean;
  /** `subjectAltName` of its certificate as OpenSSL writes it; undefined where there is no certificate at all. */
  readonly certificate: { readonly subjectAltName: string | undefined } | undefined;
}

/** Why a client is turned away after its handshake; `undefined` where it may stay. */
export function clientRefusal(
  tls: Pick<TlsServerConfig, 'clientAuthType' | 'clientAllowedSans'>,
  client: ClientHandshake,
): string | undefined {
  const { certificate, isVerified } = client;
  const { clientAuthType, clientAllowedSans } = tls;
  if (clientAuthType.startsWith('Require') && certificate === undefined) return 'client did not provide a certificate';
  const mustVerify = clientAuthType === 'RequireAndVerifyClientCert' || clientAuthType === 'VerifyClientCertIfGiven';
  if (mustVerify && certificate !== undefined && !isVerified) return 'the client certificate is not signed by a trusted CA';
  if (clientAllowedSans === undefined) return undefined;
  const names = alternativeNames(certificate?.subjectAltName ?? '');
  return names.some((name) => clientAllowedSans.includes(name)) ? undefined : 'could not find allowed SANs in client cert';
}

const NAME = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy;

/**
 * DNS names, addresses, e-mail addresses and URIs of a certificate. A name that could be mistaken for several stands
 * between quotes; whatever does not read as a list of names ends it.
 */
export function alternativeNames(subjectAltName: string): readonly string[] {
  const names: string[] = [];
  for (const [, kind, written = ''] of subjectAltName.matchAll(NAME)) {
    const name = written.startsWith('"') ? unquoted(written) : written;
    if (kind === 'DNS' || kind === 'email' || kind === 'URI') names.push(name);
    else if (kind === 'IP Address') names.push(canonicalAddress(name));
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}

/** OpenSSL writes IPv6 addresses in full; configurations have them in their short form. */
function canonicalAddress(address: string): string {
  return address.includes(':') ? (URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address) : address;
}
