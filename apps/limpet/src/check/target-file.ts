import { extname, resolve } from 'node:path';
import { parseTargetGroups } from '@limpet/config';
import type { FileDiscoveryConfig, ScrapeConfig } from '@limpet/config';
import { FILE_PATH_LABEL, liveFiles } from '@limpet/discovery';
import { labelsFrom } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import type { ReadFile } from './config-files.ts';
import type { Fault } from './fault.ts';

/** A target file that reads well. */
export interface TargetFile extends ReadFile {
  readonly groups: readonly TargetGroup[];
}

/** The files that a `file_sd_configs` section names. */
export interface TargetFiles {
  readonly read: readonly TargetFile[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

/** Reads every target file of a section as discovery would; what names no file is a warning. */
export async function targetFiles({ files }: FileDiscoveryConfig, job: ScrapeConfig, cwd: string): Promise<TargetFiles> {
  const read: TargetFile[] = [];
  const faults: Fault[] = [];
  const warnings: string[] = [];
  for (const pattern of files) {
    const paths = await liveFiles.match(resolve(cwd, pattern));
    if (paths.length === 0) {
      warnings.push(`file ${JSON.stringify(pattern)} for file_sd in scrape job ${JSON.stringify(job.jobName)} does not exist`);
    }
    for (const path of paths) {
      const result = await targetFile(path);
      if ('message' in result) faults.push(result);
      else read.push(result);
    }
  }
  return { read, faults, warnings };
}

async function targetFile(file: string): Promise<TargetFile | Fault> {
  const fault = (reason: string, print: string): Fault => ({ message: `checking SD file ${JSON.stringify(file)}: ${reason}`, print });
  const extension = extname(file).toLowerCase();
  if (!['.json', '.yml', '.yaml'].includes(extension)) {
    return fault(`invalid file extension: ${JSON.stringify(extension)}`, `${file}: invalid file extension: ${JSON.stringify(extension)}`);
  }
  let text: string;
  try {
    text = (await liveFiles.read(file)).text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault(reason, `${file}: ${reason}`);
  }
  const parsed = parseTargetGroups({ file, text, format: extension === '.json' ? 'json' : 'yaml' });
  if (!parsed.ok) return fault(parsed.error.errors[0]?.message ?? parsed.error.message, parsed.error.print());
  const groups = parsed.value.map(({ targets, labels }, index) => ({
    source: `${file}:${index}`,
    targets,
    labels: labelsFrom([...labels, [FILE_PATH_LABEL, file]]),
  }));
  return { file, text, groups };
}
