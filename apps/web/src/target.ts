export type Health = 'up' | 'down' | 'unknown';
export type Labels = Readonly<Record<string, string>>;

/** One scrape target as the page keeps it. Times are RFC 3339, durations seconds. */
export interface Target extends TargetOutcome {
  readonly pool: string;
  readonly labels: Labels;
  readonly discoveredLabels: Labels;
  readonly scrapeUrl: string;
  readonly globalUrl: string;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  /** Labels, URL and pool in lower case, for search. */
  readonly searchText: string;
}

/** What changes with every scrape. */
export interface TargetOutcome {
  readonly id: string;
  readonly health: Health;
  /** State of the loop's machine, dotted. */
  readonly state: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly lastSamplesScraped: number;
  readonly lastResponseBytes: number;
  readonly scrapesTotal: number;
  readonly scrapesFailed: number;
}

/** A target as the API writes it. */
export interface ApiTarget {
  readonly labels: Labels;
  readonly discoveredLabels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly globalUrl: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly health: Health;
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  readonly limpet: Omit<TargetOutcome, 'health' | 'lastError' | 'lastScrape' | 'lastScrapeDuration'>;
}

/** One message of the live stream. */
export interface TargetsMessage {
  readonly upserted: readonly ApiTarget[];
  readonly updated: readonly TargetOutcome[];
  readonly removed: readonly string[];
}

export function targetFrom({ limpet, scrapePool, ...rest }: ApiTarget): Target {
  const words = [scrapePool, rest.scrapeUrl, ...Object.entries(rest.labels).map(([name, value]) => `${name}="${value}"`)];
  return { ...rest, ...limpet, pool: scrapePool, searchText: words.join(' ').toLowerCase() };
}

/** The targets after one message. The map is new; targets that did not change are the same objects. */
export function applyMessage(before: ReadonlyMap<string, Target>, message: TargetsMessage): ReadonlyMap<string, Target> {
  const after = new Map(before);
  for (const id of message.removed) after.delete(id);
  for (const apiTarget of message.upserted) after.set(apiTarget.limpet.id, targetFrom(apiTarget));
  for (const outcome of message.updated) {
    const known = after.get(outcome.id);
    if (known !== undefined) after.set(outcome.id, { ...known, ...outcome });
  }
  return after;
}
