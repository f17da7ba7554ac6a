import { formatDuration } from '@limpet/model';
import type { Config, GlobalConfig, ScrapeConfig } from './config.ts';
import { remoteWriteYaml } from './format-remote-write.ts';
import { scrapeConfigYaml } from './format-scrape-config.ts';
import { mapping, sizeText, unlessEmpty, unlessZero, yamlText } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/**
 * The loaded configuration as YAML: defaults filled in, secrets and the passwords of URLs masked, field names and
 * order as upstream. Jobs of included files are named by `scrape_config_files` and not written out again;
 * blocks without effect in Limpet are left out.
 */
export function formatConfig(config: Config): string {
  const included = new Set(config.includedJobs);
  const main = config.scrapeConfigs.filter(({ jobName }) => !included.has(jobName));
  const window = config.outOfOrderTimeWindowMs;
  return yamlText({
    global: globalYaml(config.global),
    scrape_config_files: unlessEmpty(config.scrapeConfigFiles),
    scrape_configs: unlessEmpty(main.map(scrapeConfigYaml)),
    storage: window === 0 ? undefined : { tsdb: { out_of_order_time_window: formatDuration(window) } },
    remote_write: unlessEmpty(config.remoteWrite.map(remoteWriteYaml)),
  });
}

/** One job as YAML, with everything that it took over filled in and secrets masked. */
export function formatScrapeConfig(job: ScrapeConfig): string {
  return yamlText(scrapeConfigYaml(job));
}

function globalYaml(global: GlobalConfig): YamlObject {
  return {
    scrape_interval: formatDuration(global.scrapeIntervalMs),
    scrape_timeout: formatDuration(global.scrapeTimeoutMs),
    scrape_protocols: global.scrapeProtocols,
    scrape_failure_log_file: unlessZero(global.scrapeFailureLogFile),
    external_labels: mapping(global.externalLabels, (text) => text),
    body_size_limit: sizeText(global.bodySizeLimit),
    sample_limit: unlessZero(global.sampleLimit),
    target_limit: unlessZero(global.targetLimit),
    label_limit: unlessZero(global.labelLimit),
    label_name_length_limit: unlessZero(global.labelNameLengthLimit),
    label_value_length_limit: unlessZero(global.labelValueLengthLimit),
    keep_dropped_targets: unlessZero(global.keepDroppedTargets),
    metric_name_validation_scheme: global.metricNameValidationScheme,
    metric_name_escaping_scheme: global.metricNameEscapingScheme,
    scrape_native_histograms: global.scrapeNativeHistograms,
    convert_classic_histograms_to_nhcb: unlessZero(global.convertClassicHistogramsToNhcb),
    always_scrape_classic_histograms: unlessZero(global.alwaysScrapeClassicHistograms),
    extra_scrape_metrics: unlessZero(global.extraScrapeMetrics),
  };
}
