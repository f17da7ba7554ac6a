import assert from 'node:assert/strict';
import test from 'node:test';
import { SNAPSHOTS_KEPT } from '../src/discovery.effects.ts';
import { RESTART_DELAY_MS_MIN } from '../src/discovery.machine.ts';
import { groupText } from './group-text.ts';
import { fileSection, httpSection, staticSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const URL = 'http://sd.test/targets';

test('D-010 an isolated change is published within 150 ms, under a new revision and with the configuration answered first', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(150);
  assert.deepEqual(
    world.heard.map(({ notice }) => notice),
    [
      { type: 'configApplied', who: 'discovery', rev: 1, ok: true },
      { type: 'targetsUpdated', rev: 1 },
    ],
  );
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1'] });
});

test('D-010 constant change is published about every 5 s, and quickly again after a pause', async () => {
  const world = new World();
  world.apply({ a: [fileSection('/sd/a.json')] });
  for (let n = 0; n < 600; n++) {
    world.files.texts.set('/sd/a.json', groupText([[`a:${n}`]]));
    world.files.touch();
    await world.pass(100);
  }
  const gaps = world.sends.slice(1).map(({ atMs }, index) => atMs - (world.sends[index]?.atMs ?? 0));
  assert.ok(
    gaps.every((gap) => gap >= 50 && gap <= 7_600),
    String(gaps),
  );
  assert.ok(world.sends.length < 25, `${world.sends.length} sends in a minute`);
  assert.ok(
    gaps.slice(-3).every((gap) => gap >= 2_500),
    String(gaps),
  );

  await world.pass(20_000);
  const sendsBefore = world.sends.length;
  world.files.texts.set('/sd/a.json', groupText([['a:last']]));
  world.files.touch();
  await world.pass(150);
  assert.equal(world.sends.length, sendsBefore + 1);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:last'] });
});

test('D-005 every configured job is in every snapshot, with an empty list where it has no targets', async () => {
  const world = new World();
  world.apply({ none: [], gone: [fileSection('/sd/none.json')], some: [staticSection(['a:1'])] });
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { none: [], gone: [], some: ['a:1'] });
});

test('D-001 groups are kept by provider and source: the same source of two providers stands twice, and jobs do not mix', async () => {
  const world = new World();
  const [one, two, other] = [staticSection(['a:1']), staticSection(['b:1'], ['b:2']), staticSection(['c:1'])];
  world.apply({ both: [one, two], single: [two], other: [other] });
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { both: ['a:1', 'b:1', 'b:2'], single: ['b:1', 'b:2'], other: ['c:1'] });
  assert.deepEqual(
    world.published?.get('both')?.map(({ source }) => source),
    ['0', '0', '1'],
  );
  assert.deepEqual(world.running, ['static/0', 'static/1', 'static/2']);
});

test('D-007 C-104 a job without any section has a static provider', async () => {
  const world = new World();
  world.apply({ none: [] });
  await world.pass(200);
  assert.deepEqual(world.running, ['static/0']);
  assert.deepEqual([...(world.published?.get('none') ?? [1])], []);
});

test('D-020 C-100 equal sections share one provider, and each job gets its targets', async () => {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.apply({ a: [fileSection('/sd/a.json')], b: [fileSection('/sd/a.json'), fileSection('/sd/a.json')] });
  await world.pass(200);
  assert.deepEqual(world.running, ['file/0']);
  assert.equal(world.files.watcherCount, 1);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1'], b: ['a:1'] });
});

test('D-022 a kept provider is not restarted, and a job that joins has its groups at once', async () => {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.apply({ a: [fileSection('/sd/a.json')] });
  await world.pass(200);
  const { readCount } = world.files;
  world.apply({ b: [fileSection('/sd/a.json')] });
  await world.pass(200);
  assert.equal(world.files.readCount, readCount);
  assert.deepEqual(world.running, ['file/0']);
  assert.deepEqual(addressesByJob(world.published), { b: ['a:1'] });
});

test('D-021 a provider that nobody asks for ends at once, with its groups and the metrics of its job', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1'])], b: [httpSection(URL)] });
  await world.pass(200);
  assert.equal(world.http.openCount, 1);
  world.apply({ a: [staticSection(['a:1'])] });
  assert.deepEqual(world.running, ['static/0']);
  assert.equal(world.http.openCount, 0);
  assert.equal(world.metrics.value('prometheus_sd_discovered_targets', 'scrape', 'b'), undefined);
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1'] });
});

test('D-006 providers are numbered over the life of discovery, and a number is never used again', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1']), fileSection('/sd/a.json')] });
  assert.deepEqual(world.running, ['file/1', 'static/0']);
  world.apply({});
  assert.deepEqual(world.running, []);
  world.apply({ a: [staticSection(['a:1'])] });
  assert.deepEqual(world.running, ['static/2']);
});

test('D-023 a job whose section changes loses its old targets with the next snapshot', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(6_000);
  world.http.answers.set(URL, { text: groupText([['b:1']]), delayMs: 500 });
  world.apply({ a: [httpSection(URL)] });
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { a: [] });
  await world.pass(1_000);
  assert.deepEqual(addressesByJob(world.published), { a: ['b:1'] });
});

test('D-024 an update that arrives while a configuration is applied reaches kept jobs and no removed one', async () => {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.apply({ a: [fileSection('/sd/a.json')], b: [fileSection('/sd/a.json')], c: [fileSection('/sd/c.json')] });
  await world.pass(200);
  world.driver.accept({ kind: 'command', key: 'both' }, () => {
    world.configs.set(2, new Map([['a', [fileSection('/sd/a.json')]]]));
    const late = world.discovery.table.nextUpdate('file/1');
    const kept = world.discovery.table.nextUpdate('file/0');
    world.actor.send({ type: 'applyConfig', rev: 2 });
    world.discovery.table.stage(late, [{ source: 'x', targets: [[['__address__', 'late:1']]], labels: [] }]);
    world.discovery.table.stage(kept, [{ source: 'x', targets: [[['__address__', 'kept:1']]], labels: [] }]);
    world.actor.send({ type: 'providerUpdate', ...late });
    world.actor.send({ type: 'providerUpdate', ...kept });
  });
  await world.pass(6_000);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1', 'kept:1'] });
  assert.equal(world.discovery.table.stagedCount, 0);
});

test('D-025 removing one section of a job removes its targets only', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1']), staticSection(['a:2'])] });
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1', 'a:2'] });
  world.apply({ a: [staticSection(['a:2'])] });
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:2'] });
});

test('D-011 applying the same configuration again leads to a publish', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(6_000);
  assert.equal(world.lastRev, 1);
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(200);
  assert.equal(world.lastRev, 2);
});

test('D-012 I9 stop ends every provider, tells nothing more and leaves nothing behind', async () => {
  const world = new World();
  world.http.answers.set(URL, { hangs: true });
  world.apply({ a: [staticSection(['a:1']), fileSection('/sd/a.json'), httpSection(URL)] });
  world.files.nextFault = new Error('fault');
  world.files.touch(); // one provider waits for its restart
  await world.pass(20);
  world.send({ type: 'stop' });
  const heardBefore = world.heard.length;
  world.files.touch();
  await world.pass(600_000);
  assert.equal(world.actor.getSnapshot().status, 'done');
  assert.deepEqual(world.running, []);
  assert.equal(world.heard.length, heardBefore);
  assert.equal(world.clock.pendingCount, 0);
  assert.equal(world.files.watcherCount, 0);
  assert.equal(world.http.openCount, 0);
  assert.equal(world.discovery.table.stagedCount, 0);
  assert.deepEqual(world.faults, []);
});

test('an unknown revision is answered with a refusal and changes nothing', async () => {
  const world = new World();
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(200);
  world.send({ type: 'applyConfig', rev: 99 });
  await world.pass(10_000);
  assert.deepEqual(world.heard.at(-1)?.notice, {
    type: 'configApplied',
    who: 'discovery',
    rev: 99,
    ok: false,
    errors: ['discovery knows no configuration of revision 99'],
  });
  assert.equal(world.lastRev, 1);
});

test('a provider that crashes keeps its targets, comes back with a growing delay and notices what vanished meanwhile', async () => {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.files.texts.set('/sd/b.json', groupText([['b:1']]));
  world.apply({ a: [fileSection('/sd/*.json')], other: [staticSection(['o:1'])] });
  await world.pass(200);

  const crash = async (): Promise<void> => {
    world.files.nextFault = new Error('fault');
    world.files.touch();
    await world.pass(0);
    assert.deepEqual(world.running, ['static/1']);
    assert.equal(world.files.watcherCount, 0);
  };
  await crash();
  world.files.texts.delete('/sd/b.json');
  world.send({ type: 'restartProvider', provider: 'static/1' }); // runs: nothing to restart
  await world.pass(RESTART_DELAY_MS_MIN - 1);
  assert.deepEqual(addressesByJob(world.discovery.table.targetSets()), { a: ['a:1', 'b:1'], other: ['o:1'] });
  await world.pass(1);
  assert.deepEqual(world.running, ['file/0', 'static/1']);
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1'], other: ['o:1'] });

  await crash();
  await world.pass(2 * RESTART_DELAY_MS_MIN - 1);
  assert.deepEqual(world.running, ['static/1']);
  await world.pass(1);
  assert.deepEqual(world.running, ['file/0', 'static/1']);
  assert.equal(world.metrics.value('limpet_sd_provider_crashes_total', 'file'), 2);
  assert.deepEqual(world.faults, []);
});

test('D-021 a crashed provider that is removed meanwhile does not come back', async () => {
  const world = new World();
  world.apply({ a: [fileSection('/sd/a.json')] });
  await world.pass(200);
  world.files.nextFault = new Error('fault');
  world.files.touch();
  await world.pass(0);
  world.apply({ a: [staticSection(['a:1'])] });
  await world.pass(120_000);
  assert.deepEqual(world.running, ['static/1']);
  assert.equal(world.clock.pendingCount, 0);
});

test('D-008 a section whose client cannot be created is counted, the others of its job run, and it heals by itself', async () => {
  const world = new World();
  world.http.openError = 'unable to read CA cert';
  world.http.answers.set(URL, { text: groupText([['b:1']]) });
  world.apply({ a: [httpSection(URL), staticSection(['a:1'])] });
  await world.pass(1_000);
  assert.equal(world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 1);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1'] });
  world.http.openError = undefined;
  await world.pass(70_000);
  assert.equal(world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 0);
  assert.deepEqual(addressesByJob(world.published), { a: ['a:1', 'b:1'] });
});

test('D-008 a failed section that is removed is not counted any more', async () => {
  const world = new World();
  world.http.openError = 'unable to read CA cert';
  world.apply({ a: [httpSection(URL)] });
  await world.pass(1_000);
  world.apply({ a: [] });
  assert.equal(world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 0);
});

test('D-040 the self-metrics tell what was received, sent and found', async () => {
  const world = new World();
  assert.equal(world.metrics.value('prometheus_sd_updates_total', 'scrape'), 0);
  assert.equal(world.metrics.value('prometheus_sd_updates_delayed_total', 'scrape'), 0);
  world.files.texts.set('/sd/a.json', groupText([['a:1', 'a:2'], ['a:3']]));
  world.apply({ a: [fileSection('/sd/*.json')], b: [staticSection(['b:1'])] });
  assert.equal(world.metrics.value('prometheus_sd_discovered_targets', 'scrape', 'a'), 0);
  await world.pass(150);
  assert.equal(world.metrics.value('prometheus_sd_discovered_targets', 'scrape', 'a'), 3);
  assert.equal(world.metrics.value('prometheus_sd_discovered_targets', 'scrape', 'b'), 1);
  assert.equal(world.metrics.value('prometheus_sd_received_updates_total', 'scrape'), 2);
  assert.equal(world.metrics.value('prometheus_sd_updates_total', 'scrape'), 1);
  const sentAtMs = world.sends[0]?.atMs ?? 0;
  assert.equal(world.metrics.value('prometheus_sd_last_update_timestamp_seconds', 'scrape', 'a'), (1_700_000_000_000 + sentAtMs) / 1000);
  assert.equal(world.metrics.value('prometheus_sd_file_mtime_seconds', '/sd/a.json'), 1);
  assert.equal(world.metrics.value('prometheus_sd_file_scan_duration_seconds'), 1);
  world.send({ type: 'stop' });
  assert.equal(world.metrics.value('prometheus_sd_file_mtime_seconds', '/sd/a.json'), undefined);
  assert.equal(world.metrics.value('prometheus_sd_discovered_targets', 'scrape', 'a'), undefined);
});

test('only the newest snapshots are kept', async () => {
  const world = new World();
  for (let n = 0; n < SNAPSHOTS_KEPT + 4; n++) {
    world.apply({ a: [staticSection([`a:${n}`])] });
    await world.pass(10_000);
  }
  const revisions = [...world.discovery.snapshots.keys()];
  assert.equal(revisions.length, SNAPSHOTS_KEPT);
  assert.equal(revisions.at(-1), world.lastRev);
});

test('every update is one push of the driver, numbered by provider', async () => {
  const world = new World();
  world.files.texts.set('/sd/a.json', groupText([['a:1']]));
  world.apply({ a: [fileSection('/sd/a.json')] });
  await world.pass(10);
  world.files.texts.set('/sd/a.json', groupText([['a:2']]));
  world.files.touch();
  await world.pass(10);
  assert.deepEqual(
    world.inputs.filter(({ kind }) => kind === 'push').map(({ key }) => key),
    ['provider:file/0#1', 'provider:file/0#2'],
  );
});
