import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DnsDiscoveryConfig } from '@limpet/config';
import { liveDns, RESOLV_CONF_BYTES_MAX } from '../src/dns/live-dns.ts';
import type { DnsAnswer, DnsLookup } from '../src/dns/dns-lookup.ts';
import type { Zone, ZoneRecord } from './dns-server.ts';
import type { DnsServerOrder, DnsServerReply } from './dns-server-process.ts';
import { dnsSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const SILENCE_MS = 300;
const WAIT_MS = 10_000;
const POLL_MS = 5;

const srv = (port: number, value: string): ZoneRecord => ({ type: 'SRV', port, value });
const MANY: readonly ZoneRecord[] = Array.from({ length: 200 }, (_, n) => srv(9_000 + n, `Host${n}.many.example`));

const ZONE: Zone = {
  'a.example': {
    records: [
      { type: 'A', value: '192.0.2.2' },
      { type: 'A', value: '192.0.2.1' },
    ],
  },
  'alias.example': {
    records: [
      { type: 'CNAME', value: 'a.example' },
      { type: 'A', value: '192.0.2.7' },
    ],
  },
  'aaaa.example': { records: [{ type: 'AAAA', value: '2001:0db8:0000:0000:0000:0000:0000:0001' }] },
  'mapped.example': { records: [{ type: 'AAAA', value: '0000:0000:0000:0000:0000:ffff:c000:0205' }] },
  '_web._tcp.example': { records: [srv(8080, 'Web1.example'), srv(0, '.')] },
  'mx.example': { records: [{ type: 'MX', priority: 10, value: 'smtp.example' }] },
  'ns.example': { records: [{ type: 'NS', value: 'ns1.example' }] },
  'empty.example': {},
  'broken.example': { rcode: 2 },
  'refused.example': { rcode: 5 },
  'once.example': { failFirst: 1, records: [{ type: 'A', value: '192.0.2.3' }] },
  'silent.example': { isSilent: true },
  'many.example': { isTruncated: true, records: MANY },
};

let folder = '';
let server: ChildProcess;
let port = 0;

function tell(order: DnsServerOrder): Promise<DnsServerReply> {
  const reply = once(server, 'message');
  server.send(order);
  return reply.then(([message]) => message as DnsServerReply);
}

/** What the server was asked since the last time. */
async function questions(): Promise<readonly string[]> {
  const reply = await tell('questions');
  return typeof reply === 'object' && 'questions' in reply ? reply.questions : [];
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'limpet-dns-sd-'));
  server = fork(join(import.meta.dirname, 'dns-server-process.ts'), { execArgv: [] });
  const [ready] = (await once(server, 'message')) as [DnsServerReply];
  assert.ok(typeof ready === 'object' && 'port' in ready);
  port = ready.port;
  await tell({ zone: ZONE });
});

after(async () => {
  const exited = once(server, 'exit');
  server.disconnect();
  await exited;
  await rm(folder, { recursive: true });
});

/** The live port on the test's server and a `resolv.conf` of the test. */
async function dnsWith(conf: string): Promise<DnsLookup> {
  const resolvConfPath = join(folder, 'resolv.conf');
  await writeFile(resolvConfPath, conf);
  return liveDns({ resolvConfPath, port, askTimeoutMs: SILENCE_MS });
}

async function answerTo(
  type: DnsDiscoveryConfig['type'],
  name: string,
  { server: address = '127.0.0.1', signal = new AbortController().signal } = {},
): Promise<DnsAnswer> {
  const dns = await dnsWith('');
  return dns.ask({ server: address, name, type, signal });
}

const ANSWERS: readonly {
  readonly why: string;
  readonly type: DnsDiscoveryConfig['type'];
  readonly name: string;
  readonly answer: DnsAnswer;
}[] = [
  {
    why: 'C-130 a CNAME on the way to an address is skipped',
    type: 'A',
    name: 'alias.example.',
    answer: { outcome: 'records', records: [{ type: 'A', address: '192.0.2.7' }] },
  },
  {
    why: 'C-130 an IPv6 address is compressed',
    type: 'AAAA',
    name: 'aaaa.example.',
    answer: { outcome: 'records', records: [{ type: 'AAAA', address: '2001:db8::1' }] },
  },
  {
    why: 'C-130 an IPv4 address within IPv6 is written as IPv4',
    type: 'AAAA',
    name: 'mapped.example.',
    answer: { outcome: 'records', records: [{ type: 'AAAA', address: '192.0.2.5' }] },
  },
  {
    why: 'C-131 SRV targets keep their case and the final dot, that of the root too',
    type: 'SRV',
    name: '_web._tcp.example.',
    answer: {
      outcome: 'records',
      records: [
        { type: 'SRV', host: 'Web1.example.', port: 8080 },
        { type: 'SRV', host: '.', port: 0 },
      ],
    },
  },
  {
    why: 'C-131 MX hosts keep the final dot',
    type: 'MX',
    name: 'mx.example.',
    answer: { outcome: 'records', records: [{ type: 'MX', host: 'smtp.example.' }] },
  },
  {
    why: 'C-131 NS hosts keep the final dot',
    type: 'NS',
    name: 'ns.example.',
    answer: { outcome: 'records', records: [{ type: 'NS', host: 'ns1.example.' }] },
  },
  {
    why: 'C-132 a name without records is told from one that does not exist',
    type: 'A',
    name: 'empty.example.',
    answer: { outcome: 'records', records: [] },
  },
  {
    why: 'C-132 a name with records of other types only has none',
    type: 'MX',
    name: 'a.example.',
    answer: { outcome: 'records', records: [] },
  },
  { why: 'C-132 a name that does not exist', type: 'A', name: 'nowhere.example.', answer: { outcome: 'noSuchName' } },
  { why: 'C-132 a server that fails', type: 'A', name: 'broken.example.', answer: { outcome: 'failed', error: 'ESERVFAIL' } },
  { why: 'C-132 a server that refuses', type: 'A', name: 'refused.example.', answer: { outcome: 'failed', error: 'EREFUSED' } },
  { why: 'C-132 a server that is silent', type: 'A', name: 'silent.example.', answer: { outcome: 'failed', error: 'ETIMEOUT' } },
  { why: 'C-132 a name that cannot be asked for', type: 'A', name: 'a..example.', answer: { outcome: 'failed', error: 'EBADNAME' } },
];

for (const { why, type, name, answer } of ANSWERS) {
  test(why, async () => assert.deepEqual(await answerTo(type, name), answer));
}

test('C-132 a truncated answer is fetched again by TCP, whole', async () => {
  await questions();
  const answer = await answerTo('SRV', 'many.example.');
  assert.ok(answer.outcome === 'records');
  assert.deepEqual(
    answer.records,
    MANY.map((record, n) => ({ type: 'SRV', host: `${record.value}.`, port: 9_000 + n })),
  );
  assert.deepEqual(await questions(), ['udp SRV many.example', 'tcp SRV many.example']);
});

test('C-132 each question is asked once', async () => {
  await questions();
  for (const name of ['broken.example.', 'silent.example.']) await answerTo('A', name);
  assert.deepEqual(await questions(), ['udp A broken.example', 'udp A silent.example']);
});

test('C-132 answers are not remembered from one question to the next', async () => {
  await questions();
  for (let n = 0; n < 2; n++) await answerTo('A', 'a.example.');
  assert.deepEqual(await questions(), ['udp A a.example', 'udp A a.example']);
});

test('C-132 a server whose address is none fails', async () => {
  const answer = await answerTo('A', 'a.example.', { server: 'resolver.example' });
  assert.equal(answer.outcome, 'failed');
});

test('D-002 a question that is given up is over at once', async () => {
  const dns = liveDns({ port, askTimeoutMs: 600_000 });
  const controller = new AbortController();
  const question = { server: '127.0.0.1', name: 'silent.example.', type: 'A', signal: controller.signal } as const;
  const waiting = dns.ask(question);
  controller.abort();
  const cancelled: DnsAnswer = { outcome: 'failed', error: 'ECANCELLED' };
  assert.deepEqual(await waiting, cancelled);
  assert.deepEqual(await dns.ask(question), cancelled);
});

test('C-132 a resolv.conf that is missing or too large is refused', async () => {
  const missing = await liveDns({ resolvConfPath: join(folder, 'missing') }).resolvConf();
  assert.ok(!missing.ok && missing.error.message.includes('ENOENT'));
  const large = await dnsWith('#'.repeat(RESOLV_CONF_BYTES_MAX + 1));
  assert.equal((await large.resolvConf()).ok, false);
  const whole = await dnsWith('#'.repeat(RESOLV_CONF_BYTES_MAX));
  assert.equal((await whole.resolvConf()).ok, true);
});

/** Runs discovery on the real server until a job has exactly these targets. */
async function discovers(conf: string, section: DnsDiscoveryConfig, expected: readonly string[]): Promise<World> {
  const world = new World({ dns: await dnsWith(conf) });
  world.apply({ job: [section] });
  const deadline = performance.now() + WAIT_MS;
  const known = (): readonly string[] => addressesByJob(world.discovery.table.targetSets())['job'] ?? [];
  while (known().join() !== expected.join() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  assert.deepEqual(known(), expected);
  return world;
}

test('C-130 C-132 C-133 names are discovered along the search list, whatever happens to one of them', async () => {
  await questions();
  const section: DnsDiscoveryConfig = { ...dnsSection('a', 'broken', 'aaaa.example', 'nowhere'), type: 'A', port: 9100 };
  const conf = 'search wrong.example example\noptions ndots:1\nnameserver 127.0.0.1\n';
  const world = await discovers(conf, section, ['192.0.2.1:9100', '192.0.2.2:9100']);
  const asked = await questions();
  assert.deepEqual(
    asked.filter((question) => question.startsWith('udp A a.')),
    ['udp A a.wrong.example', 'udp A a.example'],
  );
  assert.equal(world.metrics.value('prometheus_sd_dns_lookups_total'), 4);
  assert.equal(world.metrics.value('prometheus_sd_dns_lookup_failures_total'), 1);
  assert.deepEqual(world.faults, []);
});

test('C-132 the next server of resolv.conf is asked where one fails', async () => {
  await questions();
  const section: DnsDiscoveryConfig = { ...dnsSection('once.example.'), type: 'A', port: 80 };
  await discovers('nameserver 127.0.0.1\nnameserver 127.0.0.1\n', section, ['192.0.2.3:80']);
  assert.deepEqual(await questions(), ['udp A once.example', 'udp A once.example']);
});

test('C-130 SRV records are discovered with their own ports', async () => {
  const expected = MANY.map(({ value }, n) => `${value}:${9_000 + n}`).sort();
  await discovers('nameserver 127.0.0.1\n', dnsSection('many.example'), expected);
});
