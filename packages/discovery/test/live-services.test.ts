import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import type { ServiceDiscoveryConfig } from '@limpet/config';
import { liveHttpEffects, openHttpClient } from '@limpet/http-client';
import { Secret } from '@limpet/model';
import { instanceAt } from './scripted-consul.ts';
import { containerAt } from './scripted-docker.ts';
import { consulSection, dockerSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const WAIT_MS = 10_000;
const POLL_MS = 5;

/** A server over real sockets, with what it was asked. */
interface Served {
  readonly requests: readonly IncomingMessage[];
  readonly port: number;
  readonly socketPath: string;
}

/** Serves on a port, and on a unix socket beside it. */
async function serve(t: TestContext, answer: (url: URL, response: ServerResponse) => void): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'limpet-sd-'));
  const socketPath = join(folder, 'daemon.sock');
  const requests: IncomingMessage[] = [];
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(request);
    answer(new URL(request.url ?? '', 'http://server'), response);
  };
  const [byPort, bySocket] = [createServer(listen), createServer(listen)];
  byPort.listen(0, '127.0.0.1');
  bySocket.listen(socketPath);
  await Promise.all([once(byPort, 'listening'), once(bySocket, 'listening')]);
  t.after(async () => {
    for (const server of [byPort, bySocket]) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });
  return { requests, port: (byPort.address() as AddressInfo).port, socketPath };
}

/** Discovery with one section, virtual timers and real sockets. */
function discovering(t: TestContext, section: ServiceDiscoveryConfig): World {
  const world = new World({
    openHttpClient: (config) => openHttpClient(config, { effects: { ...liveHttpEffects, environment: {} }, userAgent: 'Limpet/test' }),
  });
  world.apply({ job: [section] });
  t.after(() => {
    world.send({ type: 'stop' });
    assert.deepEqual(world.faults, []);
  });
  return world;
}

async function becomes(world: World, ...addresses: readonly string[]): Promise<void> {
  await until(() => addressesByJob(world.discovery.table.targetSets())['job']?.join() === addresses.join());
  assert.deepEqual(addressesByJob(world.discovery.table.targetSets())['job'], addresses);
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!isTrue() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function json(response: ServerResponse, document: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document));
}

for (const transport of ['unix', 'tcp', 'http'] as const) {
  test(`C-160 a Docker daemon is asked over ${transport}`, async (t) => {
    let containers = [containerAt('10.0.0.1:9100')];
    const server = await serve(t, ({ pathname }, response) => {
      if (pathname === '/_ping') response.writeHead(200, { 'api-version': '1.44' }).end('OK');
      else json(response, pathname.endsWith('/containers/json') ? containers : []);
    });
    const host = transport === 'unix' ? `unix://${server.socketPath}` : `${transport}://127.0.0.1:${server.port}`;
    const world = discovering(t, dockerSection(host));
    await becomes(world, '10.0.0.1:9100');
    assert.deepEqual(
      server.requests.map(({ url }) => url),
      ['/_ping', '/v1.44/containers/json', '/v1.44/networks'],
    );
    assert.equal(server.requests[0]?.headers['user-agent'], 'Limpet/test');
    containers = [containerAt('10.0.0.2:9100')];
    await world.pass(60_000);
    await becomes(world, '10.0.0.2:9100');
  });
}

test('C-160 a Docker socket that is not there fails the refresh and is found when it comes', async (t) => {
  const world = discovering(t, dockerSection('unix:///nowhere/docker.sock'));
  await until(() => world.logged.some(({ level }) => level === 'error'));
  assert.match(JSON.stringify(world.logged), /LIMPET_SD_REFRESH/);
  assert.equal(world.metrics.value('prometheus_sd_refresh_failures_total', 'docker', 'job'), 1);
});

test('C-140 C-142 a Consul agent is asked by requests that wait, and a change is known at once', async (t) => {
  const held: ServerResponse[] = [];
  let index = 1;
  let address = '10.0.0.1:80';
  const answerHealth = (response: ServerResponse): void => json(response, [instanceAt(address)], { 'x-consul-index': String(index) });
  const server = await serve(t, ({ pathname, searchParams }, response) => {
    if (pathname === '/prefix/v1/agent/self') json(response, { Config: { Datacenter: 'dc7' } });
    else if (searchParams.get('index') === String(index)) held.push(response);
    else if (pathname === '/prefix/v1/catalog/services') json(response, { web: [] }, { 'x-consul-index': '1' });
    else answerHealth(response);
  });
  const section = consulSection({ server: `127.0.0.1:${server.port}`, pathPrefix: '/prefix', token: new Secret('hunter2') });
  const world = discovering(t, section);
  await becomes(world, '10.0.0.1:80');
  assert.ok(server.requests.every(({ headers }) => headers['x-consul-token'] === 'hunter2'));
  await world.pass(30_000);
  await until(() => held.length === 2);
  index = 2;
  address = '10.0.0.2:80';
  for (const response of held) answerHealthOf(response);
  await becomes(world, '10.0.0.2:80');

  function answerHealthOf(response: ServerResponse): void {
    if (response.req.url?.includes('/health/') === true) answerHealth(response);
  }
});

test('C-140 a Consul agent is asked over a unix socket, named services without the catalog', async (t) => {
  const server = await serve(t, (_, response) => json(response, [instanceAt('10.0.0.1:80')], { 'x-consul-index': '1' }));
  const world = discovering(t, consulSection({ server: `unix://${server.socketPath}`, datacenter: 'dc1', services: ['a/b c'] }));
  await becomes(world, '10.0.0.1:80');
  assert.match(server.requests[0]?.url ?? '', /^\/v1\/health\/service\/a%2Fb%20c\?dc=dc1&stale=&wait=120000ms$/);
});
