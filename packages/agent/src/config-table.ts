import type { Config, ScrapeConfig } from '@limpet/config';
import { failed, silentLog } from '@limpet/model';
import type { Log } from '@limpet/model';
import type { ConfigSource } from './config-source.ts';
import type { EffectResult } from './root/agent-ports.ts';

/** Whole configurations kept: the one in force and a few more, for views. Jobs are kept by the scrape ports as long as loops name them. */
export const CONFIG_REVISIONS_KEPT = 16;

export interface ConfigTableOptions {
  readonly source: ConfigSource;
  /** Shared with the scrape ports: job configurations by revision. */
  readonly jobs: Map<number, ReadonlyMap<string, ScrapeConfig>>;
  readonly log?: Log;
  /** Told when a configuration was read for the first time, before any part takes it on. */
  readonly onFirst?: () => void;
}

/** Configurations by revision: what the root machine knows by number only. */
export class ConfigTable {
  readonly #options: ConfigTableOptions;
  readonly #configs = new Map<number, Config>();
  #first: Config | undefined;

  constructor(options: ConfigTableOptions) {
    this.#options = options;
  }

  get(rev: number): Config | undefined {
    return this.#configs.get(rev);
  }

  /** The configuration that the process started with: what cannot be reloaded is taken from it (C-183). */
  first(): Config | undefined {
    return this.#first;
  }

  /** The configuration loaded last. */
  newest(): Config | undefined {
    return [...this.#configs.values()].at(-1);
  }

  /** Loads from the source and keeps the result under the revision. Never rejects. */
  async load(rev: number): Promise<EffectResult> {
    const { source, jobs, log = silentLog } = this.#options;
    const loaded = await loadedFrom(source);
    if (!loaded.ok) return { ok: false, error: `couldn't load configuration (${source.name}): ${loaded.error.message}` };
    const { config, notices } = loaded.value;
    for (const { level, message, fields } of notices) log[level](message, fields);
    this.#configs.set(rev, config);
    if (this.#first === undefined) this.#options.onFirst?.();
    this.#first ??= config;
    jobs.set(rev, new Map(config.scrapeConfigs.map((job) => [job.jobName, job])));
    for (const old of [...this.#configs.keys()].slice(0, -CONFIG_REVISIONS_KEPT)) this.#configs.delete(old);
    return { ok: true };
  }
}

/** What a source loads; one that rejects, against its contract, is refused with its own words. */
async function loadedFrom(source: ConfigSource): ReturnType<ConfigSource['load']> {
  try {
    return await source.load();
  } catch (cause) {
    return failed({ code: 'LIMPET_CONFIG_READ', message: `the source failed: ${String(cause)}` });
  }
}
