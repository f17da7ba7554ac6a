import { parseConfig } from '@limpet/config';
import type { Config } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import { ConfigFiles } from '../check/config-files.ts';
import { targetFiles } from '../check/target-file.ts';
import type { TargetFiles } from '../check/target-file.ts';
import type { CommandIo } from '../io/command-io.ts';

/** One of two configurations with the targets that can be had without an agent. */
export interface ConfigSide {
  readonly config: Config;
  readonly forecast: ReadonlyMap<string, ForecastSet>;
  /** What discovery would complain of, each with its place. */
  readonly warnings: readonly string[];
}

export interface SideOptions {
  /** As the person wrote it. */
  readonly file: string;
  readonly text: string;
  /** Where relative paths of either side start. */
  readonly directory: string;
}

/** Reads target files once for both sides, so that a file that is written meanwhile makes no difference. */
export class SideReader {
  readonly #io: CommandIo;
  readonly #targetFiles = new Map<string, Promise<TargetFiles>>();

  constructor(io: CommandIo) {
    this.#io = io;
  }

  /** The side, or why it does not load: every problem with its place. */
  async read({ file, text, directory }: SideOptions): Promise<ConfigSide | { readonly print: string }> {
    const { cwd, env } = this.#io;
    const parsed = parseConfig({ file, text, directory, env, files: new ConfigFiles(cwd) });
    if (!parsed.ok) return { print: parsed.error.print() };
    const { config, notices } = parsed.value;
    const forecast = new Map<string, ForecastSet>();
    const warnings = notices.flatMap(({ level, message, fields }) => (level === 'warn' ? [`${message} ${JSON.stringify(fields)}`] : []));
    for (const job of config.scrapeConfigs) {
      const set: { groups: ForecastSet['groups'][number][]; undiscovered: ForecastSet['undiscovered'][number][] } = {
        groups: [],
        undiscovered: [],
      };
      for (const section of job.serviceDiscovery) {
        if (section.mechanism === 'static') set.groups.push(...section.groups);
        else if (section.mechanism === 'file') {
          const key = JSON.stringify([job.jobName, section.files]);
          const found = this.#targetFiles.get(key) ?? targetFiles(section, job, cwd);
          this.#targetFiles.set(key, found);
          const { read, faults, warnings: missing } = await found;
          set.groups.push(...read.flatMap(({ groups }) => groups));
          warnings.push(...missing, ...faults.map(({ print }) => print));
        } else set.undiscovered.push(section);
      }
      forecast.set(job.jobName, set);
    }
    return { config, forecast, warnings };
  }
}
