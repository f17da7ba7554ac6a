import type { DnsDiscoveryConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { METRICS } from '../metrics.ts';
import { configOf } from '../provider-table.ts';
import type { OpenRefresher, Refreshed, Refresher } from '../provider/polling-source.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { dnsGroup } from './dns-group.ts';
import { lookUpName } from './look-up-name.ts';
import type { NameRecords } from './look-up-name.ts';
import { parseResolvConf } from './resolv-conf.ts';

/** Names of one section that are looked up at the same time; further ones wait. */
export const LOOKUPS_AT_ONCE_MAX = 256;
/** Milliseconds after which the lookup of one name, all its servers and search domains together, counts as failed. */
export const LOOKUP_MS_MAX = 60_000;

/** `dns_sd_configs`: looks up all names of the section; each is a group of its own (C-130 … C-133). */
export const openDnsRefresher: OpenRefresher = (provider, ports) => new DnsRefresher(provider, ports);

/**
 * How long a refresh may take, in milliseconds: as long as its names may, so that one whose servers are silent does not
 * fail the others, however short the refresh interval is (C-133).
 */
export function dnsDeadlineMs({ names }: DnsDiscoveryConfig): number {
  return (Math.ceil(names.length / LOOKUPS_AT_ONCE_MAX) + 1) * LOOKUP_MS_MAX;
}

class DnsRefresher implements Refresher {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #config: DnsDiscoveryConfig;

  constructor(provider: string, ports: ProviderPorts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#config = configOf(ports.table, provider, 'dns');
  }

  /** Succeeds even where names failed, as upstream's does: those keep their groups and are counted on their own. */
  async refresh(signal: AbortSignal): Promise<Refreshed> {
    const { names, port } = this.#config;
    const resolvConf = await this.#ports.dns.resolvConf();
    const lookUp = async (name: string): Promise<NameRecords> => {
      if (!resolvConf.ok) return failed({ message: `could not load resolv.conf: ${resolvConf.error.message}` });
      const { type } = this.#config;
      return this.#limited(signal, (limited) =>
        lookUpName({
          name,
          type,
          conf: parseResolvConf(resolvConf.value),
          ask: (question) => this.#ports.dns.ask(question),
          signal: limited,
        }),
      );
    };
    const looked = await mapAtMost(LOOKUPS_AT_ONCE_MAX, names, async (name) => ({ name, found: await lookUp(name) }));
    // A refresh that was given up is no verdict on the names.
    if (signal.aborted) return failed({ message: 'the refresh was given up' });
    const known = this.#ports.table.groupsOf(this.#provider);
    const groups: TargetGroup[] = [];
    for (const { name, found } of looked) {
      this.#note(name, found);
      const group = found.ok ? dnsGroup(name, found.value, port) : known.get(name);
      if (group !== undefined) groups.push(group);
    }
    return succeeded(groups);
  }

  /** Lookups count for themselves. */
  noteFailure(): void {}

  /** Nothing stays open between refreshes. */
  end(): void {}

  /** Runs a lookup with a signal that is aborted when the refresh is, or when the lookup takes too long. */
  async #limited<Outcome>(signal: AbortSignal, work: (limited: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    const { clock } = this.#ports.driver;
    const late = new AbortController();
    const timer = clock.setTimeout(() => late.abort(), LOOKUP_MS_MAX);
    const disarm = (): void => clock.clearTimeout(timer);
    signal.addEventListener('abort', disarm, { once: true });
    try {
      return await work(AbortSignal.any([signal, late.signal]));
    } finally {
      disarm();
      signal.removeEventListener('abort', disarm);
    }
  }

  #note(name: string, found: NameRecords): void {
    this.#ports.metrics.add(METRICS.dnsLookups, [], 1);
    if (found.ok) return;
    this.#ports.metrics.add(METRICS.dnsLookupFailures, [], 1);
    this.#ports.log.error('name cannot be looked up, its last targets stay', {
      code: 'LIMPET_DNS_SD_LOOKUP',
      provider: this.#provider,
      name,
      error: found.error.message,
    });
  }
}

/** Works on all items, at most so many at once; results stand in the order of the items. */
async function mapAtMost<Item, Outcome>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) outcomes[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return outcomes;
}
