import type { ScrapeConfig } from '@limpet/config';
import { acceptHeader } from '@limpet/exposition';

/** The configuration that a scrape request shows in its headers. */
export type HeaderConfig = Pick<ScrapeConfig, 'scrapeProtocols' | 'metricNameEscapingScheme' | 'enableCompression'>;

/** The headers of a scrape request (S-105, S-106). Seconds are written as the shortest decimal. */
export function scrapeHeaders(
  { scrapeProtocols, metricNameEscapingScheme, enableCompression }: HeaderConfig,
  { userAgent, timeoutMs }: { readonly userAgent: string; readonly timeoutMs: number },
): Readonly<Record<string, string>> {
  return {
    Accept: acceptHeader(scrapeProtocols, metricNameEscapingScheme),
    'Accept-Encoding': enableCompression ? 'gzip' : 'identity',
    'User-Agent': userAgent,
    'X-Prometheus-Scrape-Timeout-Seconds': String(timeoutMs / 1000),
  };
}
