import type { GlobalConfig, ScrapeConfig } from './config.ts';
import { effectiveScrapeConfig } from './effective-scrape-config.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { ScrapeDraft } from './scrape-config-block.ts';

/** The jobs of a configuration, over all its files: each name once (C-040, C-052). */
export class JobTable {
  readonly #global: GlobalConfig;
  readonly #isProtoFirst: boolean;
  /** Where each job was found first. */
  readonly #foundIn = new Map<string, string>();

  constructor(global: GlobalConfig, isProtoFirst: boolean) {
    this.#global = global;
    this.#isProtoFirst = isProtoFirst;
  }

  /** The jobs of one file in effect; those that are wrong are reported and left out. */
  add(drafts: readonly ScrapeDraft[], file: string): readonly ScrapeConfig[] {
    const configs: ScrapeConfig[] = [];
    for (const draft of drafts) {
      const config = effectiveScrapeConfig(draft, this.#global, this.#isProtoFirst);
      const name = draft.values.job_name;
      const first = this.#foundIn.get(name);
      this.#foundIn.set(name, first ?? file);
      if (first !== undefined) {
        const message = `found multiple scrape configs with job name ${JSON.stringify(name)}, first found in ${first}`;
        refuse(fieldPlace(draft.place, 'job_name'), 'LIMPET_CONFIG_CONFLICT', message);
      } else if (config !== INVALID) configs.push(config);
    }
    return configs;
  }
}
