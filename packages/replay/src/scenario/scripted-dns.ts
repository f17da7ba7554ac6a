import type { AgentWorld } from '@limpet/agent';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '@limpet/discovery';
import { succeeded } from '@limpet/model';

type Dns = AgentWorld['dns'];

/** The one DNS server of a scenario: records by type and name, `SRV _m._tcp.shop.`. */
export class ScriptedDns implements Dns {
  readonly #records = new Map<string, readonly string[] | null>();

  constructor(records: Readonly<Record<string, readonly string[] | null>>) {
    for (const [question, answers] of Object.entries(records)) this.set(question, answers);
  }

  /** From now on a name has these records; with `null` the server does not answer for it. */
  set(question: string, records: readonly string[] | null): void {
    this.#records.set(withFinalDot(question), records);
  }

  resolvConf(): ReturnType<Dns['resolvConf']> {
    return Promise.resolve(succeeded('nameserver 192.0.2.53\n'));
  }

  ask({ type, name }: DnsQuestion): Promise<DnsAnswer> {
    const records = this.#records.get(`${type} ${name}`);
    if (records === undefined) return Promise.resolve({ outcome: 'noSuchName' });
    if (records === null) return Promise.resolve({ outcome: 'failed', error: 'server misbehaving' });
    return Promise.resolve({ outcome: 'records', records: records.map((text) => recordOf(type, text)) });
  }
}

function recordOf(type: DnsQuestion['type'], text: string): DnsRecord {
  if (type === 'A' || type === 'AAAA') return { type, address: text };
  if (type !== 'SRV') return { type, host: withFinalDot(text) };
  const colon = text.lastIndexOf(':');
  return { type, host: withFinalDot(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

function withFinalDot(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
