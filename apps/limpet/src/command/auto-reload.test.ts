import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { configFile, createAgent } from '@limpet/agent';
import type { Agent } from '@limpet/agent';
import type { LogFields } from '@limpet/model';
import { silentLog } from '@limpet/model';
import { watchConfig } from './auto-reload.ts';

const INTERVAL_MS = 30_000;

interface Watched {
  readonly agent: Agent;
  readonly jobs: () => readonly string[];
  readonly write: (file: string, text: string) => void;
  readonly remove: (file: string) => void;
  /** Lets one interval pass. */
  readonly tick: () => void;
  /** The next line that the watching logs. */
  readonly logged: () => Promise<string>;
  readonly reloadCount: () => number;
  readonly stopWatching: () => void;
}

/** An agent on a real file in a folder of its own; only the interval is made to pass. */
async function watched(t: TestContext, text: string): Promise<Watched> {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const folder = mkdtempSync(join(tmpdir(), 'limpet-auto-reload-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'limpet.yml');
  writeFileSync(path, text);
  const agent = createAgent({ config: configFile(path) });
  t.after(() => agent.stop());
  await agent.start();
  let reloadCount = 0;
  agent.on('config.applied', () => reloadCount++);
  agent.on('config.failed', () => reloadCount++);
  const lines: string[] = [];
  let tell = (): void => {};
  const note = (line: string): void => {
    lines.push(line);
    tell();
  };
  const log = {
    ...silentLog,
    info: note,
    error: (message: string, fields?: LogFields) => note(`${message}: ${String(fields?.['errors'])}`),
  };
  const stopWatching = watchConfig({ options: { configFile: path, autoReloadIntervalMs: INTERVAL_MS }, agent, log });
  t.after(stopWatching);
  return {
    agent,
    jobs: () => agent.config()?.scrapeConfigs.map(({ jobName }) => jobName) ?? [],
    write: (file, content) => writeFileSync(join(folder, file), content),
    remove: (file) => rmSync(join(folder, file)),
    tick: () => t.mock.timers.tick(INTERVAL_MS),
    logged: async () => {
      if (lines.length === 0) await new Promise<void>((resolve) => (tell = resolve));
      return lines.shift() ?? '';
    },
    reloadCount: () => reloadCount,
    stopWatching,
  };
}

const job = (name: string): string => `scrape_configs: [{ job_name: ${name} }]\n`;

test('A-009 a changed file is taken on within the interval, an unchanged one is left alone', async (t) => {
  const { jobs, write, tick, logged, reloadCount } = await watched(t, job('first'));
  tick();
  write('limpet.yml', job('first')); // written, and the same
  tick();
  assert.equal(reloadCount(), 0);
  write('limpet.yml', job('second'));
  assert.deepEqual(jobs(), ['first']);
  tick();
  assert.equal(await logged(), 'configuration changed and reloaded');
  assert.deepEqual(jobs(), ['second']);
  tick();
  tick();
  assert.equal(reloadCount(), 1);
});

test('A-009 C-172 a file that is wrong leaves the old configuration in force and is tried again until it is mended', async (t) => {
  const { jobs, write, tick, logged, reloadCount } = await watched(t, job('good'));
  write('limpet.yml', 'scrape_configs: 3\n');
  for (const attempt of [1, 2]) {
    tick();
    assert.match(await logged(), /^configuration changed and could not be reloaded: .*limpet\.yml/);
    assert.deepEqual([jobs(), reloadCount()], [['good'], attempt]);
  }
  write('limpet.yml', job('mended'));
  tick();
  assert.equal(await logged(), 'configuration changed and reloaded');
  assert.deepEqual(jobs(), ['mended']);
});

test('A-009 C-171 included files are watched too', async (t) => {
  const { jobs, write, tick, logged } = await watched(t, 'scrape_config_files: [jobs-*.yml]\n');
  assert.deepEqual(jobs(), []);
  write('jobs-a.yml', job('included'));
  tick();
  assert.equal(await logged(), 'configuration changed and reloaded');
  assert.deepEqual(jobs(), ['included']);
});

test('A-009 a file that is gone for a while changes nothing, and nothing is looked at once the watching has ended', async (t) => {
  const { jobs, write, remove, tick, logged, reloadCount, stopWatching } = await watched(t, job('stays'));
  remove('limpet.yml');
  tick();
  assert.deepEqual([jobs(), reloadCount()], [['stays'], 0]);
  write('limpet.yml', job('back'));
  tick();
  assert.equal(await logged(), 'configuration changed and reloaded');
  stopWatching();
  write('limpet.yml', job('unseen'));
  tick();
  assert.deepEqual([jobs(), reloadCount()], [['back'], 1]);
});
