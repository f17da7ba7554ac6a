import type { ScrapeConfig } from '@limpet/config';
import { formatDuration, labelsFrom } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';
import type { Target } from './target.ts';
import { PARAM_PREFIX } from './target-url.ts';

/** Labels that a job gives to a target where discovery did not set them; the same for all targets of a job. */
export type LabelDefaults = readonly Label[];

/** The labels that say how a target's histograms are scraped, with the words that errors use for them (S-032). */
export const HISTOGRAM_LABELS = [
  ['__convert_classic_histograms_to_nhcb__', 'convert classic histograms to nhcb'],
  ['__always_scrape_classic_histograms__', 'always scrape classic histograms'],
  ['__scrape_native_histograms__', 'scrape native histograms'],
] as const;

/** What a job sets if absent: job, timing, place, histogram flags and the first value of each parameter (S-031…S-033). */
export function labelDefaults(config: ScrapeConfig): LabelDefaults {
  return [
    ['job', config.jobName],
    ['__scrape_interval__', formatDuration(config.scrapeIntervalMs)],
    ['__scrape_timeout__', formatDuration(config.scrapeTimeoutMs)],
    ['__metrics_path__', config.metricsPath],
    ['__scheme__', config.scheme],
    ['__convert_classic_histograms_to_nhcb__', String(config.convertClassicHistogramsToNhcb)],
    ['__always_scrape_classic_histograms__', String(config.alwaysScrapeClassicHistograms)],
    ['__scrape_native_histograms__', String(config.scrapeNativeHistograms)],
    ...Object.entries(config.params).flatMap(([name, [first]]): Label[] => (first === undefined ? [] : [[PARAM_PREFIX + name, first]])),
  ];
}

/**
 * The labels of a target before relabelling: its own, those of its group that it does not have (an empty value counts
 * as having it), then the defaults for what is missing or empty (S-030).
 */
export function withDefaults(target: Labels, group: Labels, defaults: LabelDefaults): Labels {
  const labels = new Map(group);
  for (const [name, value] of target) labels.set(name, value);
  for (const [name, value] of defaults) if ((labels.get(name) ?? '') === '') labels.set(name, value);
  return labelsFrom(labels);
}

/** The discovered labels of a running target, under the configuration in force now (S-033, A-036). */
export function discoveredLabels(target: Pick<Target, 'discovered'>, config: ScrapeConfig): Labels {
  return withDefaults(target.discovered.target, target.discovered.group, labelDefaults(config));
}
