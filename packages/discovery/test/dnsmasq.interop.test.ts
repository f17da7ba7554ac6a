import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { DnsDiscoveryConfig } from '@limpet/config';
import { liveDns } from '../src/dns/live-dns.ts';
import { dnsSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const WAIT_MS = 10_000;
const POLL_MS = 20;
/** Too many for a datagram: the answer has to come by TCP. */
const MANY = 60;

/** dnsmasq where its variable points, else on the PATH; not required, also not in the gate. */
function findDnsmasq(): string | undefined {
  const named = process.env['DNSMASQ_BIN'] ?? '';
  if (named !== '') return named;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'dnsmasq')).find((path) => existsSync(path));
}

/** A name as it stands in a record, in hexadecimal: its parts with their lengths, then the root. */
function wireName(name: string): string {
  const parts = name.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)]));
  return Buffer.concat([...parts, Buffer.from([0])]).toString('hex');
}

const RECORDS: readonly string[] = [
  '--host-record=web.example,192.0.2.1,2001:db8::1',
  '--host-record=other.example,192.0.2.2',
  '--srv-host=_web._tcp.example,web.example,8080',
  '--srv-host=_web._tcp.example,other.example,8081',
  '--mx-host=example,mail.example,10',
  `--dns-rr=example,2,${wireName('ns1.example')}`,
  ...Array.from({ length: MANY }, (_, n) => `--srv-host=_many._tcp.example,host${n}.example,${9_000 + n}`),
];

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

const program = findDnsmasq();
const skip = program === undefined && 'dnsmasq is not installed and DNSMASQ_BIN is not set';
if (skip !== false) process.stderr.write(`SKIPPED: ${skip}\n`);

suite('dns discovery asks a real resolver', { skip }, () => {
  let folder = '';
  let resolver: ChildProcess | undefined;
  let port = 0;

  async function start(): Promise<void> {
    const own = ['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--local=/example/', '--bind-interfaces'];
    const place = ['--listen-address=127.0.0.1', `--port=${port}`, '--pid-file=', `--user=${userInfo().username}`];
    resolver = spawn(program ?? '', [...own, ...place, ...RECORDS], { stdio: ['ignore', 'ignore', 'inherit'] });
    await once(resolver, 'spawn');
  }

  async function stop(): Promise<void> {
    if (resolver === undefined || resolver.exitCode !== null || resolver.signalCode !== null) return;
    const exited = once(resolver, 'exit');
    resolver.kill();
    await exited;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'limpet-dnsmasq-'));
    await writeFile(join(folder, 'resolv.conf'), 'search example\nnameserver 127.0.0.1\n');
    port = await freePort();
    await start();
  });
  after(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  /** Discovery on the real resolver until a job has exactly these targets. */
  async function discovers(section: DnsDiscoveryConfig, expected: readonly string[]): Promise<World> {
    const world = new World({ dns: liveDns({ resolvConfPath: join(folder, 'resolv.conf'), port, askTimeoutMs: 2_000 }) });
    const known = (): readonly string[] => [...(addressesByJob(world.discovery.table.targetSets())['job'] ?? [])].sort();
    const deadline = performance.now() + WAIT_MS;
    world.apply({ job: [section] });
    while (known().join() !== expected.join() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      await world.pass(1_000); // refreshes come in virtual time
    }
    assert.deepEqual(known(), [...expected].sort());
    return world;
  }

  const section = (type: DnsDiscoveryConfig['type'], port_: number, ...names: readonly string[]): DnsDiscoveryConfig => ({
    ...dnsSection(...names),
    type,
    port: port_,
  });

  test('C-130 C-132 A records, along the search list', async () => {
    await discovers(section('A', 9100, 'web', 'other.example.'), ['192.0.2.1:9100', '192.0.2.2:9100']);
  });

  test('C-130 AAAA records', async () => {
    await discovers(section('AAAA', 9100, 'web.example'), ['[2001:db8::1]:9100']);
  });

  test('C-130 C-131 SRV records with their own ports', async () => {
    await discovers(section('SRV', 0, '_web._tcp.example'), ['other.example:8081', 'web.example:8080']);
  });

  test('C-130 C-131 MX records', async () => {
    await discovers(section('MX', 25, 'example'), ['mail.example:25']);
  });

  test('C-130 C-131 NS records', async () => {
    await discovers(section('NS', 53, 'example'), ['ns1.example:53']);
  });

  test('C-132 an answer too long for a datagram comes by TCP, whole', async () => {
    const expected = Array.from({ length: MANY }, (_, n) => `host${n}.example:${9_000 + n}`).sort();
    await discovers(section('SRV', 0, '_many._tcp.example'), expected);
  });

  test('C-133 D-004 targets stay while the resolver is gone, and are renewed when it is back', async () => {
    const world = await discovers(section('A', 9100, 'web.example'), ['192.0.2.1:9100']);
    const failures = (): number => world.metrics.value('prometheus_sd_dns_lookup_failures_total') ?? 0;
    const lookups = (): number => world.metrics.value('prometheus_sd_dns_lookups_total') ?? 0;
    const until = async (holds: () => boolean): Promise<void> => {
      const deadline = performance.now() + WAIT_MS;
      while (!holds() && performance.now() < deadline) {
        await world.pass(30_000);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      assert.ok(holds());
    };
    await stop();
    const failedBefore = failures();
    await until(() => failures() > failedBefore);
    assert.deepEqual(addressesByJob(world.discovery.table.targetSets())['job'], ['192.0.2.1:9100']);
    await start();
    const succeeded = (): number => lookups() - failures();
    const before = succeeded();
    await until(() => succeeded() > before);
    assert.deepEqual(addressesByJob(world.discovery.table.targetSets())['job'], ['192.0.2.1:9100']);
  });
});
