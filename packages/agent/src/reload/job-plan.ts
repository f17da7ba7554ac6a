import { changedFields, equalConfigs, isCacheReusable, sectionField } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import type { Labels } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import { buildTargets, tableAfter, targetChanges, targetLimitError } from '@limpet/scrape';
import type { LoopSpec, LoopTable, PoolWork, RunningLoop, Target } from '@limpet/scrape';
import { LoopFates } from './loop-fates.ts';
import type { LoopChange, LoopFate } from './loop-fates.ts';
import { gapBetween } from './reload-gap.ts';
import type { ReloadGap } from './reload-gap.ts';

/** What a reload does to the loops of one job, at once; with the next sync they follow their targets. */
export type JobChange = 'added' | 'removed' | 'kept' | 'retargeted' | 'restarted';

/** Why a loop changes. `fields` as the configuration spells them. */
export type ChangeReason =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'jobAdded' }
  | { readonly kind: 'jobRemoved' }
  | { readonly kind: 'fieldsChanged'; readonly fields: readonly string[] }
  /** Discovery knows of it already: the loop would change without the reload too. */
  | { readonly kind: 'targetsChanged' };

/** What becomes of one loop. `unknown`: it ends unless a section that is new finds its target too. */
export interface LoopPlan {
  /** The running loop; undefined where the loop is new. */
  readonly id: string | undefined;
  readonly url: string;
  /** Labels that the target's series get, afterwards; those of before where the loop goes. */
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly change: LoopChange | 'unknown';
  readonly reason: ChangeReason;
  readonly gap: ReloadGap;
  /** The steps that touch it: the reload at once, the sync at the next tick (S-026). Empty where it is kept. */
  readonly steps: readonly PoolWork[];
}

export interface JobPlan {
  readonly job: string;
  readonly change: JobChange;
  /** Fields in which the job differs, as the configuration spells them. */
  readonly changedFields: readonly string[];
  /** Loops that run, in their order, then those that are new. */
  readonly loops: readonly LoopPlan[];
  /** Sections whose targets are unknown until they are discovered, as the configuration spells them. */
  readonly undiscovered: readonly string[];
  readonly droppedCount: number;
  /** Targets that cannot be built (S-037). */
  readonly failedCount: number;
  /** The error that `target_limit` forces upon every loop of the job: none is scraped (S-044). */
  readonly forced: string | null;
}

/** A pool that runs, or that would run under the older of two files. */
export interface PlannedPool {
  /** Configuration and revision in force. */
  readonly config: ScrapeConfig;
  readonly cfgRev: number;
  readonly seed: bigint;
  /** Number of the last generation given out. */
  readonly generation: number;
  /** The targets that the loops match, by key. */
  readonly targets: ReadonlyMap<string, Target>;
  /** The loops that run, by target key. */
  readonly loops: LoopTable;
  /** The job under an older revision that a loop may still name. */
  readonly configOf: (cfgRev: number) => ScrapeConfig | undefined;
}

export interface JobPlanInput {
  readonly job: string;
  /** The job as it is configured now; undefined for one that is new. */
  readonly before: ScrapeConfig | undefined;
  /** Undefined for a job that goes. */
  readonly after: ScrapeConfig | undefined;
  /** Undefined where none runs yet. */
  readonly pool: PlannedPool | undefined;
  readonly forecast: ForecastSet;
}

/** How long work may hold the thread is the caller's business. */
export interface PlanPause {
  /** Lets other work run between two slices of targets. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Fields that enter a target's labels or URL, by which targets come and go (S-026); sections of discovery do as well. */
const TARGET_FIELDS: ReadonlySet<string> = new Set([
  'scheme',
  'metrics_path',
  'params',
  'scrape_interval',
  'scrape_timeout',
  'relabel_configs',
  'metric_name_validation_scheme',
  'scrape_native_histograms',
  'convert_classic_histograms_to_nhcb',
  'always_scrape_classic_histograms',
  'static_configs',
  'file_sd_configs',
  'http_sd_configs',
  'dns_sd_configs',
  'consul_sd_configs',
  'docker_sd_configs',
  'kubernetes_sd_configs',
  'push_sd_configs',
]);

/** Stands for the revision that a candidate would get: no loop runs under it. */
const CANDIDATE_REV = -1;
const NO_TARGETS: ReadonlyMap<string, Target> = new Map();

/**
 * What applying a configuration does to the loops of a job: first its pool takes on the configuration for the targets
 * that it has, then it syncs with those that discovery knows by then. The same functions decide as in the pool.
 * Undefined where the signal fired.
 */
export async function jobPlan({ job, before, after, pool, forecast }: JobPlanInput, pause: PlanPause): Promise<JobPlan | undefined> {
  const old = pool?.config ?? before;
  if (after === undefined) return removedJob(job, pool, forecast);
  const fields = old === undefined ? [] : changedFields(old, after);
  const isChanged = pool !== undefined && !equalConfigs(pool.config, after);
  const seed = pool?.seed ?? 0n;
  const known = pool?.targets ?? NO_TARGETS;
  const cfgRev = pool === undefined || isChanged ? CANDIDATE_REV : pool.cfgRev;
  const isReusable = (rev: number): boolean => {
    const under = pool?.configOf(rev);
    return under !== undefined && isCacheReusable(under, after);
  };
  const fates = new LoopFates();
  let table: LoopTable = pool?.loops ?? {};
  let generation = pool?.generation ?? 0;
  const reconcile = (work: PoolWork, targets: ReadonlyMap<string, Target>): void => {
    const running = Object.values(table);
    const input = { job, cfgRev, running, generation, seed, before: known, targets, isCacheReusable: isReusable };
    const changes = targetChanges(input);
    fates.apply(work, changes);
    table = tableAfter(table, changes);
    generation = changes.generation;
  };

  if (isChanged) reconcile('reload', known);
  const built = await buildTargets(forecast.groups, after, compileRules(after.relabelConfigs, after.metricNameValidationScheme), pause);
  if (built === undefined) return undefined;
  reconcile('sync', built.targets);
  return {
    job,
    change: jobChange(old, after),
    changedFields: fields,
    loops: loopPlans({
      running: Object.values(pool?.loops ?? {}),
      table,
      fates,
      targets: (key) => built.targets.get(key) ?? known.get(key),
      reasonOf: (change) => reason({ change, isNew: old === undefined, fields }),
      isUndiscovered: forecast.undiscovered.length > 0,
    }),
    undiscovered: fieldNames(forecast.undiscovered),
    droppedCount: built.droppedCount,
    failedCount: built.failures.length,
    forced: targetLimitError(built.targets.size, after.targetLimit),
  };
}

function fieldNames(sections: ForecastSet['undiscovered']): readonly string[] {
  return [...new Set(sections.map(sectionField))];
}

function jobChange(before: ScrapeConfig | undefined, after: ScrapeConfig): JobChange {
  if (before === undefined) return 'added';
  if (equalConfigs(before, after)) return 'kept';
  return isCacheReusable(before, after) ? 'retargeted' : 'restarted';
}

/** The pool stops: its loops end without markers (S-027). */
function removedJob(job: string, pool: PlannedPool | undefined, { undiscovered }: ForecastSet): JobPlan {
  const loops = Object.values(pool?.loops ?? {}).map(({ id, spec }): LoopPlan => ({
    id,
    ...shown(spec, pool?.targets.get(spec.key)),
    change: 'removed',
    reason: { kind: 'jobRemoved' },
    gap: { kind: 'ends', markers: false },
    steps: ['reload'],
  }));
  const nothing = { changedFields: [], droppedCount: 0, failedCount: 0, forced: null };
  return { job, change: 'removed', loops, undiscovered: fieldNames(undiscovered), ...nothing };
}

interface LoopPlansInput {
  readonly running: readonly RunningLoop[];
  /** The loops afterwards. */
  readonly table: LoopTable;
  readonly fates: LoopFates;
  readonly targets: (key: string) => Target | undefined;
  readonly reasonOf: (change: LoopChange) => ChangeReason;
  readonly isUndiscovered: boolean;
}

function loopPlans({ running, table, fates, targets, reasonOf, isUndiscovered }: LoopPlansInput): readonly LoopPlan[] {
  const afterwards = new Map<string, { readonly spec: LoopSpec; readonly fate: LoopFate | undefined }>();
  const added: LoopPlan[] = [];
  for (const { id, spec } of Object.values(table)) {
    const fate = fates.fateOf(id);
    if (fate?.change === 'added') {
      const gap = { kind: 'starts', upToMs: spec.intervalMs } as const;
      added.push({ id: undefined, ...shown(spec, targets(spec.key)), change: 'added', reason: reasonOf('added'), gap, steps: fate.steps });
    } else afterwards.set(fate?.from ?? id, { spec, fate });
  }
  const present = running.map(({ id, spec }): LoopPlan => {
    const after = afterwards.get(id);
    const target = shown(after?.spec ?? spec, targets((after?.spec ?? spec).key));
    if (after === undefined) return { id, ...target, ...ended(isUndiscovered, reasonOf), steps: fates.removed.get(id)?.steps ?? [] };
    const change = after.fate?.change === 'restarted' ? 'restarted' : after.fate === undefined ? 'kept' : 'retargeted';
    const gap = gapBetween(change, spec, after.spec);
    return { id, ...target, change, reason: reasonOf(change), gap, steps: after.fate?.steps ?? [] };
  });
  return [...present, ...added];
}

/** A target that has gone, as far as is known. */
function ended(isUndiscovered: boolean, reasonOf: LoopPlansInput['reasonOf']): Pick<LoopPlan, 'change' | 'reason' | 'gap'> {
  return isUndiscovered
    ? { change: 'unknown', reason: reasonOf('removed'), gap: { kind: 'undiscovered' } }
    : { change: 'removed', reason: reasonOf('removed'), gap: { kind: 'ends', markers: true } };
}

function shown({ intervalMs }: LoopSpec, target: Target | undefined): Pick<LoopPlan, 'url' | 'labels' | 'intervalMs'> {
  return { url: target?.url ?? '', labels: target?.publicLabels ?? [], intervalMs };
}

interface ReasonInput {
  readonly change: LoopChange;
  readonly isNew: boolean;
  readonly fields: readonly string[];
}

function reason({ change, isNew, fields }: ReasonInput): ChangeReason {
  if (change === 'kept') return { kind: 'unchanged' };
  if (isNew) return { kind: 'jobAdded' };
  const isOfTargets = change === 'added' || change === 'removed';
  const named = isOfTargets ? fields.filter((field) => TARGET_FIELDS.has(field)) : fields;
  return named.length === 0 ? { kind: 'targetsChanged' } : { kind: 'fieldsChanged', fields: named };
}
