import assert from 'node:assert/strict';
import test from 'node:test';
import type { ScrapeConfig } from '@limpet/config';
import { silentLog } from '@limpet/model';
import { configText } from './config-source.ts';
import { CONFIG_REVISIONS_KEPT, ConfigTable } from './config-table.ts';

const textOf = (...jobs: readonly string[]): string => JSON.stringify({ scrape_configs: jobs.map((job) => ({ job_name: job })) });

test('a configuration is kept under its revision, its jobs by name where the scrape ports look', async () => {
  const jobs = new Map<number, ReadonlyMap<string, ScrapeConfig>>();
  const table = new ConfigTable({ source: configText(textOf('a', 'b')), jobs });
  assert.deepEqual(await table.load(4), { ok: true });
  assert.deepEqual([...(jobs.get(4)?.keys() ?? [])], ['a', 'b']);
  assert.equal(jobs.get(4)?.get('b'), table.get(4)?.scrapeConfigs[1]);
  assert.equal(table.newest(), table.get(4));
  assert.equal(table.get(5), undefined);
});

test('C-172 what cannot be read leaves no trace, and the error names the source', async () => {
  const jobs = new Map<number, ReadonlyMap<string, ScrapeConfig>>();
  let text = textOf('a');
  const table = new ConfigTable({ source: configText(() => text, { file: '/etc/limpet.yml' }), jobs });
  await table.load(1);
  text = 'scrape_configs: 3';
  const refused = await table.load(2);
  assert.ok(!refused.ok);
  assert.match(refused.error, /^couldn't load configuration \(\/etc\/limpet\.yml\): ./);
  assert.deepEqual([[...jobs.keys()], table.get(2)], [[1], undefined]);
  assert.equal(table.newest(), table.get(1));
});

test('a source that rejects, against its contract, is refused in its own words', async () => {
  const source = { name: 'mine', load: () => Promise.reject(new Error('no such key')) };
  assert.deepEqual(await new ConfigTable({ source, jobs: new Map() }).load(1), {
    ok: false,
    error: "couldn't load configuration (mine): the source failed: Error: no such key",
  });
});

test('whole configurations are kept for the newest revisions only', async () => {
  const table = new ConfigTable({ source: configText(textOf('a')), jobs: new Map() });
  const count = CONFIG_REVISIONS_KEPT + 5;
  for (let rev = 1; rev <= count; rev++) await table.load(rev);
  const kept = Array.from({ length: count }, (_, index) => index + 1).filter((rev) => table.get(rev) !== undefined);
  assert.deepEqual(
    kept,
    Array.from({ length: CONFIG_REVISIONS_KEPT }, (_, index) => index + 6),
  );
});

test('notices of a load are logged at their level', async () => {
  const logged: string[] = [];
  const log = {
    ...silentLog,
    warn: (message: string) => logged.push(`warn ${message}`),
    info: (message: string) => logged.push(`info ${message}`),
  };
  const source = {
    name: 'noticed',
    load: async () => {
      const loaded = await configText(textOf('a')).load();
      return loaded.ok
        ? { ...loaded, value: { ...loaded.value, notices: [{ level: 'warn', message: 'mind this', fields: {} } as const] } }
        : loaded;
    },
  };
  await new ConfigTable({ source, jobs: new Map(), log }).load(1);
  assert.deepEqual(logged, ['warn mind this']);
});
