import { redactedUrl } from '@limpet/config';
import type { HttpDiscoveryConfig } from '@limpet/config';
import type { TimerHandle } from '@limpet/driver';
import type { HttpClient, HttpConnection, HttpOutcome } from '@limpet/http-client';
import { failed, labelsFrom, succeeded } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { METRICS } from '../metrics.ts';
import { configOf } from '../provider-table.ts';
import type { HttpClientOpened } from '../ports.ts';
import type { OpenRefresher, Refreshed, Refresher } from '../provider/polling-source.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';

/** An answer of this many bytes or more is refused. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Milliseconds for reading the files that a client needs: a file system that has gone away never answers. */
export const OPENING_MS_MAX = 30_000;
/** Openings that hang at the same time, each of which may hold a thread of the pool. */
export const HANGING_OPENINGS_MAX = 2;
/** Label that says which URL a group comes from (C-122). */
export const URL_LABEL = '__meta_url';

const JSON_CONTENT_TYPE = /^application\/json(?:;\s*charset=(?:"utf-8"|utf-8))?$/i;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `http_sd_configs`: asks a URL for a JSON list of groups (C-120 … C-122). */
export const openHttpRefresher: OpenRefresher = (provider, ports) => new HttpRefresher(provider, ports);

class HttpRefresher implements Refresher {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #config: HttpDiscoveryConfig;
  #client: HttpClient | undefined;
  #connection: HttpConnection | undefined;
  #opening: Promise<HttpConnection | string> | undefined;
  #deadline: TimerHandle | undefined;
  /** Openings that missed their deadline and have not come to an end since. */
  #hangingCount = 0;
  #hasEnded = false;

  constructor(provider: string, ports: ProviderPorts) {
    this.#provider = provider;
    this.#ports = ports;
    this.#config = configOf(ports.table, provider, 'http');
  }

  async refresh(signal: AbortSignal): Promise<Refreshed> {
    const connection = await this.#open();
    if (typeof connection === 'string') return failed({ message: connection });
    const outcome = await connection.send({
      method: 'GET',
      url: this.#config.url,
      headers: {
        Accept: 'application/json',
        'X-Prometheus-Refresh-Interval-Seconds': String(this.#config.refreshIntervalMs / 1000),
      },
      signal,
      inflate: false,
      bodyLimitBytes: ANSWER_BYTES_MAX,
    });
    return readAnswer(outcome, this.#config.url, this.#ports);
  }

  noteFailure(): void {
    this.#ports.metrics.add(METRICS.httpFailures, [], 1);
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#deadline !== undefined) this.#ports.driver.clock.clearTimeout(this.#deadline);
    this.#connection?.close();
    this.#client?.close();
    this.#ports.failedProviders.delete(this.#provider);
  }

  /** The connection, opened with the first refresh that finds the client's files in order; otherwise why not. */
  #open(): Promise<HttpConnection | string> {
    // A refresh that is given up leaves the opening to the next one.
    this.#opening ??= this.#openClient().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openClient(): Promise<HttpConnection | string> {
    if (this.#connection !== undefined) return this.#connection;
    if (this.#hangingCount >= HANGING_OPENINGS_MAX) return 'the HTTP client cannot be opened: earlier attempts still hang';
    const opened = await this.#openInTime();
    if (opened === undefined) return `the HTTP client could not be opened within ${OPENING_MS_MAX / 1000} s`;
    if (this.#hasEnded) {
      if (opened.ok) opened.value.close();
      return 'the provider has ended';
    }
    if (!opened.ok) {
      this.#ports.failedProviders.add(this.#provider);
      return opened.error.message;
    }
    this.#ports.failedProviders.delete(this.#provider);
    this.#client = opened.value;
    this.#connection = this.#client.connect(this.#config.url);
    return this.#connection;
  }

  /** What opening gives, or undefined where it hangs: what comes of that later is closed, and the next refresh tries anew. */
  async #openInTime(): Promise<HttpClientOpened | undefined> {
    const { clock } = this.#ports.driver;
    const opening = this.#ports.openHttpClient(this.#config.httpClient);
    const late = Promise.withResolvers<undefined>();
    this.#deadline = clock.setTimeout(() => late.resolve(undefined), OPENING_MS_MAX);
    const opened = await Promise.race([opening, late.promise]);
    clock.clearTimeout(this.#deadline);
    if (opened === undefined) {
      this.#hangingCount++;
      const forget = (late?: HttpClientOpened): void => {
        this.#hangingCount--;
        if (late?.ok) late.value.close();
      };
      opening.then(forget, () => forget());
    }
    return opened;
  }
}

/** Groups of an answer, or why it cannot be used (C-121). The URL stands in sources as configured, in labels without its password. */
function readAnswer(outcome: HttpOutcome, url: string, { parseTargetGroups }: Pick<ProviderPorts, 'parseTargetGroups'>): Refreshed {
  if (!outcome.ok) return failed({ message: outcome.error });
  if (outcome.status !== 200) return failed({ message: `server returned HTTP status ${outcome.status} ${outcome.statusText}`.trim() });
  const contentType = [outcome.headers['content-type'] ?? ''].flat().join(', ').trim();
  if (!JSON_CONTENT_TYPE.test(contentType)) return failed({ message: `unsupported content type ${JSON.stringify(contentType)}` });
  const parsed = parseTargetGroups({ file: 'http_sd answer', text: decoder.decode(outcome.body), format: 'json' });
  return parsed.ok ? succeeded(parsed.value.map((group, index) => urlGroup(url, index, group))) : failed(parsed.error);
}

function urlGroup(url: string, index: number, { targets, labels }: Omit<TargetGroup, 'source'>): TargetGroup {
  return { source: `${url}:${index}`, targets, labels: labelsFrom([...labels, [URL_LABEL, redactedUrl(url)]]) };
}
