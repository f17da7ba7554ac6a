import { redactedAddress, redactedUrl } from '@limpet/config';
import type { KubernetesDiscoveryConfig, ServiceDiscoveryConfig } from '@limpet/config';
import { formatDuration } from '@limpet/model';
import type { CheckedConfig } from './check-file.ts';
import type { JobTargets } from './target-check.ts';

/** What a configuration would run, a line for each job and receiver; no line holds a secret. */
export function runSummary({ config, jobs }: Pick<CheckedConfig, 'config' | 'jobs'>): readonly string[] {
  const receivers = config.remoteWrite.map(({ url }) => `remote write to ${redactedUrl(url)}`);
  return [...jobs.map(jobLine), ...receivers];
}

function jobLine({ job, targetCount, droppedCount }: JobTargets): string {
  const times = `every ${formatDuration(job.scrapeIntervalMs)}, timeout ${formatDuration(job.scrapeTimeoutMs)}`;
  const dropped = droppedCount === 0 ? '' : ` (${droppedCount} more dropped by relabelling)`;
  const sources = job.serviceDiscovery.flatMap(sourceNames);
  const from = sources.length === 0 ? '' : `, from ${sources.join(', ')}`;
  return `job ${JSON.stringify(job.jobName)} ${times}: ${targetCount} known ${targetCount === 1 ? 'target' : 'targets'}${dropped}${from}`;
}

/** Where the API server is looked for, unless in the cluster around. */
function placeOf({ apiServer, kubeconfigFile }: KubernetesDiscoveryConfig): string {
  if (apiServer !== undefined) return ` at ${redactedUrl(apiServer)}`;
  return kubeconfigFile === '' ? '' : ` by ${kubeconfigFile}`;
}

function sourceNames(sd: ServiceDiscoveryConfig): readonly string[] {
  switch (sd.mechanism) {
    case 'static':
      return ['static'];
    case 'consul':
      return [`consul ${redactedAddress(sd.server)}`];
    case 'docker':
      return [`docker ${redactedUrl(sd.host)}`];
    case 'dns':
      return sd.names.map((name) => `dns ${sd.type} ${name}`);
    case 'file':
      return sd.files.map((pattern) => `file ${pattern}`);
    case 'http':
      return [`http ${redactedUrl(sd.url)}`];
    case 'kubernetes':
      return [`kubernetes ${sd.role}${placeOf(sd)}`];
    case 'push':
      return [`push ${sd.name}`];
  }
}
