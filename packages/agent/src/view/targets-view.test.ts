import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '@limpet/config';
import type { ScrapeConfig } from '@limpet/config';
import type { HttpClient } from '@limpet/http-client';
import { labelsFrom, labelsObject } from '@limpet/model';
import { emptyTables, newLoopEntry } from '@limpet/scrape';
import type { ScrapeTables, Target } from '@limpet/scrape';
import { targetsView } from './targets-view.ts';

const ledgers = { of: () => undefined };

const client: HttpClient = { connect: () => Promise.reject(new Error('no network here')) as never, close: () => {} };

function jobOf(name: string, interval = '15s'): ScrapeConfig {
  const text = JSON.stringify({ scrape_configs: [{ job_name: name, scrape_interval: interval }] });
  const parsed = parseConfig({ file: 'test.yml', text });
  const job = parsed.ok ? parsed.value.config.scrapeConfigs[0] : undefined;
  if (job === undefined) throw new Error('not a configuration');
  return job;
}

function targetOf(address: string, changes: Partial<Target> = {}): Target {
  const publicLabels = labelsFrom([['instance', address]]);
  return {
    key: address,
    labels: publicLabels,
    publicLabels,
    discovered: { target: labelsFrom([['__address__', address]]), group: [] },
    url: `http://${address}/metrics`,
    instance: address,
    intervalMs: 15_000,
    timeoutMs: 10_000,
    socketPath: '',
    scrapeNativeHistograms: false,
    convertClassicHistogramsToNhcb: false,
    alwaysScrapeClassicHistograms: false,
    ...changes,
  };
}

function addPool(tables: ScrapeTables, job: string, targets: readonly Target[], config = jobOf(job)): void {
  tables.pools.set(job, {
    job,
    cfgRev: 1,
    config,
    client,
    seed: 1n,
    targets: new Map(targets.map((target) => [target.key, target])),
    dropped: [],
    droppedCount: 0,
  });
  for (const target of targets) {
    const id = `${job}/${target.instance}~1`;
    tables.loops.set(id, newLoopEntry({ id, job, target }));
  }
}

test('targets are listed by pool, then URL, then labels, whatever the order they began in', () => {
  const tables = emptyTables();
  addPool(tables, 'b', [targetOf('h:1')]);
  const twin = targetOf('h:1', { key: 'twin', instance: 'twin', publicLabels: labelsFrom([['env', 'x']]) });
  addPool(tables, 'a', [targetOf('h:2'), targetOf('h:1'), twin]);
  const { active } = targetsView(tables, { stateOf: () => 'idle.waiting', ledgers });
  assert.deepEqual(
    active.map(({ pool, url, labels }) => [pool, url, labelsObject(labels)]),
    [
      ['a', 'http://h:1/metrics', { env: 'x' }],
      ['a', 'http://h:1/metrics', { instance: 'h:1' }],
      ['a', 'http://h:2/metrics', { instance: 'h:2' }],
      ['b', 'http://h:1/metrics', { instance: 'h:1' }],
    ],
  );
});

test('a loop whose target has gone is not listed, whatever it still waits for', () => {
  const tables = emptyTables();
  const states = [
    'idle.offset',
    'idle.waiting',
    'fetching.queued',
    'fetching.scraping',
    'appending',
    'ending',
    'retiring',
    'marking',
    'stopped',
  ];
  addPool(
    tables,
    'a',
    states.map((state) => targetOf(state)),
  );
  const { active } = targetsView(tables, { stateOf: (id) => id.slice('a/'.length, -'~1'.length), ledgers });
  assert.deepEqual(active.map(({ state }) => state).sort(), [
    'appending',
    'fetching.queued',
    'fetching.scraping',
    'idle.offset',
    'idle.waiting',
  ]);
});

test('S-033 discovered labels are the newest that discovery gave, under the configuration in force', () => {
  const tables = emptyTables();
  const old = targetOf('h:1');
  addPool(tables, 'a', [old]);
  addPool(tables, 'a', [{ ...old, discovered: { ...old.discovered, group: labelsFrom([['__meta_zone', 'new']]) } }], jobOf('a', '30s'));
  tables.loops.set('a/h:1~1', newLoopEntry({ id: 'a/h:1~1', job: 'a', target: old }));
  const [view] = targetsView(tables, { stateOf: () => 'idle.waiting', ledgers }).active;
  const discovered = labelsObject(view?.discoveredLabels ?? []);
  assert.deepEqual([discovered['__meta_zone'], discovered['__scrape_interval__'], discovered['job']], ['new', '30s', 'a']);
  assert.equal(view?.intervalMs, 15_000); // the loop goes on as it was until it adopts the change
});

test('what a target shows is a copy that later scrapes do not change', () => {
  const tables = emptyTables();
  addPool(tables, 'a', [targetOf('h:1')]);
  const entry = tables.loops.get('a/h:1~1');
  assert.ok(entry);
  const before = targetsView(tables, { stateOf: () => 'idle.waiting', ledgers }).active[0];
  Object.assign(entry, { health: 'down', lastError: 'refused', lastScrapeAt: 5, scrapesTotal: 1, scrapesFailed: 1 });
  assert.deepEqual([before?.health, before?.lastError, before?.lastScrapeAt, before?.scrapesTotal], ['unknown', '', undefined, 0]);
  const after = targetsView(tables, { stateOf: () => 'idle.waiting', ledgers }).active[0];
  assert.deepEqual([after?.health, after?.lastError, after?.lastScrapeAt, after?.scrapesFailed], ['down', 'refused', 5, 1]);
});

test('dropped targets name their pool, and the counts are the true ones', () => {
  const tables = emptyTables();
  addPool(tables, 'b', []);
  addPool(tables, 'a', []);
  const dropped = { discoveredLabels: labelsFrom([['__address__', 'x:1']]), reason: 'relabelling' } as const;
  Object.assign(tables.pools.get('b') ?? {}, { dropped: [dropped], droppedCount: 40 });
  const view = targetsView(tables, { stateOf: () => 'idle.waiting', ledgers });
  assert.deepEqual(view.dropped, [{ ...dropped, pool: 'b' }]);
  assert.deepEqual(
    [...view.droppedCounts],
    [
      ['a', 0],
      ['b', 40],
    ],
  );
});

test('a loop that outlives its pool is still shown', () => {
  const tables = emptyTables();
  addPool(tables, 'a', [targetOf('h:1')]);
  tables.pools.clear();
  assert.deepEqual(
    targetsView(tables, { stateOf: () => 'fetching.scraping', ledgers }).active.map(({ pool, discoveredLabels }) => [
      pool,
      discoveredLabels,
    ]),
    [['a', []]],
  );
});
