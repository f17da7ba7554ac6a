import type { JobFields, Scenario, ScenarioPlace } from './scenario.ts';

export interface ScenarioConfig {
  readonly scenarios: readonly Scenario[];
  readonly place: ScenarioPlace;
  readonly sinkUrl: string;
  /** Fields of jobs that differ from their scenario's, by name; `undefined` leaves the job out. */
  readonly changes: ReadonlyMap<string, JobFields | undefined>;
}

/** The configuration of one sender: the same for both but for the addresses of their own sink and closable target. */
export function scenarioConfig({ scenarios, place, sinkUrl, changes }: ScenarioConfig): unknown {
  return {
    global: {
      scrape_interval: '1s',
      scrape_timeout: '1s',
      external_labels: { sender: 'under comparison', zone: 'external' },
    },
    scrape_configs: scenarios
      .filter(({ name }) => !changes.has(name) || changes.get(name) !== undefined)
      .map((scenario) => scrapeConfig(scenario, place, changes.get(scenario.name))),
    remote_write: [
      {
        url: sinkUrl,
        send_exemplars: true,
        send_native_histograms: true,
        metadata_config: { send: false },
        write_relabel_configs: [{ source_labels: ['__name__'], regex: 'never_sent_.*', action: 'drop' }],
        // one shard keeps the order of all series; small batches bring them soon
        queue_config: { min_shards: 1, max_shards: 1, capacity: 20_000, max_samples_per_send: 2000, batch_send_deadline: '250ms' },
      },
    ],
  };
}

function scrapeConfig({ name, job, targets }: Scenario, place: ScenarioPlace, change: JobFields | undefined): JobFields {
  const fields = typeof job === 'function' ? job(place) : (job ?? {});
  const usual = [{ targets: [place.address], labels: { script: name } }];
  const isStatic = Object.keys(fields).every((field) => !field.endsWith('_sd_configs'));
  return {
    job_name: name,
    metrics_path: `/${name}`,
    ...(isStatic ? { static_configs: targets === undefined ? usual : targets(place) } : {}),
    ...fields,
    ...change,
  };
}
