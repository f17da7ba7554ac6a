import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseConfig } from '@limpet/config';
import type { Config, ConfigNotice } from '@limpet/config';
import type { CommandIo } from '../io/command-io.ts';
import { ConfigFiles, noIncludedFiles } from './config-files.ts';
import type { ReadFile } from './config-files.ts';
import { faultAt } from './fault.ts';
import type { Fault } from './fault.ts';
import { fileReferences } from './file-reference.ts';
import type { FileReference } from './file-reference.ts';
import { checkTargets } from './target-check.ts';
import type { JobTargets } from './target-check.ts';

/** What a configuration and the files it refers to come to. */
export interface CheckedConfig {
  readonly config: Config;
  readonly jobs: readonly JobTargets[];
  readonly notices: readonly ConfigNotice[];
  readonly warnings: readonly string[];
  /** Empty where it would run. */
  readonly faults: readonly Fault[];
}

/** A configuration that does not even load. */
export interface UnloadableConfig {
  /** The first line of the error, as Prometheus says it. */
  readonly heading: string;
  /** Every problem with its place; empty where the file cannot be read. */
  readonly print: string;
}

export interface CheckFileOptions {
  readonly file: string;
  readonly text: string;
  readonly syntaxOnly: boolean;
}

/** Checks one configuration as the agent would load it, then what the agent would find only while running (A-082 … A-085). */
export async function checkFile({ file, text, syntaxOnly }: CheckFileOptions, io: CommandIo): Promise<CheckedConfig | UnloadableConfig> {
  const included = new ConfigFiles(io.cwd);
  const parsed = parseConfig({ file, text, env: io.env, files: syntaxOnly ? noIncludedFiles : included });
  if (!parsed.ok) return { heading: parsed.error.message.split('\n', 1)[0] ?? '', print: parsed.error.print() };
  const { config, notices } = parsed.value;
  const files = [{ file, text }, ...included.read];
  const faults = syntaxOnly ? [] : await fileFaults(config, files, included, io.cwd);
  const jobs: JobTargets[] = [];
  for (const job of config.scrapeConfigs) jobs.push(await checkTargets(job, { cwd: io.cwd, files, syntaxOnly }));
  return {
    config,
    jobs,
    notices: notices.filter(({ level }) => level === 'warn'),
    warnings: jobs.flatMap(({ warnings }) => warnings),
    faults: [...faults, ...jobs.flatMap(({ faults }) => faults)],
  };
}

/** Files that must exist and do not. */
async function fileFaults(config: Config, files: readonly ReadFile[], included: ConfigFiles, cwd: string): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const [index, pattern] of config.scrapeConfigFiles.entries()) {
    if (pattern === '' || pattern.includes('*') || included.glob(pattern).length > 0) continue;
    const message = `${JSON.stringify(pattern)} does not point to an existing file`;
    faults.push(faultAt(files, ['scrape_config_files', index], 'LIMPET_CONFIG_FILE', message));
  }
  for (const { path, what, steps } of await missing(fileReferences(config), cwd)) {
    const message = `error checking ${what} ${JSON.stringify(path)}: no such file`;
    faults.push(faultAt(files, steps, 'LIMPET_CONFIG_FILE', message));
  }
  return faults;
}

/** Only existence counts: who checks a configuration often may not read its secrets. */
async function missing(references: readonly FileReference[], cwd: string): Promise<readonly FileReference[]> {
  const exist = await Promise.all(references.map(({ path }) => stat(resolve(cwd, path)).then(Boolean, () => false)));
  return references.filter((_, index) => exist[index] === false);
}
