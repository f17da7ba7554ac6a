import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '@limpet/config';
import type { Config } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import { compileRules } from '@limpet/relabel';
import { offsetHash, targetId, targetsFromGroups } from '@limpet/scrape';
import type { JobChange, LoopPlan, PlannedPool } from './job-plan.ts';
import { changesNothing, reloadPlan } from './reload-plan.ts';
import type { ReloadPlan } from './reload-plan.ts';

function configOf(jobs: readonly object[], others: object = {}): Config {
  const parsed = parseConfig({ file: 'test.yml', text: JSON.stringify({ ...others, scrape_configs: jobs }) });
  if (!parsed.ok) throw parsed.error;
  return parsed.value.config;
}

/** What static sections say; all others are undiscovered. */
function forecastOf({ scrapeConfigs }: Config): ReadonlyMap<string, ForecastSet> {
  return new Map(
    scrapeConfigs.map(({ jobName, serviceDiscovery }) => [
      jobName,
      {
        groups: serviceDiscovery.flatMap((section) => (section.mechanism === 'static' ? section.groups : [])),
        undiscovered: serviceDiscovery.filter(({ mechanism }) => mechanism !== 'static'),
      },
    ]),
  );
}

/** The pools of a configuration that has been running for a while. */
function poolsOf(config: Config): ReadonlyMap<string, PlannedPool> {
  const forecast = forecastOf(config);
  return new Map(
    config.scrapeConfigs.map((job): [string, PlannedPool] => {
      const rules = compileRules(job.relabelConfigs, job.metricNameValidationScheme);
      const { targets } = targetsFromGroups(forecast.get(job.jobName)?.groups ?? [], job, rules);
      const loops = [...targets.values()].map((target) => {
        const { key, intervalMs, timeoutMs } = target;
        const loop = {
          id: `${job.jobName}/${targetId(target)}~1`,
          spec: { key, intervalMs, timeoutMs, cfgRev: 1, offsetHash: offsetHash(key, 7n) },
        };
        return [key, loop] as const;
      });
      const configOfRev = (rev: number) => (rev === 1 ? job : undefined);
      return [
        job.jobName,
        { config: job, cfgRev: 1, seed: 7n, generation: 1, targets, loops: Object.fromEntries(loops), configOf: configOfRev },
      ];
    }),
  );
}

async function planOf(running: Config | undefined, candidate: Config): Promise<ReloadPlan> {
  const pools = running === undefined ? new Map<string, PlannedPool>() : poolsOf(running);
  const input = { running, candidate, pools, forecast: forecastOf(candidate) };
  const plan = await reloadPlan(input, { pause: () => Promise.resolve(), signal: new AbortController().signal });
  assert.ok(plan !== undefined);
  return plan;
}

const BASE = { job_name: 'a', scrape_interval: '15s', scrape_timeout: '10s', static_configs: [{ targets: ['h:1'] }] };
const NONE = { kind: 'none' } as const;
const CACHE = { kind: 'newSeriesCache', upToMs: 15_000, markersAfterMs: 16_500 } as const;

interface Row {
  readonly what: string;
  readonly change: object;
  readonly job: JobChange;
  readonly fields: readonly string[];
  readonly loop: Pick<LoopPlan, 'change' | 'gap' | 'steps'>;
}

/** One row per kind of change to a job, and what it does to the loop of `h:1`. */
const CHANGES: readonly Row[] = [
  { what: 'nothing', change: {}, job: 'kept', fields: [], loop: { change: 'kept', gap: NONE, steps: [] } },
  {
    what: 'a default written out',
    change: { honor_labels: false },
    job: 'kept',
    fields: [],
    loop: { change: 'kept', gap: NONE, steps: [] },
  },
  {
    what: 'the interval',
    change: { scrape_interval: '30s' },
    job: 'retargeted',
    fields: ['scrape_interval'],
    loop: { change: 'retargeted', gap: { kind: 'realign', upToMs: 45_000 }, steps: ['reload', 'sync'] },
  },
  {
    what: 'the timeout',
    change: { scrape_timeout: '5s' },
    job: 'retargeted',
    fields: ['scrape_timeout'],
    loop: { change: 'retargeted', gap: { kind: 'realign', upToMs: 30_000 }, steps: ['reload', 'sync'] },
  },
  {
    what: 'the sample limit',
    change: { sample_limit: 5 },
    job: 'retargeted',
    fields: ['sample_limit'],
    loop: { change: 'retargeted', gap: NONE, steps: ['reload'] },
  },
  {
    what: 'a password',
    change: { basic_auth: { username: 'u', password: 'p' } },
    job: 'retargeted',
    fields: ['basic_auth'],
    loop: { change: 'retargeted', gap: NONE, steps: ['reload'] },
  },
  {
    what: 'honor_labels',
    change: { honor_labels: true },
    job: 'restarted',
    fields: ['honor_labels'],
    loop: { change: 'restarted', gap: CACHE, steps: ['reload'] },
  },
  {
    what: 'metric relabelling and the interval',
    change: { scrape_interval: '30s', metric_relabel_configs: [{ action: 'labeldrop', regex: 'x' }] },
    job: 'restarted',
    fields: ['scrape_interval', 'metric_relabel_configs'],
    loop: { change: 'restarted', gap: { ...CACHE, upToMs: 45_000 }, steps: ['reload', 'sync'] },
  },
  {
    what: 'the path',
    change: { metrics_path: '/other' },
    job: 'restarted',
    fields: ['metrics_path'],
    loop: { change: 'removed', gap: { kind: 'ends', markers: true }, steps: ['reload', 'sync'] },
  },
  {
    what: 'another static target',
    change: { static_configs: [{ targets: ['h:1', 'h:2'] }] },
    job: 'restarted',
    fields: ['static_configs'],
    loop: { change: 'restarted', gap: CACHE, steps: ['reload'] },
  },
  {
    what: 'the mechanism',
    change: { static_configs: [], http_sd_configs: [{ url: 'http://sd/' }] },
    job: 'restarted',
    fields: ['http_sd_configs', 'static_configs'],
    loop: { change: 'unknown', gap: { kind: 'undiscovered' }, steps: ['reload', 'sync'] },
  },
];

for (const { what, change, job, fields, loop } of CHANGES) {
  test(`S-024 S-026 of a job of which ${what} changes, a loop is ${loop.change}`, async () => {
    const plan = await planOf(configOf([BASE]), configOf([{ ...BASE, ...change }]));
    const [first] = plan.jobs;
    const [running] = first?.loops ?? [];
    assert.deepEqual([first?.change, first?.changedFields], [job, fields]);
    assert.deepEqual({ change: running?.change, gap: running?.gap, steps: running?.steps }, loop);
    assert.match(running?.id ?? '', /^a\/h:1#[0-9a-f]{6}~1$/);
    assert.deepEqual(running?.reason, fields.length === 0 ? { kind: 'unchanged' } : { kind: 'fieldsChanged', fields });
    assert.equal(changesNothing(plan), fields.length === 0);
  });
}

test('S-027 jobs come in the order of the new configuration, those that go last, and end without markers', async () => {
  const jobs = (names: string): readonly object[] => names.split('').map((name) => ({ ...BASE, job_name: name }));
  const plan = await planOf(configOf(jobs('xab')), configOf(jobs('bna')));
  assert.deepEqual(
    plan.jobs.map(({ job, change, loops }) => [job, change, ...loops.map((loop) => loop.gap.kind)]),
    [
      ['b', 'kept', 'none'],
      ['n', 'added', 'starts'],
      ['a', 'kept', 'none'],
      ['x', 'removed', 'ends'],
    ],
  );
  assert.deepEqual(plan.jobs.at(-1)?.loops[0]?.gap, { kind: 'ends', markers: false });
  assert.deepEqual(plan.counts, { added: 1, kept: 2, retargeted: 0, restarted: 0, removed: 1, unknown: 0 });
});

test('C-180 a change of global values reaches a job through what it inherits', async () => {
  const inheriting = { job_name: 'inherits', static_configs: [{ targets: ['h:1'] }] };
  const running = configOf([BASE, inheriting], { global: { scrape_interval: '15s' } });
  const candidate = configOf([BASE, inheriting], { global: { scrape_interval: '20s' } });
  const plan = await planOf(running, candidate);
  assert.deepEqual(
    plan.jobs.map(({ job, change }) => `${job} ${change}`),
    ['a kept', 'inherits retargeted'],
  );
  assert.deepEqual(plan.changedSections, ['global']);
});

test('S-044 a limit that is too small is told, with the error that every loop gets', async () => {
  const many = { ...BASE, static_configs: [{ targets: ['h:1', 'h:2'] }] };
  const plan = await planOf(configOf([many]), configOf([{ ...many, target_limit: 1 }]));
  assert.equal(plan.jobs[0]?.forced, 'target_limit exceeded (number of targets: 2, limit: 1)');
});

test('before the first configuration everything is new, and what must be discovered is named', async () => {
  const plan = await planOf(undefined, configOf([{ ...BASE, file_sd_configs: [{ files: ['/a.json'] }] }]));
  const [job] = plan.jobs;
  assert.deepEqual([job?.change, job?.undiscovered, job?.loops.length], ['added', ['file_sd_configs'], 1]);
  assert.deepEqual(job?.loops[0]?.reason, { kind: 'jobAdded' });
  assert.deepEqual(job?.loops[0]?.gap, { kind: 'starts', upToMs: 15_000 });
});

test('a plan that is given up is none', async () => {
  const config = configOf([BASE]);
  const input = { running: undefined, candidate: config, pools: new Map<string, PlannedPool>(), forecast: forecastOf(config) };
  assert.equal(await reloadPlan(input, { pause: () => Promise.resolve(), signal: AbortSignal.abort() }), undefined);
});
