import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text, times } from '../../target/answer.ts';
import type { Step } from '../../target/answer.ts';
import type { Scenario, ScenarioWorld, SideView, TargetGroup } from '../scenario.ts';

/** Replaces a file of targets the way configuration tools do: never half a file to be seen. */
async function writeTargets(path: string, groups: readonly TargetGroup[]): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(groups));
  await rename(`${path}.new`, path);
}

/** Answers with targets at the address that was asked. */
function listOf(...scripts: readonly string[]): Step {
  return ({ headers }) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(scripts.map((script) => ({ targets: [headers.host ?? ''], labels: { script } }))),
  });
}

interface Removal {
  readonly path: string;
  readonly full: readonly TargetGroup[];
  readonly rest: readonly TargetGroup[];
  readonly bothReach: ScenarioWorld['bothReach'];
}

/** Removes a target, waits for its markers, and brings it back. */
async function removeAndReturn({ path, full, rest, bothReach }: Removal): Promise<void> {
  const lastAdded = ({ values }: SideView): string | undefined => values({ __name__: 'scrape_series_added' }).at(-1);
  await writeTargets(path, full);
  await bothReach('two scrapes', (side) => lastAdded(side) === '0');
  await writeTargets(path, rest);
  await bothReach('the markers of the end', (side) => lastAdded(side) === 'stale');
  await writeTargets(path, full);
  await bothReach('two scrapes again', (side) => lastAdded(side) === '0');
}

/** Targets and configurations that change while scraping. */
export const changeScenarios: readonly Scenario[] = [
  {
    name: 'file-removed',
    title: 'S-043 S-141 a target removed from a file gets end-of-run markers, and samples again when it comes back',
    job: { file_sd_configs: [{ files: ['../shared/file-removed*.json'], refresh_interval: '1s' }] },
    steps: [text('a 1', 'b 1')],
    align: 'byChange',
    up: '1 1s1',
    drive: ({ folder, address, bothReach }) => {
      const stays = { targets: [address], labels: { script: 'file-removed/stays' } };
      const goes = { targets: [address], labels: { script: 'file-removed' } };
      return removeAndReturn({ path: join(folder, 'file-removed.json'), full: [stays, goes], rest: [stays], bothReach });
    },
  },
  {
    name: 'file-emptied',
    title: 'D-003 D-005 S-141 the last target of a job removed from its file gets end-of-run markers too',
    since: '3.0',
    job: { file_sd_configs: [{ files: ['../shared/file-emptied.json'], refresh_interval: '1s' }] },
    steps: [text('a 1', 'b 1')],
    align: 'byChange',
    up: '1s1',
    values: { a: '1 stale 1' },
    drive: ({ folder, address, bothReach }) => {
      const full = [{ targets: [address], labels: { script: 'file-emptied' } }];
      return removeAndReturn({ path: join(folder, 'file-emptied.json'), full, rest: [], bothReach });
    },
  },
  {
    name: 'file-yaml',
    title: 'D-003 S-030 targets of a YAML file: labels of the group, of the file, and a second group that comes later',
    job: {
      file_sd_configs: [{ files: ['../shared/file-yaml*.yml'], refresh_interval: '1s' }],
      relabel_configs: [{ source_labels: ['__meta_filepath'], regex: '.*/(.*)', target_label: 'file' }],
    },
    steps: [text('a 1')],
    align: 'byChange',
    up: '1 1',
    drive: async ({ folder, address, bothReach }) => {
      const group = (name: string): string => `- targets: ['${address}']\n  labels: {script: file-yaml/${name}, zone: "1"}\n`;
      const isThere = (name: string) => (side: SideView) => side.values({ __name__: 'scrape_series_added', script: name }).at(-1) === '0';
      await writeFile(join(folder, 'file-yaml-1.yml'), group('one'));
      await bothReach('two scrapes', isThere('file-yaml/one'));
      await writeFile(join(folder, 'file-yaml-2.yml'), group('two'));
      await bothReach('two scrapes of the second', isThere('file-yaml/two'));
    },
  },
  {
    name: 'http-sd',
    title: 'D-003 D-004 S-141 targets told over HTTP: one more, none while the server fails, and one less',
    job: ({ address }) => ({
      http_sd_configs: [{ url: `http://${address}/http-sd-list`, refresh_interval: '1s' }],
      relabel_configs: [{ source_labels: ['__meta_url'], regex: '.*/(.*)', target_label: 'list' }],
    }),
    steps: [text('a 1')],
    paths: {
      '/http-sd-list': [
        ...times(3, listOf('http-sd/one', 'http-sd/two')),
        ...times(2, { status: 500 }),
        ...times(2, { status: 200, headers: { 'content-type': 'application/json' }, body: '[' }),
        listOf('http-sd/one'),
      ],
    },
    align: 'byChange',
    up: '1 1s',
    drive: async ({ bothReach }) => {
      const added = (script: string) => (side: SideView) => side.values({ __name__: 'scrape_series_added', script }).at(-1);
      await bothReach('the markers of the second', (side) => added('http-sd/two')(side) === 'stale');
      await bothReach('two scrapes of the first', (side) => added('http-sd/one')(side) === '0');
    },
  },
  {
    name: 'reload-label',
    title: 'S-026 S-141 a reload that changes a label ends the old series and begins new ones',
    steps: [text('a 1')],
    targets: ({ address }) => [{ targets: [address], labels: { script: 'reload-label', version: 'one' } }],
    align: 'byChange',
    up: '1 1s',
    // between the reload and the sync that follows, the old target may be scraped once more, by a new loop
    ignored: ['scrape_series_added'],
    drive: async ({ address, bothReach, reload }) => {
      await bothReach('a first scrape', ({ values }) => values({ __name__: 'up', version: 'one' }).length > 1);
      await reload({ static_configs: [{ targets: [address], labels: { script: 'reload-label', version: 'two' } }] });
      await bothReach(
        'the markers of the end',
        ({ values }) => values({ __name__: 'scrape_series_added', version: 'one' }).at(-1) === 'stale',
      );
      await bothReach(
        'scrapes of the new ones',
        ({ values }) => values({ __name__: 'scrape_series_added', version: 'two' }).at(-1) === '0',
      );
    },
  },
  {
    name: 'reload-rules',
    title: 'S-024 S-026 a reload that changes metric relabelling takes effect at once; what is still exposed goes on',
    steps: [text('a 1', 'b 1')],
    align: 'byChange',
    up: '1',
    values: { a: '1' },
    drive: async ({ bothReach, reload }) => {
      await bothReach('a first scrape', ({ values }) => values({ __name__: 'up' }).length > 1);
      await reload({ metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'b', target_label: '__name__', replacement: 'c' }] });
      await bothReach('the renamed series', ({ values }) => values({ __name__: 'c' }).length > 4);
    },
  },
  {
    name: 'reload-limit',
    title: 'S-024 a reload that changes only limits and intervals keeps what is known of the series',
    steps: [text('a 1', 'b 1')],
    align: 'byChange',
    up: '1',
    values: { a: '1', b: '1', scrape_series_added: '2 0' },
    drive: async ({ bothReach, reload }) => {
      await bothReach('two scrapes', ({ values }) => values({ __name__: 'up' }).length > 1);
      await reload({ sample_limit: 100 });
      await bothReach('scrapes after it', ({ values }) => values({ __name__: 'up' }).length > 5);
    },
  },
  {
    name: 'reload-interval',
    title: 'S-025 S-026 a reload that changes the interval takes effect at the next sync: the target starts anew',
    steps: [text('a 1')],
    align: 'byChange',
    up: '1',
    ignored: ['scrape_series_added'],
    drive: async ({ bothReach, reload }) => {
      await bothReach('two scrapes', ({ values }) => values({ __name__: 'up' }).length > 1);
      await reload({ scrape_interval: '500ms', scrape_timeout: '500ms' });
      await bothReach('scrapes twice a second', ({ gapsMs }) => {
        const gaps = gapsMs({ __name__: 'up' }).slice(-6);
        return gaps.length === 6 && gaps.reduce((sum, gap) => sum + gap, 0) < 4500;
      });
    },
  },
  {
    name: 'reload-removed',
    title: 'S-027 a job removed by a reload leaves no markers',
    steps: [text('a 1')],
    align: 'byChange',
    up: '1',
    values: { a: '1' },
    drive: async ({ bothReach, reload }) => {
      await bothReach('a first scrape', ({ values }) => values({ __name__: 'scrape_series_added' }).at(-1) === '0');
      await reload(undefined);
    },
  },
];
