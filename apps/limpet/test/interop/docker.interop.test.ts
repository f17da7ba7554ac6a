import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { getJson } from './program/http-get.ts';
import { findPeer, isAtLeast } from './program/peer-program.ts';
import { limpet, prometheusAgent, startSender } from './program/sender.ts';
import type { SenderProgram } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
const DEADLINE_MS = 40_000;

const NETWORKS = [
  { Id: 'n1', Name: 'front', Scope: 'local', Internal: false, Ingress: true, Labels: { 'com.docker/x': 'y' } },
  { Id: 'n2', Name: 'back', Scope: 'swarm', Internal: true, Ingress: false, Labels: null },
];

/** Containers that every release understands in the same way. */
const CONTAINERS = [
  {
    Id: 'c1',
    Names: ['/one', '/alias'],
    Labels: { 'com.docker.compose.project': 'p', empty: '' },
    Ports: [
      { Type: 'tcp', PrivatePort: 9100, PublicPort: 19100, IP: '0.0.0.0' },
      { Type: 'udp', PrivatePort: 53 },
      { Type: 'tcp', PrivatePort: 9200 },
    ],
    HostConfig: { NetworkMode: 'front' },
    NetworkSettings: { Networks: { front: { NetworkID: 'n1', IPAddress: '10.0.0.1' } } },
  },
  {
    Id: 'c2',
    Names: ['/no-port'],
    Labels: {},
    Ports: [{ Type: 'udp', PrivatePort: 53 }],
    HostConfig: { NetworkMode: 'back' },
    NetworkSettings: { Networks: { back: { NetworkID: 'n2', IPAddress: '10.1.0.2' } } },
  },
  {
    Id: 'c3',
    Names: ['/of-the-host'],
    Labels: null,
    Ports: [],
    HostConfig: { NetworkMode: 'host' },
    NetworkSettings: { Networks: { host: { NetworkID: 'unlisted', IPAddress: '' } } },
  },
  { Id: 'c4', Names: [], Ports: [], HostConfig: { NetworkMode: 'none' }, NetworkSettings: { Networks: {} } },
];

/** What came later: of several networks only the first, and networks that are shared. */
const NEWER_CONTAINERS = [
  {
    Id: 'c5',
    Names: ['/in-two'],
    Ports: [],
    HostConfig: { NetworkMode: 'front' },
    NetworkSettings: { Networks: { front: { NetworkID: 'n1', IPAddress: '10.0.0.5' }, back: { NetworkID: 'n2', IPAddress: '10.1.0.5' } } },
  },
  {
    Id: 'c6',
    Names: ['/shares'],
    Ports: [{ Type: 'tcp', PrivatePort: 1 }],
    HostConfig: { NetworkMode: 'container:c1' },
    NetworkSettings: { Networks: {} },
  },
];

const folderOf = temporaryFolder();

suite('a Docker daemon, asked by Limpet and by prometheus', { skip: peer.skip }, () => {
  let daemon: Server;
  let socket = '';
  const asked: string[] = [];

  before(async () => {
    const containers = isAtLeast(prometheusAgent(peer.command).release ?? assert.fail(), '2.54')
      ? [...CONTAINERS, ...NEWER_CONTAINERS]
      : CONTAINERS;
    socket = join((await folderOf).path, 'docker.sock');
    daemon = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.setHeader('Api-Version', '1.44');
      response.setHeader('Content-Type', 'application/json');
      if (url === '/_ping') response.end('OK');
      else response.end(JSON.stringify(url.includes('/containers/json') ? containers : NETWORKS));
    }).listen(socket);
    await once(daemon, 'listening');
  });
  after(async () => {
    daemon.closeAllConnections();
    daemon.close();
    await (await folderOf)[Symbol.asyncDispose]();
  });

  test('C-160 finds the same targets with the same labels', async () => {
    const [ours, theirs] = [await discovered(limpet, socket), await discovered(prometheusAgent(peer.command), socket)];
    assert.ok(ours.length >= 4);
    assert.deepEqual(ours, theirs);
    const filters = encodeURIComponent('{"status":{"running":true}}');
    assert.equal(asked.filter((url) => url.startsWith('/v') && url.includes(`filters=${filters}`)).length >= 2, true, asked.join(' '));
  });
});

/** What discovery gave to the targets of a program: labels in a fixed order, targets by those. */
async function discovered(sender: SenderProgram, socket: string): Promise<readonly string[]> {
  const section = { host: `unix://${socket}`, refresh_interval: '1s', filters: [{ name: 'status', values: ['running'] }] };
  const config = { scrape_configs: [{ job_name: 'docker', scrape_interval: '1h', docker_sd_configs: [section] }] };
  await using running = await startSender({ sender, folder: join((await folderOf).path, sender.name.replaceAll(' ', '-')), config });
  let found: readonly string[] = [];
  await waitUntil({
    what: `${sender.name} to find targets`,
    until: async () => {
      found = targetsIn(await getJson(`http://${running.address}/api/v1/targets`));
      return found.length > 0;
    },
    timeoutMs: DEADLINE_MS,
    seen: () => running.program.output(),
  });
  return found;
}

/** Image labels are left out: no release has them yet. */
function targetsIn(answer: unknown): readonly string[] {
  const { data } = answer as {
    readonly data: { readonly activeTargets: readonly { readonly discoveredLabels: Record<string, string> }[] };
  };
  return data.activeTargets
    .map(({ discoveredLabels }) =>
      Object.entries(discoveredLabels)
        .filter(([name]) => name === '__address__' || (name.startsWith('__meta_') && !/^__meta_docker_container_image(?:_id)?$/.test(name)))
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join('\n'),
    )
    .sort();
}
