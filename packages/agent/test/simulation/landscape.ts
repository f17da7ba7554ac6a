import type { ScriptedFiles } from './scripted-files.ts';
import { SD_HOST } from './scripted-web.ts';
import type { ScriptedWeb } from './scripted-web.ts';

/** Scrape intervals of the simulation, seconds. */
export const INTERVALS_S = [5, 10, 15] as const;

/** What a job can be configured to be. All of it is visible from outside: in URLs, in samples, or in when they come. */
export interface JobSpec {
  readonly intervalS: number;
  readonly timeoutMs: number;
  /** A URL parameter and, by relabelling, a label: another value is another target with other series. */
  readonly version: string;
  /** Changes without losing the series cache. */
  readonly sampleLimit: number;
  /** Changes and loses it. */
  readonly honorLabels: boolean;
  readonly targetLimit: number;
  readonly source: GroupSource;
}

/** A job that nothing disturbs. */
export const STEADY_JOB: JobSpec = {
  intervalS: 10,
  timeoutMs: 4_250,
  version: '1',
  sampleLimit: 0,
  honorLabels: false,
  targetLimit: 0,
  source: 'static',
};

export type Jobs = Readonly<Record<string, JobSpec>>;

/** Where groups come from. The last three are answers that change while the agent runs. */
export const SOURCES = ['static', 'httpA', 'httpB', 'fileA'] as const;
export type GroupSource = (typeof SOURCES)[number];
export type LiveSource = Exclude<GroupSource, 'static'>;

/** Some targets under one value of the label `env`; an empty value is no label. */
export interface Group {
  readonly env: string;
  readonly targets: readonly string[];
}

const STATIC_GROUPS: readonly Group[] = [{ env: '', targets: ['t1', 't2'] }];
const HTTP_PATHS = { httpA: '/a', httpB: '/b' } as const;
const FILE_PATH = '/sd/a.json';
const PORT = 9100;

/** How often `http_sd_configs` are asked again, seconds. */
const REFRESH_S = 10;

/** The discovery section of a job by source. */
const SECTIONS: Readonly<Record<GroupSource, { readonly kind: string; readonly blocks: readonly object[] }>> = {
  static: { kind: 'static', blocks: STATIC_GROUPS.map(groupBlock) },
  fileA: { kind: 'file_sd', blocks: [{ files: [FILE_PATH] }] },
  httpA: { kind: 'http_sd', blocks: [{ url: `http://${SD_HOST}${HTTP_PATHS.httpA}`, refresh_interval: `${REFRESH_S}s` }] },
  httpB: { kind: 'http_sd', blocks: [{ url: `http://${SD_HOST}${HTTP_PATHS.httpB}`, refresh_interval: `${REFRESH_S}s` }] },
};

/** The configuration text of some jobs; JSON, which is YAML. */
export function configTextOf(jobs: Jobs): string {
  return JSON.stringify({
    scrape_configs: Object.entries(jobs).map(([job, spec]) => ({
      job_name: job,
      scrape_interval: `${spec.intervalS}s`,
      scrape_timeout: `${spec.timeoutMs}ms`,
      metrics_path: `/${job}`,
      params: { version: [spec.version] },
      sample_limit: spec.sampleLimit,
      relabel_configs: [{ target_label: 'version', replacement: spec.version }],
      honor_labels: spec.honorLabels,
      target_limit: spec.targetLimit,
      [`${SECTIONS[spec.source].kind}_configs`]: SECTIONS[spec.source].blocks,
    })),
  });
}

/** `env` is a label of the series and a parameter of the URL, so that a URL stands for one target. */
function groupBlock({ env, targets }: Group): object {
  const labels = env === '' ? {} : { env, __param_env: env };
  return { targets: targets.map((name) => `${name}:${PORT}`), labels };
}

/** Puts the groups of a source where the agent will find them. */
export function provide(
  { web, files }: { readonly web: ScriptedWeb; readonly files: ScriptedFiles },
  source: LiveSource,
  groups: readonly Group[],
): void {
  const text = JSON.stringify(groups.map(groupBlock));
  if (source === 'fileA') files.write(FILE_PATH, text);
  else web.groups.set(HTTP_PATHS[source], text);
}

/** One target that should be scraped. */
export interface Wanted {
  readonly job: string;
  readonly url: string;
  readonly intervalS: number;
  /** `job/instance/env/version`: names the target's series. */
  readonly series: string;
  /** More targets than the job's limit: no request may be made. */
  readonly isForced: boolean;
}

/** The targets that a configuration and the answers of discovery ask for, computed from these alone. */
export function wantedTargets(jobs: Jobs, answers: ReadonlyMap<LiveSource, readonly Group[]>): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const [job, spec] of Object.entries(jobs)) {
    const groups = spec.source === 'static' ? STATIC_GROUPS : (answers.get(spec.source) ?? []);
    for (const target of wantedOfJob(job, spec, groups)) wanted.set(target.url, target);
  }
  return wanted;
}

function wantedOfJob(job: string, { version, intervalS, targetLimit }: JobSpec, groups: readonly Group[]): readonly Wanted[] {
  const found = new Map<string, Omit<Wanted, 'isForced'>>();
  for (const { env, targets } of groups) {
    for (const name of targets) {
      const url = `http://${name}:${PORT}/${job}?${env === '' ? '' : `env=${env}&`}version=${version}`;
      found.set(url, { job, url, intervalS, series: seriesKey({ job, instance: `${name}:${PORT}`, env, version }) });
    }
  }
  const isForced = targetLimit > 0 && found.size > targetLimit;
  return [...found.values()].map((target) => Object.assign(target, { isForced }));
}

/** Names the series of a target by the labels that tell targets apart. */
export function seriesKey({ job = '', instance = '', env = '', version = '' }: Readonly<Record<string, string>>): string {
  return [job, instance, env, version].join('/');
}
