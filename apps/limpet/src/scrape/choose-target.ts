import type { ScrapeConfig } from '@limpet/config';
import { labelValue } from '@limpet/model';
import type { Labels, TargetGroup } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { targetsFromGroups } from '@limpet/scrape';
import type { Target } from '@limpet/scrape';
import { targetFiles } from '../check/target-file.ts';
import { CommandError } from '../command-error.ts';
import { discoveredAs } from './wanted-target.ts';
import type { WantedTarget } from './wanted-target.ts';

/** The groups of a job that can be had without waiting for a discovery: static ones and those of target files. */
export async function knownGroups(job: ScrapeConfig, cwd: string): Promise<readonly TargetGroup[]> {
  const groups: TargetGroup[] = [];
  for (const sd of job.serviceDiscovery) {
    if (sd.mechanism === 'static') groups.push(...sd.groups);
    if (sd.mechanism === 'file') for (const file of (await targetFiles(sd, job, cwd)).read) groups.push(...file.groups);
  }
  return groups;
}

/**
 * The target of a job that a person means: the known one with that URL, instance or address; otherwise what the job's
 * relabelling makes of the address alone. Throws a `CommandError` where relabelling drops or spoils it.
 */
export function chooseTarget(wanted: WantedTarget, job: ScrapeConfig, groups: readonly TargetGroup[]): Target {
  const rules = compileRules(job.relabelConfigs, job.metricNameValidationScheme);
  // every dropped one, to tell it from one that is not known
  const known = targetsFromGroups(groups, { ...job, keepDroppedTargets: 0 }, rules);
  const found = [...known.targets.values()].find((target) => isMeant(wanted, target));
  if (found !== undefined) return found;
  if (known.dropped.some(({ discoveredLabels }) => addressOf(discoveredLabels) === wanted.address)) throw dropped(wanted, job);
  const alone = [{ source: 'command line', targets: [discoveredAs(wanted)], labels: [] }];
  const { targets, failures } = targetsFromGroups(alone, job, rules);
  const [failure] = failures;
  if (failure !== undefined) throw new CommandError(`'${wanted.text}' is no target of job '${job.jobName}': ${failure.error}`, 1);
  const [target] = targets.values();
  if (target === undefined) throw dropped(wanted, job);
  return target;
}

function isMeant({ text, address }: WantedTarget, { url, instance, labels }: Target): boolean {
  return url === text || instance === text || (text === address && addressOf(labels) === text);
}

function addressOf(labels: Labels): string {
  return labelValue(labels, '__address__');
}

function dropped({ text }: WantedTarget, { jobName }: ScrapeConfig): CommandError {
  return new CommandError(`'${text}' is dropped by the relabelling of job '${jobName}'`, 1);
}
