import type { ScrapeConfig } from '@limpet/config';
import { labelValue, publicLabels } from '@limpet/model';
import type { Labels, TargetGroup } from '@limpet/model';
import { relabel } from '@limpet/relabel';
import type { CompiledRules } from '@limpet/relabel';
import { labelDefaults, withDefaults } from './discovered-labels.ts';
import type { LabelDefaults } from './discovered-labels.ts';
import { booleanLabel, populateLabels } from './populate-labels.ts';
import type { DroppedTarget, Target } from './target.ts';
import { targetKey } from './target-hash.ts';
import { targetUrl } from './target-url.ts';

/** Targets built before a pause: at about 30 µs each this is some 8 ms, the longest that one build may hold the thread. */
export const SLICE_SIZE = 256;

/** A target that could not be built: its place in its group, and why, in the words of Prometheus (S-037). */
export interface TargetFailure {
  readonly source: string;
  readonly index: number;
  readonly error: string;
}

/** What became of the targets of a job's groups. */
export interface BuiltTargets {
  /** By key: the same target found twice is one, with the discovered labels found last (S-043). In the order found. */
  readonly targets: Map<string, Target>;
  /** At most `keep_dropped_targets` of them; 0 keeps all (S-038). */
  readonly dropped: readonly DroppedTarget[];
  readonly droppedCount: number;
  readonly failures: readonly TargetFailure[];
}

export interface SliceOptions {
  /** `SLICE_SIZE` by default. */
  readonly sliceSize?: number;
  /** Lets other work run between two slices. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** The targets of a job: labels merged, relabelled, checked. `rules` are the job's compiled `relabel_configs`. Pure. */
export function targetsFromGroups(groups: readonly TargetGroup[], config: ScrapeConfig, rules: CompiledRules): BuiltTargets {
  const builder = new TargetBuilder(config, rules);
  for (const group of groups) group.targets.forEach((target, index) => builder.add(group, target, index));
  return builder.result();
}

/** As `targetsFromGroups`, in slices with pauses in between. `undefined` where the signal fired before the end. */
export async function buildTargets(
  groups: readonly TargetGroup[],
  config: ScrapeConfig,
  rules: CompiledRules,
  { sliceSize = SLICE_SIZE, pause, signal }: SliceOptions,
): Promise<BuiltTargets | undefined> {
  const builder = new TargetBuilder(config, rules);
  let builtCount = 0;
  for (const group of groups) {
    for (const [index, target] of group.targets.entries()) {
      if (builtCount++ % sliceSize === 0 && builtCount > 1) await pause();
      if (signal.aborted) return undefined;
      builder.add(group, target, index);
    }
  }
  return signal.aborted ? undefined : builder.result();
}

class TargetBuilder {
  readonly #config: ScrapeConfig;
  readonly #rules: CompiledRules;
  readonly #defaults: LabelDefaults;
  readonly #targets = new Map<string, Target>();
  readonly #dropped: DroppedTarget[] = [];
  readonly #failures: TargetFailure[] = [];
  #droppedCount = 0;

  constructor(config: ScrapeConfig, rules: CompiledRules) {
    this.#config = config;
    this.#rules = rules;
    this.#defaults = labelDefaults(config);
  }

  add(group: TargetGroup, target: Labels, index: number): void {
    const discoveredLabels = withDefaults(target, group.labels, this.#defaults);
    const relabelled = relabel(discoveredLabels, this.#rules);
    if (relabelled === undefined) {
      this.#drop(discoveredLabels);
      return;
    }
    const populated = populateLabels(relabelled);
    if (!populated.ok) {
      this.#failures.push({ source: group.source, index, error: populated.error });
      return;
    }
    const { labels, intervalMs, timeoutMs } = populated.value;
    const url = targetUrl(labels, this.#config.params);
    const key = targetKey(labels, url);
    this.#targets.set(key, {
      key,
      labels,
      publicLabels: publicLabels(labels),
      discovered: { target, group: group.labels },
      url,
      instance: labelValue(labels, 'instance'),
      intervalMs,
      timeoutMs,
      socketPath: labelValue(labels, '__unix_socket__'),
      ...histogramFlags(labels, this.#config),
    });
  }

  #drop(discoveredLabels: Labels): void {
    this.#droppedCount++;
    const keptMax = this.#config.keepDroppedTargets;
    if (keptMax === 0 || this.#dropped.length < keptMax) this.#dropped.push({ discoveredLabels, reason: 'relabelling' });
  }

  result(): BuiltTargets {
    return { targets: this.#targets, dropped: this.#dropped, droppedCount: this.#droppedCount, failures: this.#failures };
  }
}

type HistogramFlags = Pick<Target, 'scrapeNativeHistograms' | 'convertClassicHistogramsToNhcb' | 'alwaysScrapeClassicHistograms'>;

function histogramFlags(labels: Labels, config: ScrapeConfig): HistogramFlags {
  return {
    scrapeNativeHistograms: booleanLabel(labels, '__scrape_native_histograms__', config.scrapeNativeHistograms),
    convertClassicHistogramsToNhcb: booleanLabel(labels, '__convert_classic_histograms_to_nhcb__', config.convertClassicHistogramsToNhcb),
    alwaysScrapeClassicHistograms: booleanLabel(labels, '__always_scrape_classic_histograms__', config.alwaysScrapeClassicHistograms),
  };
}
