import type { Clock } from '@limpet/driver';
import { failed, succeeded } from '@limpet/model';
import type { DnsAnswer, DnsLookup, DnsQuestion, DnsRecord } from '../src/dns/dns-lookup.ts';

/** How the servers answer about a name: with records, an outcome, or not at all. */
export type ScriptedReply = readonly DnsRecord[] | DnsAnswer['outcome'] | 'silent';

/** DNS servers in memory. What they know of is fully qualified; anything else does not exist. */
export class ScriptedDns implements DnsLookup {
  /** Replies by name; `server name` comes before `name`. */
  readonly replies = new Map<string, ScriptedReply>();
  /** Questions in order, as `server type name`. */
  readonly questions: string[] = [];
  /** The records of the last answer that arrived and left no doubt, by name: the world's own log. */
  readonly arrived = new Map<string, readonly DnsRecord[]>();
  /** The text of `resolv.conf`; `undefined` where it cannot be read. */
  conf: string | undefined = 'nameserver 192.0.2.1\n';
  /** Every server fails. */
  isDown = false;
  /** Milliseconds until an answer arrives. */
  delayMs = 20;
  /** Questions that wait for an answer, and the most that ever did. */
  openCount = 0;
  openCountMax = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async resolvConf(): ReturnType<DnsLookup['resolvConf']> {
    return this.conf === undefined ? failed({ message: 'ENOENT: no such file' }) : succeeded(this.conf);
  }

  ask({ server, name, type, signal }: DnsQuestion): Promise<DnsAnswer> {
    this.questions.push(`${server} ${type} ${name}`);
    const reply = this.isDown ? 'failed' : (this.replies.get(`${server} ${name}`) ?? this.replies.get(name) ?? 'noSuchName');
    this.openCountMax = Math.max(this.openCountMax, ++this.openCount);
    return new Promise((resolve) => {
      const settle = (answer: DnsAnswer): void => {
        signal.removeEventListener('abort', abort);
        this.openCount--;
        if (answer.outcome !== 'failed') this.arrived.set(name, answer.outcome === 'records' ? answer.records : []);
        resolve(answer);
      };
      const timer = reply === 'silent' ? undefined : this.#clock.setTimeout(() => settle(answerOf(reply)), this.delayMs);
      const abort = (): void => {
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        settle({ outcome: 'failed', error: 'ECANCELLED' });
      };
      signal.addEventListener('abort', abort);
    });
  }
}

function answerOf(reply: Exclude<ScriptedReply, 'silent'>): DnsAnswer {
  if (typeof reply !== 'string') return { outcome: 'records', records: reply };
  if (reply === 'failed') return { outcome: 'failed', error: 'ESERVFAIL' };
  return reply === 'records' ? { outcome: 'records', records: [] } : { outcome: 'noSuchName' };
}

/** SRV records that name these addresses, each `host:port`. */
export function srvRecords(...addresses: readonly string[]): readonly DnsRecord[] {
  return addresses.map((address) => {
    const [host = '', port = ''] = address.split(':');
    return { type: 'SRV', host: `${host}.`, port: Number(port) };
  });
}
