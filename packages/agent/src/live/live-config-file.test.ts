import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { configChecksum, configFile } from './live-config-file.ts';

/** A folder of its own for each test. */
function withFolder(name: string, body: (folder: string, write: (path: string, text: string) => string) => Promise<void> | void): void {
  test(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'limpet-config-'));
    const write = (path: string, text: string): string => {
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    };
    try {
      await body(folder, write);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

const JOB = '- job_name: included\n';

withFolder('a file is read anew at each load, and what it includes with it', async (folder, write) => {
  mkdirSync(join(folder, 'jobs'));
  const path = write('limpet.yml', 'scrape_config_files: [jobs/*.yml]\n');
  const source = configFile(path);
  assert.equal(source.name, `--config.file=${JSON.stringify(path)}`, 'A-007: as the operator wrote it');
  const jobs = async (): Promise<readonly string[]> => {
    const loaded = await source.load();
    return loaded.ok ? loaded.value.config.scrapeConfigs.map(({ jobName }) => jobName) : [loaded.error.message];
  };
  assert.deepEqual(await jobs(), []);
  write('jobs/a.yml', `scrape_configs:\n${JOB}`);
  assert.deepEqual(await jobs(), ['included']);
  write('limpet.yml', 'scrape_configs:\n- job_name: own\n');
  assert.deepEqual(await jobs(), ['own']);
});

withFolder('a file that is missing, unreadable or wrong is refused in words, never by rejecting', async (folder, write) => {
  const missing = await configFile(join(folder, 'none.yml')).load();
  assert.ok(!missing.ok);
  assert.match(missing.error.message, /^cannot read .*none\.yml: .*ENOENT/);
  const directory = await configFile(folder).load();
  assert.ok(!directory.ok);
  assert.match(directory.error.message, /EISDIR/);
  const wrong = await configFile(write('wrong.yml', 'scrape_configs: 3\n')).load();
  assert.ok(!wrong.ok);
  assert.match(wrong.error.message, /wrong\.yml/);
});

withFolder('C-171 the checksum follows the file, the included files, their names and their number', (folder, write) => {
  mkdirSync(join(folder, 'jobs'));
  const path = write('limpet.yml', 'scrape_config_files: [jobs/*.yml]\n');
  const patterns = [join(folder, 'jobs/*.yml')];
  const sums = new Set<string | undefined>();
  const changed = (): void => {
    const sum = configChecksum(path, patterns);
    assert.match(sum ?? '', /^[0-9a-f]{64}$/);
    assert.equal(configChecksum(path, patterns), sum); // nothing has changed in between
    sums.add(sum);
  };
  changed();
  write('jobs/a.yml', 'one');
  changed();
  write('jobs/a.yml', 'two');
  changed();
  write('jobs/b.yml', '');
  changed();
  rmSync(join(folder, 'jobs/b.yml'));
  write('jobs/c.yml', '');
  changed();
  write('limpet.yml', '# new\n');
  changed();
  assert.equal(sums.size, 6);
});

withFolder('C-171 files that are not configuration are not in the checksum, and no checksum is made of nothing', (folder, write) => {
  const path = write('limpet.yml', 'scrape_configs: []\n');
  const sum = configChecksum(path, []);
  write('secret', 'hidden');
  write('targets.json', '[]');
  assert.equal(configChecksum(path, []), sum);
  assert.equal(configChecksum(join(folder, 'none.yml'), []), undefined);
});
