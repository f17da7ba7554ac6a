import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { liveFiles } from '../src/file/live-files.ts';
import { groupText } from './group-text.ts';
import { fileSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const WAIT_MS = 10_000;
const POLL_MS = 5;

interface Folder {
  readonly path: string;
  readonly world: World;
  /** Waits until exactly these targets are known; fails when that takes too long. */
  readonly becomes: (...addresses: readonly string[]) => Promise<void>;
}

/** A file provider on a folder of its own; the refresh interval never passes, so only watching can notice anything. */
async function watching(
  t: { after(fn: () => Promise<void>): void },
  prepare: (path: string) => Promise<void>,
  pattern = '*.json',
): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'limpet-file-sd-'));
  await prepare(path);
  const world = new World({ files: liveFiles });
  world.apply({ job: [fileSection(join(path, pattern))] });
  t.after(async () => {
    world.send({ type: 'stop' });
    await rm(path, { recursive: true, force: true });
    assert.deepEqual(world.faults, []);
  });
  const becomes = async (...addresses: readonly string[]): Promise<void> => {
    const deadline = performance.now() + WAIT_MS;
    const known = (): readonly string[] => addressesByJob(world.discovery.table.targetSets())['job'] ?? [];
    while (known().join() !== addresses.join() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    assert.deepEqual(known(), addresses);
  };
  return { path, world, becomes };
}

function write(path: string, ...addresses: readonly string[]): Promise<void> {
  return writeFile(path, groupText([addresses]));
}

test('C-110 C-111 C-113 real files are found, and a write, a new file and a deleted one are noticed', async (t) => {
  const { path, becomes } = await watching(t, (path) => write(join(path, 'a.json'), 'a:1'));
  await becomes('a:1');
  await write(join(path, 'a.json'), 'a:2');
  await becomes('a:2');
  await write(join(path, 'b.json'), 'b:1');
  await becomes('a:2', 'b:1');
  await unlink(join(path, 'a.json'));
  await becomes('b:1');
});

test('C-111 files that are replaced by renaming are noticed every time', async (t) => {
  const { path, becomes } = await watching(t, (path) => write(join(path, 'a.json'), 'a:0'));
  await becomes('a:0');
  for (let n = 1; n <= 3; n++) {
    await write(join(path, 'a.tmp'), `a:${n}`);
    await rename(join(path, 'a.tmp'), join(path, 'a.json'));
    await becomes(`a:${n}`);
  }
});

test('C-111 a Kubernetes volume that swaps its ..data link is noticed every time', async (t) => {
  const publish = async (path: string, version: number): Promise<void> => {
    await mkdir(join(path, `..v${version}`));
    await write(join(path, `..v${version}`, 'a.json'), `a:${version}`);
    await symlink(`..v${version}`, join(path, '..data_tmp'));
    await rename(join(path, '..data_tmp'), join(path, '..data'));
    await rm(join(path, `..v${version - 1}`), { recursive: true, force: true });
  };
  const { path, becomes } = await watching(t, async (path) => {
    await publish(path, 1);
    await symlink('..data/a.json', join(path, 'a.json'));
  });
  await becomes('a:1');
  for (let version = 2; version <= 4; version++) {
    await publish(path, version);
    await becomes(`a:${version}`);
  }
});

test('C-112 a file written in parts keeps its last targets until it is whole', async (t) => {
  const { path, world, becomes } = await watching(t, (path) => write(join(path, 'a.json'), 'a:1'));
  await becomes('a:1');
  const whole = groupText([['a:2']]);
  await writeFile(join(path, 'a.json'), whole.slice(0, 9));
  await write(join(path, 'b.json'), 'b:1'); // once this is seen, the half was too
  await becomes('a:1', 'b:1');
  assert.ok((world.metrics.value('prometheus_sd_file_read_errors_total') ?? 0) > 0);
  await writeFile(join(path, 'a.json'), whole);
  await becomes('a:2', 'b:1');
});

test('C-111 a folder that is deleted and made again is watched again', async (t) => {
  const { path, becomes } = await watching(
    t,
    async (path) => {
      await mkdir(join(path, 'sd'));
      await write(join(path, 'sd', 'a.json'), 'a:1');
    },
    'sd/*.json',
  );
  await becomes('a:1');
  await rm(join(path, 'sd'), { recursive: true });
  await becomes();
  await mkdir(join(path, 'sd'));
  await write(join(path, 'sd', 'a.json'), 'a:2');
  await becomes('a:2');
  await write(join(path, 'sd', 'a.json'), 'a:3');
  await becomes('a:3');
});

test('C-111 a folder that does not exist yet is watched once it appears', async (t) => {
  const { path, becomes } = await watching(t, async () => {}, 'sd/*.json');
  await mkdir(join(path, 'sd'));
  await write(join(path, 'sd', 'a.json'), 'a:1');
  await becomes('a:1');
  await write(join(path, 'sd', 'a.json'), 'a:2');
  await becomes('a:2');
});

test('D-040 the time of the last change of a file is told', async (t) => {
  const { path, world, becomes } = await watching(t, (path) => write(join(path, 'a.json'), 'a:1'));
  await becomes('a:1');
  await write(join(path, 'b.json'), 'b:1');
  await utimes(join(path, 'b.json'), 1_600_000_000, 1_600_000_000);
  await write(join(path, 'c.json'), 'c:1');
  await becomes('a:1', 'b:1', 'c:1');
  const deadline = performance.now() + WAIT_MS;
  const mtime = (): number | undefined => world.metrics.value('prometheus_sd_file_mtime_seconds', join(path, 'b.json'));
  while (mtime() !== 1_600_000_000 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  assert.equal(mtime(), 1_600_000_000);
});

test('C-018 patterns match across folders, leave folders out and take what cannot be listed for empty', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'limpet-glob-'));
  t.after(() => rm(path, { recursive: true }));
  await mkdir(join(path, 'dc1'));
  await mkdir(join(path, 'dc2', 'x.json'), { recursive: true });
  for (const name of ['dc1/b.json', 'dc1/a.json', 'dc1/.c.json', 'dc2/d.json', 'e.json']) await write(join(path, name), 'x:1');
  const match = async (pattern: string): Promise<readonly string[]> =>
    (await liveFiles.match(join(path, pattern))).map((file) => file.slice(path.length + 1));
  assert.deepEqual(await match('dc?/*.json'), ['dc1/.c.json', 'dc1/a.json', 'dc1/b.json', 'dc2/d.json']);
  assert.deepEqual(await match('dc1/a.json'), ['dc1/a.json']);
  assert.deepEqual(await match('dc9/*.json'), []);
  assert.deepEqual(await match('[.json'), []);
  await chmod(join(path, 'dc1'), 0o000);
  const readable = await match('dc?/d.json');
  await chmod(join(path, 'dc1'), 0o700);
  assert.deepEqual(readable, ['dc2/d.json']);
});
