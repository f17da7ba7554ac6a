import { redactedUrl } from '@limpet/config';
import type { HttpDiscoveryConfig } from '@limpet/config';
import type { HttpConnection, HttpOutcome } from '@limpet/http-client';
import { failed, labelsFrom, succeeded } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { METRICS } from '../metrics.ts';
import { configOf } from '../provider-table.ts';
import { LazyClient } from '../provider/lazy-client.ts';
import type { OpenRefresher, Refreshed, Refresher } from '../provider/polling-source.ts';
import type { ProviderPorts } from '../provider/provider-ports.ts';

/** An answer of this many bytes or more is refused. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Label that says which URL a group comes from (C-122). */
export const URL_LABEL = '__meta_url';

const JSON_CONTENT_TYPE = /^application\/json(?:;\s*charset=(?:"utf-8"|utf-8))?$/i;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `http_sd_configs`: asks a URL for a JSON list of groups (C-120 … C-122). */
export const openHttpRefresher: OpenRefresher = (provider, ports) => new HttpRefresher(provider, ports);

class HttpRefresher implements Refresher {
  readonly #ports: ProviderPorts;
  readonly #config: HttpDiscoveryConfig;
  readonly #client: LazyClient;
  #connection: HttpConnection | undefined;

  constructor(provider: string, ports: ProviderPorts) {
    this.#ports = ports;
    this.#config = configOf(ports.table, provider, 'http');
    this.#client = new LazyClient(provider, ports, this.#config.httpClient);
  }

  async refresh(signal: AbortSignal): Promise<Refreshed> {
    const client = await this.#client.open();
    if (!client.ok) return client;
    this.#connection ??= client.value.connect(this.#config.url);
    const outcome = await this.#connection.send({
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
    this.#client.end();
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
