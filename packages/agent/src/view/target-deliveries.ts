import type { RemoteWrite, ScrapeDelivery } from '@limpet/remote-write';
import type { ScrapeTables } from '@limpet/scrape';
import { isNamed } from './target-ticks.ts';

/** Which scrapes `agent.deliveries()` looks for. */
export interface DeliveriesQuery {
  /** The id of a loop, the scrape URL or the instance label of targets. */
  readonly target: string;
  /** Time of the sample; wall milliseconds. */
  readonly atMs: number;
}

/** How far from the time asked for a scrape may be, where the interval of its target is not known. */
const INTERVAL_MS = 60_000;

/** For each target of a name the scrape in the log that is nearest to a time, and how far it is on its way. */
export async function targetDeliveries(
  receivers: Pick<RemoteWrite, 'deliveries'>,
  { loops }: Pick<ScrapeTables, 'loops'>,
  { target: name, atMs }: DeliveriesQuery,
): Promise<readonly ScrapeDelivery[] | undefined> {
  const named = [...loops.values()].filter((entry) => isNamed(entry, name));
  const ids = new Set(named.map(({ id }) => id.slice(0, id.lastIndexOf('~'))));
  const slackMs = named.reduce((longest, { target }) => Math.max(longest, target.intervalMs), named.length === 0 ? INTERVAL_MS : 0);
  const isWanted = ({ job, targetId }: { readonly job: string; readonly targetId: string }): boolean =>
    ids.has(`${job}/${targetId}`) || targetId === name || targetId.startsWith(`${name}#`);
  const found = await receivers.deliveries({ fromMs: atMs - slackMs, toMs: atMs + slackMs, isWanted });
  if (found === undefined) return undefined;
  const nearest = new Map<string, ScrapeDelivery>();
  for (const delivery of found) {
    const { job, targetId, timestampMs } = delivery.scrape;
    const known = nearest.get(`${job}/${targetId}`);
    if (known !== undefined && Math.abs(known.scrape.timestampMs - atMs) <= Math.abs(timestampMs - atMs)) continue;
    nearest.set(`${job}/${targetId}`, delivery);
  }
  return [...nearest.values()];
}
