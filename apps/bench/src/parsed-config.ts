import { parseConfig } from '@limpet/config';
import type { Config, ScrapeConfig } from '@limpet/config';

/** A configuration as the agent would read it. Throws where it is refused. */
export function parsedConfig(text: string): Config {
  const parsed = parseConfig({ file: 'bench.yml', text });
  if (!parsed.ok) throw parsed.error;
  return parsed.value.config;
}

/** The one job of a configuration. */
export function onlyJob({ scrapeConfigs }: Pick<Config, 'scrapeConfigs'>): ScrapeConfig {
  const [job] = scrapeConfigs;
  if (job === undefined) throw new Error('the configuration has no job');
  return job;
}
