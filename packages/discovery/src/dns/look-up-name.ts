import type { DnsRecordType } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { DnsAnswer, DnsLookup, DnsRecord } from './dns-lookup.ts';
import { candidateNames } from './resolv-conf.ts';
import type { ResolvConf } from './resolv-conf.ts';

/** What is looked up, where, and until when. */
export interface NameLookup {
  readonly name: string;
  readonly type: DnsRecordType;
  readonly conf: ResolvConf;
  readonly ask: DnsLookup['ask'];
  readonly signal: AbortSignal;
}

/** The records of a name, or why nothing is known about it. */
export type NameRecords = Result<readonly DnsRecord[], { readonly message: string }>;

/**
 * Looks up a name along the search list (C-132). The first candidate that exists wins, records or not. If no candidate
 * exists there are no records. If any candidate could not be asked about, and none was found, nothing is known.
 * Source: Prometheus 3.14, discovery/dns/dns.go, lookupWithSearchPath.
 */
export async function lookUpName(lookup: NameLookup): Promise<NameRecords> {
  let failure: string | undefined;
  for (const candidate of candidateNames(lookup.name, lookup.conf)) {
    const answer = await askAnyServer(lookup, candidate);
    if (answer.outcome === 'records') return succeeded(answer.records);
    if (answer.outcome === 'failed') failure ??= answer.error;
  }
  if (failure === undefined) return succeeded([]);
  const message = `could not resolve ${JSON.stringify(lookup.name)}: all servers responded with errors to at least one search domain`;
  return failed({ message: `${message} (${failure})` });
}

/** Asks one server after the other until one knows whether the name exists. */
async function askAnyServer({ type, conf, ask, signal }: NameLookup, name: string): Promise<DnsAnswer> {
  const errors: string[] = [];
  for (const server of conf.servers) {
    if (signal.aborted) return { outcome: 'failed', error: 'the lookup was given up' };
    const answer = await ask({ server, name, type, signal });
    if (answer.outcome !== 'failed') return answer;
    errors.push(`${server}: ${answer.error}`);
  }
  return { outcome: 'failed', error: errors.length === 0 ? 'resolv.conf names no server' : `${name} ${errors.join(', ')}` };
}
