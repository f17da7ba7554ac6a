import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { KubernetesDiscoveryConfig } from '@limpet/config';
import { liveHttpEffects, openHttpClient } from '@limpet/http-client';
import type { HttpEffects } from '@limpet/http-client';
import { liveFiles } from '../src/file/live-files.ts';
import { SERVICE_ACCOUNT_DIRECTORY } from '../src/kubernetes/cluster-access.ts';
import type { ClusterAddress } from '../src/ports.ts';
import { apiEndpoints, apiPod, apiService } from './kubernetes-objects.ts';
import { ScriptedKubernetes } from './scripted-kubernetes.ts';
import { kubernetesSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const WAIT_MS = 10_000;
const POLL_MS = 5;
/** The program that every Debian has. */
const OPENSSL = 'openssl';

/** An API server behind a real socket, with the headers of what it was asked. */
class ServedKubernetes {
  readonly api = new ScriptedKubernetes();
  readonly headers: IncomingHttpHeaders[] = [];
  /** `HTTP/2.0` and the like, one for each request. */
  readonly versions: string[] = [];
  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    this.headers.push(request.headers);
    this.versions.push(request.httpVersion);
    const answer = this.api.answer(new URL(request.url ?? '', 'http://server'));
    if ('body' in answer) {
      const isGzip = request.headers['accept-encoding'] === 'gzip';
      response.writeHead(answer.status, { 'content-type': 'application/json', ...(isGzip ? { 'content-encoding': 'gzip' } : {}) });
      response.end(isGzip ? gzipSync(answer.body) : answer.body);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json;stream=watch' });
    response.flushHeaders?.();
    const stop = answer.watch(
      (line) => response.write(`${line}\n`),
      () => response.end(),
    );
    response.on('close', stop);
  };
}

async function servedPlain(t: TestContext): Promise<{ readonly served: ServedKubernetes; readonly url: string; readonly cut: () => void }> {
  const served = new ServedKubernetes();
  const server = createServer(served.answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { served, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut: () => server.closeAllConnections() };
}

interface LiveOptions {
  readonly section: KubernetesDiscoveryConfig;
  readonly effects?: Partial<HttpEffects>;
  readonly clusterAddress?: ClusterAddress;
}

/** Discovery with one section, virtual timers and real sockets. */
function discovering(t: TestContext, { section, effects = {}, clusterAddress }: LiveOptions): World {
  const world = new World({
    files: liveFiles,
    ...(clusterAddress === undefined ? {} : { clusterAddress }),
    openHttpClient: (config) =>
      openHttpClient(config, { effects: { ...liveHttpEffects, environment: {}, ...effects }, userAgent: 'Limpet/test' }),
  });
  world.apply({ job: [section] });
  t.after(() => {
    world.send({ type: 'stop' });
    assert.deepEqual(world.faults, []);
  });
  return world;
}

/** Lets real and virtual time pass until exactly these targets are known. */
async function becomes(world: World, ...addresses: readonly string[]): Promise<void> {
  await until(world, () => addressesOf(world).join() === addresses.join());
  assert.deepEqual(addressesOf(world), addresses);
}

function addressesOf(world: World): readonly string[] {
  return addressesByJob(world.discovery.table.targetSets())['job'] ?? [];
}

async function until(world: World, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!isTrue() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await world.pass(20);
  }
  assert.ok(isTrue());
}

test('C-150 real sockets: objects are listed in pages, watched as they change, and the watch survives a cut', async (t) => {
  const { served, url, cut } = await servedPlain(t);
  const { api } = served;
  for (const n of [1, 2, 3]) api.put('pods', apiPod(`p${n}`, { ip: `10.0.0.${n}` }));
  api.put('services', apiService('web', { labels: { team: 'ä€😀' } }));
  api.put('endpoints', apiEndpoints('web', { p1: '10.0.0.1' }));
  api.pageObjectsMax = 2;
  const world = discovering(t, { section: kubernetesSection({ apiServer: url, role: 'endpoints' }) });
  await becomes(world, '10.0.0.1:80');
  await until(world, () => api.watchCount === 3);
  api.put('endpoints', apiEndpoints('web', { p1: '10.0.0.1', p2: '10.0.0.2' }));
  await becomes(world, '10.0.0.1:80', '10.0.0.2:80');
  const [group] = world.discovery.table.targetSets().get('job') ?? [];
  assert.ok(group?.labels.some(([name, value]) => name === '__meta_kubernetes_service_label_team' && value === 'ä€😀'));
  cut();
  api.put('endpoints', apiEndpoints('web', { p3: '10.0.0.3' }));
  await becomes(world, '10.0.0.3:80');
  assert.equal(served.headers[0]?.['user-agent'], 'Limpet/test');
  assert.equal(served.headers[0]?.accept, 'application/json');
  world.apply({});
  await until(world, () => api.watchCount === 0);
});

/** A certificate for 127.0.0.1 that is its own authority, in a folder of its own. */
async function selfSigned(t: TestContext): Promise<{ readonly cert: string; readonly key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'limpet-kube-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=kube-test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(OPENSSL, ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...names], { stdio: 'pipe' });
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

test('C-151 in a cluster over TLS and HTTP/2: the authority is checked, and the token is read anew for every request', async (t) => {
  const own = await selfSigned(t);
  const served = new ServedKubernetes();
  const server = createSecureServer({ ...own, allowHTTP1: true }, served.answer as never);
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const files = new Map([
    [`${SERVICE_ACCOUNT_DIRECTORY}/token`, 'first\n'],
    [`${SERVICE_ACCOUNT_DIRECTORY}/ca.crt`, own.cert],
  ]);
  served.api.put('pods', apiPod('a'));
  const world = discovering(t, {
    section: kubernetesSection({ apiServer: undefined }),
    clusterAddress: { host: '127.0.0.1', port: String((server.address() as AddressInfo).port) },
    effects: { readFile: async (path) => Buffer.from(files.get(path) ?? '') },
  });
  await becomes(world, '10.0.0.1:80');
  await until(world, () => served.api.watchCount === 1);
  files.set(`${SERVICE_ACCOUNT_DIRECTORY}/token`, 'second\n');
  await world.pass(5_000);
  served.api.closeWatches();
  served.api.put('pods', apiPod('b', { ip: '10.0.0.2' }));
  await becomes(world, '10.0.0.1:80', '10.0.0.2:80');
  assert.deepEqual([...new Set(served.headers.map(({ authorization }) => authorization))], ['Bearer first', 'Bearer second']);
  assert.deepEqual([...new Set(served.versions)], ['2.0']);
});

test('a kubeconfig file on disk leads to the server, with its token', async (t) => {
  const { served, url } = await servedPlain(t);
  served.api.put('pods', apiPod('a'));
  const folder = await mkdtemp(join(tmpdir(), 'limpet-kube-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'token'), 'from-file');
  await writeFile(
    join(folder, 'config'),
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server: url } }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      users: [{ name: 'u', user: { tokenFile: 'token' } }],
    }),
  );
  const world = discovering(t, { section: kubernetesSection({ apiServer: undefined, kubeconfigFile: join(folder, 'config') }) });
  await becomes(world, '10.0.0.1:80');
  assert.equal(served.headers[0]?.authorization, 'Bearer from-file');
});

test('a server that refuses says why in the log, in its own words and without the credentials', async (t) => {
  const { served, url } = await servedPlain(t);
  served.api.refusals.set('pods', 403);
  const world = discovering(t, {
    section: kubernetesSection({
      apiServer: url,
      httpClient: { ...HTTP_CLIENT_DEFAULTS, httpHeaders: { 'X-Key': { values: ['hunter2'], secrets: [], files: [] } } },
    }),
  });
  await until(world, () => world.logged.some(({ level }) => level === 'error'));
  assert.match(JSON.stringify(world.logged), /server returned HTTP status 403 Forbidden: pods is forbidden/);
  assert.doesNotMatch(JSON.stringify(world.logged), /hunter2/);
  assert.equal(served.headers[0]?.['x-key'], 'hunter2');
});
