import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOKUP_MS_MAX, LOOKUPS_AT_ONCE_MAX } from '../src/dns/dns-refresher.ts';
import { srvRecords } from './scripted-dns.ts';
import { dnsSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const INTERVAL_MS = 30_000;

/** Discovery with one section of the names; those that are given records exist. */
async function started(records: Readonly<Record<string, readonly string[]>>, names = Object.keys(records)): Promise<World> {
  const world = new World();
  for (const [name, addresses] of Object.entries(records)) world.dns.replies.set(`${name}.`, srvRecords(...addresses));
  world.apply({ job: [dnsSection(...names)] });
  await world.pass(300);
  return world;
}

function found(world: World): readonly string[] | undefined {
  return addressesByJob(world.published)['job'];
}

test('C-130 each name is a group of its own, named by it', async () => {
  const world = await started({ 'a.test': ['h1:1', 'h2:2'], 'b.test': ['h3:3'] });
  const groups = world.published?.get('job') ?? [];
  assert.deepEqual(
    groups.map(({ source, labels }) => ({ source, labels })),
    [
      { source: 'a.test', labels: [] },
      { source: 'b.test', labels: [] },
    ],
  );
  assert.deepEqual(groups[0]?.targets[0], [
    ['__address__', 'h1:1'],
    ['__meta_dns_name', 'a.test'],
    ['__meta_dns_srv_record_port', '1'],
    ['__meta_dns_srv_record_target', 'h1.'],
  ]);
});

test('C-130 the record type and port of the section are used', async () => {
  const world = new World();
  world.dns.replies.set('a.test.', [{ type: 'AAAA', address: '2001:db8::1' }]);
  world.apply({ job: [{ ...dnsSection('a.test'), type: 'AAAA', port: 9100 }] });
  await world.pass(300);
  assert.deepEqual(world.dns.questions, ['192.0.2.1 AAAA a.test.']);
  assert.deepEqual(found(world), ['[2001:db8::1]:9100']);
});

test('C-130 names are looked up at the same time, and no more than a limit of them', async () => {
  const few = await started({ 'a.test': ['a:1'], 'b.test': ['b:1'], 'c.test': ['c:1'] });
  assert.equal(few.dns.openCountMax, 3);
  const names = Array.from({ length: LOOKUPS_AT_ONCE_MAX + 10 }, (_, n) => `n${n}.test`);
  const many = await started(Object.fromEntries(names.map((name) => [name, [`${name}:1`]])));
  assert.equal(many.dns.openCountMax, LOOKUPS_AT_ONCE_MAX);
  assert.equal(found(many)?.length, names.length);
});

test('C-132 resolv.conf is read anew for every refresh, and its servers and search list are used', async () => {
  const world = await started({}, ['a']);
  assert.deepEqual(world.dns.questions, ['192.0.2.1 SRV a.']);
  world.dns.conf = 'nameserver 192.0.2.2\nnameserver 192.0.2.3\nsearch x.test\n';
  world.dns.replies.set('192.0.2.2 a.x.test.', 'failed').set('192.0.2.3 a.x.test.', srvRecords('h:1'));
  world.dns.questions.length = 0;
  await world.pass(INTERVAL_MS + 200);
  assert.deepEqual(world.dns.questions, ['192.0.2.2 SRV a.x.test.', '192.0.2.3 SRV a.x.test.']);
  assert.deepEqual(found(world), ['h:1']);
});

for (const { why, reply } of [
  { why: 'that does not exist any more', reply: 'noSuchName' },
  { why: 'that has no records any more', reply: 'records' },
] as const) {
  test(`C-132 the targets of a name ${why} go`, async () => {
    const world = await started({ 'a.test': ['a:1'], 'b.test': ['b:1'] });
    world.dns.replies.set('a.test.', reply);
    await world.pass(INTERVAL_MS + 200);
    assert.deepEqual(found(world), ['b:1']);
    assert.equal(world.metrics.value('prometheus_sd_dns_lookup_failures_total'), 0);
  });
}

test('C-133 D-004 a name that fails keeps its targets, and the others are renewed', async () => {
  const world = await started({ 'a.test': ['a:1'], 'b.test': ['b:1'] });
  world.dns.replies.set('a.test.', 'failed').set('b.test.', srvRecords('b:2'));
  await world.pass(INTERVAL_MS + 200);
  assert.deepEqual(found(world), ['a:1', 'b:2']);
  world.dns.replies.set('a.test.', srvRecords('a:2'));
  await world.pass(INTERVAL_MS);
  assert.deepEqual(found(world), ['a:2', 'b:2']);
});

test('C-133 a name whose servers are silent holds the others up for a limited time, longer than the interval', async () => {
  const world = await started({ 'a.test': ['a:1'], 'b.test': ['b:1'] });
  world.dns.replies.set('a.test.', 'silent').set('b.test.', srvRecords('b:2'));
  await world.pass(INTERVAL_MS - 300 + LOOKUP_MS_MAX - 1);
  assert.deepEqual(found(world), ['a:1', 'b:1']);
  await world.pass(300);
  assert.deepEqual(found(world), ['a:1', 'b:2']);
  assert.equal(world.metrics.value('prometheus_sd_dns_lookup_failures_total'), 1);
  assert.equal(world.metrics.value('prometheus_sd_refresh_failures_total', 'dns', 'job'), undefined);
});

test('C-132 without resolv.conf nothing is known, and the targets stay', async () => {
  const world = await started({ 'a.test': ['a:1'] });
  world.dns.conf = undefined;
  world.dns.replies.clear();
  await world.pass(INTERVAL_MS + 200);
  assert.deepEqual(found(world), ['a:1']);
  const errors = world.logged.filter(({ level }) => level === 'error');
  assert.deepEqual(errors, [
    {
      level: 'error',
      message: 'name cannot be looked up, its last targets stay',
      fields: {
        code: 'LIMPET_DNS_SD_LOOKUP',
        provider: 'dns/0',
        name: 'a.test',
        error: 'could not load resolv.conf: ENOENT: no such file',
      },
    },
  ]);
});

test('D-040 lookups and their failures are counted by name, from 0', async () => {
  const world = new World();
  assert.equal(world.metrics.value('prometheus_sd_dns_lookups_total'), 0);
  assert.equal(world.metrics.value('prometheus_sd_dns_lookup_failures_total'), 0);
  world.dns.conf = 'nameserver 192.0.2.1\nsearch x.test\n';
  world.dns.replies.set('a.', 'failed');
  world.apply({ job: [dnsSection('a', 'b')] });
  await world.pass(300);
  assert.equal(world.dns.questions.length, 4);
  assert.equal(world.metrics.value('prometheus_sd_dns_lookups_total'), 2);
  assert.equal(world.metrics.value('prometheus_sd_dns_lookup_failures_total'), 1);
  assert.equal(world.metrics.value('prometheus_sd_refresh_duration_seconds', 'dns', 'job'), 1);
});

test('D-004 refreshes keep to the grid of the interval', async () => {
  const world = new World();
  const askedAt: number[] = [];
  world.dns.delayMs = 700;
  world.apply({ job: [{ ...dnsSection('a'), refreshIntervalMs: 1_000 }] });
  for (let ms = 0; ms < 3_500; ms += 50) {
    await world.pass(50);
    if (world.dns.questions.length > askedAt.length) askedAt.push(world.clock.mono());
  }
  assert.deepEqual(askedAt, [50, 1_000, 2_000, 3_000]);
});
