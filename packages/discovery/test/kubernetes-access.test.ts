import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import { OPENING_MS_MAX } from '../src/provider/lazy-client.ts';
import { SERVICE_ACCOUNT_DIRECTORY } from '../src/kubernetes/cluster-access.ts';
import { RETRY_MS_MAX } from '../src/kubernetes/retry-delay.ts';
import { apiPod } from './kubernetes-objects.ts';
import { KubernetesWorld } from './kubernetes-world.ts';

const IN_CLUSTER = { apiServer: undefined };
const OWN = { namespaces: { ownNamespace: true, names: ['extra'] } };
const FAILED = 'prometheus_sd_failed_configs';

function inCluster(host = '10.96.0.1'): KubernetesWorld {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  Object.assign(run.clusterAddress, { host, port: '443' });
  return run;
}

/** What was logged as an error, the last first. */
function lastError(run: KubernetesWorld): string {
  const fields = run.world.logged.findLast(({ level }) => level === 'error')?.fields as { readonly error?: string } | undefined;
  return fields?.error ?? '';
}

test('C-151 in a cluster the server is that of the environment, token and authority are those of the service account', async () => {
  const run = await inCluster().start(IN_CLUSTER);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
  assert.equal(run.server.requests[0]?.origin, 'https://10.96.0.1');
  assert.deepEqual(run.clients.opened, [
    {
      ...HTTP_CLIENT_DEFAULTS,
      authentication: { kind: 'authorization', type: 'Bearer', credentials: { from: 'file', path: `${SERVICE_ACCOUNT_DIRECTORY}/token` } },
      tls: { ...HTTP_CLIENT_DEFAULTS.tls, ca: { from: 'file', path: `${SERVICE_ACCOUNT_DIRECTORY}/ca.crt` } },
      proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, fromEnvironment: true },
    },
  ]);
});

test('C-151 an address of IPv6 is put into brackets', async () => {
  const run = await inCluster('fd00::1').start(IN_CLUSTER);
  assert.equal(run.server.requests[0]?.origin, 'https://[fd00::1]');
});

test('C-151 the own namespace is that of the service account, beside those that are named', async () => {
  const run = inCluster();
  run.world.files.texts.set(`${SERVICE_ACCOUNT_DIRECTORY}/namespace`, 'monitoring\n');
  run.server.put('pods', apiPod('b', { namespace: 'monitoring', ip: '10.0.0.2' }));
  run.server.put('pods', apiPod('c', { namespace: 'extra', ip: '10.0.0.3' }));
  await run.start({ ...IN_CLUSTER, ...OWN });
  assert.deepEqual(run.addresses, ['10.0.0.2:80', '10.0.0.3:80']);
});

for (const { name, text, words } of [
  { name: 'is missing', text: undefined, words: /^could not determine the pod's namespace: permission denied$/ },
  { name: 'is empty', text: ' \n', words: /^could not read own namespace name \(empty file\)$/ },
]) {
  test(`C-151 D-008 a service account whose namespace ${name} is counted and tried again`, async () => {
    const run = inCluster();
    run.world.files.texts.set(`${SERVICE_ACCOUNT_DIRECTORY}/namespace`, text);
    await run.start({ ...IN_CLUSTER, ...OWN });
    assert.match(lastError(run), words);
    assert.equal(run.world.metrics.value(FAILED, 'scrape'), 1);
    run.world.files.texts.set(`${SERVICE_ACCOUNT_DIRECTORY}/namespace`, 'shop');
    await run.world.pass(2 * RETRY_MS_MAX);
    assert.deepEqual(run.addresses, ['10.0.0.1:80']);
    assert.equal(run.world.metrics.value(FAILED, 'scrape'), 0);
  });
}

test('C-151 D-008 outside of a cluster a section without an API server is counted, the other sections run', async () => {
  const run = await new KubernetesWorld().start(IN_CLUSTER);
  assert.match(lastError(run), /KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined/);
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 1);
  assert.deepEqual(run.server.requests, []);
  run.world.apply({});
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 0, 'a section that is removed is not counted any more');
});

const KUBECONFIG = `current-context: c
clusters: [{name: k, cluster: {server: "https://k.test:6443/k8s/clusters/c-1/", insecure-skip-tls-verify: true}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users: [{name: u, user: {tokenFile: token}}]
`;

test('a kubeconfig file says where the server is and how to speak to it', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  run.world.files.texts.set('/kube/config', KUBECONFIG);
  await run.start({ apiServer: undefined, kubeconfigFile: '/kube/config' });
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
  assert.equal(run.server.requests[0]?.href.split('?')[0], 'https://k.test:6443/k8s/clusters/c-1/api/v1/pods');
  const [client] = run.clients.opened;
  assert.deepEqual(client?.authentication, { kind: 'authorization', type: 'Bearer', credentials: { from: 'file', path: '/kube/token' } });
  assert.equal(client?.tls.insecureSkipVerify, true);
});

test('D-008 a kubeconfig file that cannot be used is counted, said why without its secrets, and read again', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  await run.start({ apiServer: undefined, kubeconfigFile: '/kube/config' });
  assert.equal(lastError(run), 'cannot read the kubeconfig: permission denied');
  run.world.files.texts.set('/kube/config', KUBECONFIG.replace('tokenFile: token', 'exec: {command: hunter2}'));
  await run.world.pass(2 * RETRY_MS_MAX);
  assert.equal(lastError(run), 'kubeconfig /kube/config:4: exec is not built into Limpet yet');
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 1);
  run.world.files.texts.set('/kube/config', KUBECONFIG);
  await run.world.pass(2 * RETRY_MS_MAX);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 0);
});

for (const { written, origin, path } of [
  { written: 'http://k:8080', origin: 'http://k:8080', path: '/api/v1/pods' },
  { written: 'https://k/prefix/', origin: 'https://k', path: '/prefix/api/v1/pods' },
  { written: 'https://k/prefix?a=b', origin: 'https://k', path: '/prefix/api/v1/pods' },
  { written: '//k', origin: 'http://k', path: '/api/v1/pods' },
  { written: 'k.test', origin: 'http://k.test', path: '/api/v1/pods' },
]) {
  test(`the API server ${written} is asked at ${origin}${path}`, async () => {
    const run = await new KubernetesWorld().start({ apiServer: written });
    assert.deepEqual([run.server.requests[0]?.origin, run.server.requests[0]?.pathname], [origin, path]);
  });
}

test('C-013 the password of an API server is in no line of the log', async () => {
  const run = new KubernetesWorld();
  run.server.refusals.set('pods', 403);
  await run.start({ apiServer: 'http://user:hidden@k' });
  assert.ok(run.world.logged.length > 1);
  assert.doesNotMatch(JSON.stringify(run.world.logged), /hidden/);
});

test('D-008 a client that cannot be opened is counted, and opened once what it lacks is there', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  run.clients.openError = 'unable to read CA cert';
  await run.start();
  assert.equal(lastError(run), 'unable to read CA cert');
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 1);
  run.clients.openError = undefined;
  await run.world.pass(2 * RETRY_MS_MAX);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
  assert.equal(run.world.metrics.value(FAILED, 'scrape'), 0);
});

test('D-008 an opening that hangs is given up; two may hang at once, and what they open in the end is closed', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  const gate = Promise.withResolvers<void>();
  run.clients.openGate = gate.promise;
  await run.start();
  await run.world.pass(OPENING_MS_MAX);
  assert.equal(lastError(run), 'it took too long');
  await run.world.pass(10 * 60_000);
  assert.equal(lastError(run), 'earlier attempts still hang');
  assert.equal(run.clients.opened.length, 0);
  gate.resolve();
  await run.world.pass(1);
  assert.equal(run.clients.opened.length, 2);
  assert.equal(run.clients.openCount, 0);
  await run.world.pass(2 * RETRY_MS_MAX);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
  assert.deepEqual(run.world.faults, []);
});
