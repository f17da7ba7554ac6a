import type { DnsRecordType } from '@limpet/config';
import type { Result } from '@limpet/model';

/** DNS as the dns mechanism sees it. */
export interface DnsLookup {
  /** The text of `resolv.conf`, read anew for every refresh. Never rejects; a refusal is in words that may be logged. */
  resolvConf(): Promise<Result<string, { readonly message: string }>>;
  /** Asks one server once. Never rejects, and settles soon after its signal was aborted. */
  ask(question: DnsQuestion): Promise<DnsAnswer>;
}

/** One question to one server. */
export interface DnsQuestion {
  /** IP address of the server. */
  readonly server: string;
  /** Fully qualified, with the final dot. */
  readonly name: string;
  readonly type: DnsRecordType;
  readonly signal: AbortSignal;
}

/** What a server answered. */
export type DnsAnswer =
  /** NOERROR with the records of the type asked for, perhaps none. Others, such as a CNAME on the way, are left out. */
  | { readonly outcome: 'records'; readonly records: readonly DnsRecord[] }
  /** NXDOMAIN: nothing of this name exists. */
  | { readonly outcome: 'noSuchName' }
  /** Any other answer, or none. */
  | { readonly outcome: 'failed'; readonly error: string };

/** A record that names a target. Hosts are fully qualified, with the final dot. */
export type DnsRecord =
  | { readonly type: 'SRV'; readonly host: string; readonly port: number }
  | { readonly type: 'MX' | 'NS'; readonly host: string }
  /** An address as upstream writes it: IPv6 compressed, without brackets. */
  | { readonly type: 'A' | 'AAAA'; readonly address: string };
