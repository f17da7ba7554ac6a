import { configErrorAt } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import type { TargetGroup } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { targetsFromGroups } from '@limpet/scrape';
import type { ReadFile } from './config-files.ts';
import { faultAt } from './fault.ts';
import type { Fault } from './fault.ts';
import { jobSteps } from './file-reference.ts';
import { targetFiles } from './target-file.ts';

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
