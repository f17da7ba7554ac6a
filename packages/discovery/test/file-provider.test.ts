import assert from 'node:assert/strict';
import test from 'node:test';
import { groupText } from './group-text.ts';
import { fileSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

async function started(...patterns: readonly string[]): Promise<World> {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1'], ['a:2']]));
  world.files.texts.set('/sd/b.json', groupText([['b:1']]));
  world.apply({ job: [fileSection(...patterns)] });
  await world.pass(200);
  return world;
}

function pushCount({ inputs }: World): number {
  return inputs.filter(({ kind }) => kind === 'push').length;
}

test('C-110 a group names its file in a label and its place in the file as source', async () => {
  const world = await started('/sd/a.json');
  assert.deepEqual(world.published?.get('job'), [
    { source: '/sd/a.json:0', targets: [[['__address__', 'a:1']]], labels: [['__meta_filepath', '/sd/a.json']] },
    { source: '/sd/a.json:1', targets: [[['__address__', 'a:2']]], labels: [['__meta_filepath', '/sd/a.json']] },
  ]);
});

test('C-111 any change in a folder reads all files at once, those of every pattern', async () => {
  const world = await started('/sd/a.json', '/sd/b*.json');
  const { readCount } = world.files;
  world.files.touch();
  await world.pass(0);
  assert.equal(world.files.readCount, readCount + 2);
});

test('C-111 changes during a read lead to one more read', async () => {
  const world = await started('/sd/a.json');
  const { readCount } = world.files;
  for (let n = 0; n < 5; n++) world.files.touch();
  await world.pass(0);
  assert.equal(world.files.readCount, readCount + 2);
});

test('C-111 without any notice the files are read again after the refresh interval', async () => {
  const world = await started('/sd/*.json');
  world.files.texts.set('/sd/a.json', groupText([['a:9']]));
  await world.pass(299_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1', 'a:2', 'b:1'] });
  await world.pass(2_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:9', 'b:1'] });
});

test('C-112 each file is an update of its own', async () => {
  const world = await started('/sd/*.json');
  assert.equal(pushCount(world), 2);
});

test('C-112 a file that cannot be read or parsed keeps its last groups and is counted, the other files go on', async () => {
  const world = await started('/sd/*.json');
  world.files.texts.set('/sd/a.json', '[{"targets": ["half');
  world.files.texts.set('/sd/b.json', groupText([['b:2']]));
  world.files.touch();
  await world.pass(6_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1', 'a:2', 'b:2'] });
  assert.equal(world.metrics.value('prometheus_sd_file_read_errors_total'), 1);
  world.files.texts.set('/sd/a.json', undefined);
  world.files.touch();
  await world.pass(6_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1', 'a:2', 'b:2'] });
  assert.equal(world.metrics.value('prometheus_sd_file_read_errors_total'), 2);
  assert.equal(world.logged.filter(({ level }) => level === 'error').length, 2);
});

for (const { name, path, text } of [
  { name: 'a null group', path: '/sd/a.json', text: '[{"targets": ["a:9"]}, null]' },
  { name: 'an unknown key', path: '/sd/a.json', text: '[{"targets": ["a:9"], "target": []}]' },
  { name: 'an unknown key in YAML', path: '/sd/a.yml', text: '- targets: [a:9]\n  label: {}' },
]) {
  test(`C-112 C-103 a file with ${name} is refused as a whole`, async () => {
    const world = new World();
    world.files.texts.set(path, JSON.stringify([{ targets: ['a:1'], labels: { env: 'dev' } }]));
    world.apply({ job: [fileSection('/sd/*')] });
    await world.pass(200);
    assert.deepEqual(world.published?.get('job')?.[0]?.labels, [
      ['__meta_filepath', path],
      ['env', 'dev'],
    ]);
    world.files.texts.set(path, text);
    world.files.touch();
    await world.pass(6_000);
    assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
    assert.equal(world.metrics.value('prometheus_sd_file_read_errors_total'), 1);
  });
}

test('C-113 a file that is gone and a file with fewer groups lose their targets', async () => {
  const world = await started('/sd/*.json');
  world.files.texts.delete('/sd/b.json');
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.files.touch();
  await world.pass(6_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
  assert.equal(world.metrics.value('prometheus_sd_file_mtime_seconds', '/sd/b.json'), undefined);
});

test('C-114 the format goes by the extension, in any case', async () => {
  const world = new World();
  const formats: string[] = [];
  for (const name of ['a.json', 'b.JSON', 'c.yml', 'd.yaml', 'e.YML']) world.files.texts.set(`/sd/${name}`, groupText([[name]]));
  world.onParse = ({ file, format }) => formats.push(`${file} ${format}`);
  world.apply({ job: [fileSection('/sd/*')] });
  await world.pass(10);
  assert.deepEqual(formats, ['/sd/a.json json', '/sd/b.JSON json', '/sd/c.yml yaml', '/sd/d.yaml yaml', '/sd/e.YML yaml']);
});

test('D-040 a failure of watching is counted and logged, and the files are still read', async () => {
  const world = await started('/sd/a.json');
  world.files.breakWatching(new Error('no space left on device'));
  assert.equal(world.metrics.value('prometheus_sd_file_watcher_errors_total'), 1);
  assert.deepEqual(world.running, ['file/0']);
});
