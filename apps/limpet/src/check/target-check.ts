import { extname, resolve } from 'node:path';
import { configErrorAt, parseTargetGroups } from '@limpet/config';
import type { FileDiscoveryConfig, ScrapeConfig } from '@limpet/config';
import { FILE_PATH_LABEL, liveFiles } from '@limpet/discovery';
import { labelsFrom } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { targetsFromGroups } from '@limpet/scrape';
import type { ReadFile } from './config-files.ts';
import { faultAt } from './fault.ts';
import type { Fault } from './fault.ts';
import { jobSteps } from './file-reference.ts';

/** What the static and file targets of a job come to. */
export interface JobTargets {
  readonly job: ScrapeConfig;
  readonly targetCount: number;
  /** Targets that relabelling drops. */
  readonly droppedCount: number;
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

export interface TargetCheckOptions {
  readonly cwd: string;
  /** The configuration's own files, to show the place of a fault. */
  readonly files: readonly ReadFile[];
  /** Looks at the configuration alone and opens no target file. */
  readonly syntaxOnly: boolean;
}

/** Takes the static and file targets of a job through its target preparation. */
export async function checkTargets(job: ScrapeConfig, options: TargetCheckOptions): Promise<JobTargets> {
  const faults: Fault[] = [];
  const warnings: string[] = [];
  const counts = { targets: 0, dropped: 0 };
  const rules = compileRules(job.relabelConfigs, job.metricNameValidationScheme);
  const prepare = (groups: readonly TargetGroup[], faultOf: (group: number, target: number, message: string) => Fault): void => {
    const { targets, droppedCount, failures } = targetsFromGroups(groups, job, rules);
    counts.targets += targets.size;
    counts.dropped += droppedCount;
    for (const { source, index, error } of failures) {
      const group = groups.findIndex((candidate) => candidate.source === source);
      faults.push(faultOf(group, index, `job ${JSON.stringify(job.jobName)}: instance ${index} in group ${source}: ${error}`));
    }
  };
  for (const sd of job.serviceDiscovery) {
    if (sd.mechanism === 'static') {
      prepare(sd.groups, (group, target, message) => {
        const steps = [...jobSteps(job.jobName), 'static_configs', group, 'targets', target];
        return faultAt(options.files, steps, 'LIMPET_CONFIG_VALUE', message);
      });
    } else if (sd.mechanism === 'file' && !options.syntaxOnly) {
      const found = await targetFiles(sd, job, options.cwd);
      faults.push(...found.faults);
      warnings.push(...found.warnings);
      for (const { file, text, groups } of found.read) {
        prepare(groups, (group, target, message) => {
          const place = { file, text, steps: [group, 'targets', target], code: 'LIMPET_CONFIG_VALUE', message } as const;
          return { message, print: configErrorAt(place)?.print() ?? message };
        });
      }
    }
  }
  return { job, targetCount: counts.targets, droppedCount: counts.dropped, faults, warnings };
}

interface TargetFile extends ReadFile {
  readonly groups: readonly TargetGroup[];
}

interface TargetFiles {
  readonly read: readonly TargetFile[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly string[];
}

async function targetFiles({ files }: FileDiscoveryConfig, job: ScrapeConfig, cwd: string): Promise<TargetFiles> {
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
