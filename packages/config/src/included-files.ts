import { block } from './block-decoder.ts';
import type { ScrapeConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { decode } from './decoder.ts';
import type { JobTable } from './job-table.ts';
import { directoryOf } from './path.ts';
import { fieldPlace, INVALID, itemPlace, Reading, refuse } from './reading.ts';
import type { Place } from './reading.ts';
import { scrapeConfigsBlock } from './scrape-config-block.ts';

/** How files besides the main one are reached. */
export interface FileReader {
  /** The text of a file; throws where it cannot be read. */
  readText(path: string): string;
  /** The files that match a shell glob, in order; a pattern without a match has none (C-018). */
  glob(pattern: string): readonly string[];
}

/** Files that `scrape_config_files` may bring in. */
export const INCLUDED_FILES_MAX = 10_000;

/** The jobs of the included files, and what is wrong with those. */
export interface IncludedJobs {
  readonly scrapeConfigs: readonly ScrapeConfig[];
  readonly errors: readonly ConfigError[];
}

const includedFile = block({
  type: 'scrape config file',
  fields: { scrape_configs: scrapeConfigsBlock },
  zero: [],
  build: (values) => values.scrape_configs,
});

/** What included files are read with. */
export interface Including {
  /** The main document, for the places of errors. */
  readonly root: Place;
  readonly jobs: JobTable;
  readonly files: FileReader | undefined;
}

/** Reads the jobs of all files that the patterns match, in pattern order, then glob order (C-051). */
export function readIncludedFiles(patterns: readonly string[], including: Including): IncludedJobs {
  const { root, files } = including;
  const scrapeConfigs: ScrapeConfig[] = [];
  const errors: ConfigError[] = [];
  let fileCount = 0;
  for (const [index, pattern] of patterns.entries()) {
    const place = itemPlace(fieldPlace(root, 'scrape_config_files'), index);
    const paths = matches(pattern, place, files);
    if (paths === INVALID || files === undefined) continue;
    fileCount += paths.length;
    if (fileCount > INCLUDED_FILES_MAX) {
      refuse(place, 'LIMPET_CONFIG_LIMIT', `scrape_config_files match more than ${INCLUDED_FILES_MAX} files`);
      break;
    }
    for (const path of paths) {
      const text = textOf(path, place, files);
      if (text === INVALID) continue;
      const included = readIncluded(path, text, including);
      scrapeConfigs.push(...included.scrapeConfigs);
      errors.push(...included.errors);
    }
  }
  return { scrapeConfigs, errors };
}

function matches(pattern: string, place: Place, files: FileReader | undefined): readonly string[] | typeof INVALID {
  if (files === undefined) return refuse(place, 'LIMPET_CONFIG_NOT_SUPPORTED', 'scrape_config_files cannot be read here');
  try {
    return pattern === '' ? [] : files.glob(pattern);
  } catch (cause) {
    return refuse(place, 'LIMPET_CONFIG_FILE', `error retrieving scrape config files for ${JSON.stringify(pattern)}: ${reason(cause)}`, {
      cause,
    });
  }
}

function textOf(path: string, place: Place, files: FileReader): string | typeof INVALID {
  try {
    return files.readText(path);
  } catch (cause) {
    return refuse(place, 'LIMPET_CONFIG_FILE', `${JSON.stringify(path)}: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'cannot be read';
}

function readIncluded(path: string, text: string, { jobs }: Including): IncludedJobs {
  const reading = new Reading(path, text, directoryOf(path));
  const root = reading.parse();
  const drafts = root === INVALID ? INVALID : decode(includedFile, root);
  const scrapeConfigs = drafts === INVALID ? [] : jobs.add(drafts, JSON.stringify(path));
  return { scrapeConfigs, errors: namingFile(path, reading.errors()) };
}

/** Errors of an included file start with its name in quotes (C-052). */
function namingFile(path: string, errors: readonly ConfigError[]): readonly ConfigError[] {
  return errors.map(
    (error) => new ConfigError(error.code, `${JSON.stringify(path)}: ${error.message}`, error, { hint: error.hint, cause: error.cause }),
  );
}
