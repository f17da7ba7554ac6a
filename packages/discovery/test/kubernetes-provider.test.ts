import assert from 'node:assert/strict';
import test from 'node:test';
import { SLICE_TARGETS } from '../src/kubernetes/cluster.ts';
import { COLLECT_MS } from '../src/kubernetes/kubernetes.machine.ts';
import { LIST_PAGE_OBJECTS } from '../src/kubernetes/watch/reflector-api.ts';
import { LIST_MS_MAX, WATCH_MARGIN_MS } from '../src/kubernetes/watch/reflector.machine.ts';
import { WATCH_MS_MIN } from '../src/kubernetes/kubernetes-logic.ts';
import { RETRY_MS_MAX, RETRY_MS_MIN } from '../src/kubernetes/retry-delay.ts';
import { apiEndpoints, apiNode, apiPod, apiService } from './kubernetes-objects.ts';
import { emptyGroup } from '../src/merge-groups.ts';
import { KubernetesWorld } from './kubernetes-world.ts';
import { NO_METADATA } from './sections.ts';

const FAILURES = 'prometheus_sd_kubernetes_failures_total';
const EVENTS = 'prometheus_sd_kubernetes_events_total';
const RETRY_MS = 2 * RETRY_MS_MAX;

test('C-150 nothing is told before all lists of the role are complete; then everything is one update', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a', { ip: '10.0.0.1' }));
  run.server.put('services', apiService('web', { labels: { team: 'x' } }));
  run.server.put('endpoints', apiEndpoints('web', { a: '10.0.0.1' }));
  run.server.put('endpoints', apiEndpoints('other', { b: '10.0.0.2' }));
  run.server.refusals.set('services', 403);
  await run.start({ role: 'endpoints' });
  await run.world.pass(60_000);
  assert.equal(run.updateCount, 0);
  assert.ok(run.failureCount > 3);
  run.server.refusals.clear();
  await run.world.pass(RETRY_MS);
  assert.deepEqual(run.addresses, ['10.0.0.1:80', '10.0.0.2:80']);
  assert.equal(run.updateCount, 1);
});

test('C-150 later each object that has changed is one update of one group, and a deleted one an empty group', async () => {
  const run = await new KubernetesWorld().start();
  run.server.put('pods', apiPod('a', { ip: '10.0.0.1' }));
  run.server.put('pods', apiPod('b', { ip: '10.0.0.2' }));
  await run.world.pass(100);
  assert.deepEqual(run.addresses, ['10.0.0.1:80', '10.0.0.2:80']);
  assert.deepEqual(run.updatedSources, [['pod/shop/a'], ['pod/shop/b']]);
  run.server.delete('pods', 'a', 'shop');
  run.server.put('pods', apiPod('b', { ip: '10.0.0.2' })); // another version, the same group
  await run.world.pass(100);
  assert.deepEqual(run.addresses, ['10.0.0.2:80']);
  assert.deepEqual(run.updatedSources.slice(2), [['pod/shop/a']]);
  assert.deepEqual(run.updates.at(-1), [emptyGroup('pod/shop/a')]);
});

test('C-150 what an object became within a moment is told once', async () => {
  const run = await new KubernetesWorld().start();
  for (const ip of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) run.server.put('pods', apiPod('a', { ip }));
  await run.world.pass(100);
  assert.deepEqual(run.addresses, ['10.0.0.3:80']);
  assert.equal(run.updateCount, 1);
});

test('C-150 many groups are made slice by slice and told as one; later slices follow by themselves', async () => {
  const run = new KubernetesWorld();
  const show = (port: number): void => {
    for (let n = 0; n < 2 * SLICE_TARGETS + 1; n++) {
      run.server.put('pods', apiPod(`p${n}`, { ip: '10.0.0.1', ports: { web: port } }));
    }
  };
  show(1);
  await run.start();
  assert.deepEqual(
    run.updates.map(({ length }) => length),
    [2 * SLICE_TARGETS + 1],
  );
  show(2);
  await run.world.pass(COLLECT_MS);
  assert.equal(run.updateCount, 1 + SLICE_TARGETS);
  await run.world.pass(COLLECT_MS);
  assert.equal(run.updateCount, 1 + 2 * SLICE_TARGETS);
  await run.world.pass(COLLECT_MS);
  assert.equal(run.updateCount, 1 + 2 * SLICE_TARGETS + 1);
  assert.equal(
    run.addresses?.every((address) => address === '10.0.0.1:2'),
    true,
  );
});

test('C-150 a list is asked for in pages, and taken over when it is complete', async () => {
  const run = new KubernetesWorld();
  for (const n of [1, 2, 3, 4, 5]) run.server.put('pods', apiPod(`p${n}`, { ip: `10.0.0.${n}` }));
  run.server.pageObjectsMax = 2;
  await run.start();
  assert.equal(run.addresses?.length, 5);
  assert.equal(run.updateCount, 1);
  const lists = run.requests('list');
  assert.equal(lists.length, 3);
  assert.deepEqual(
    lists.map(({ searchParams }) => searchParams.get('limit')),
    Array(3).fill(String(LIST_PAGE_OBJECTS)),
  );
  assert.deepEqual(
    lists.map(({ searchParams }) => searchParams.has('continue')),
    [false, true, true],
  );
  assert.equal(run.requests('watch').length, 1);
});

test('C-150 a list whose next page is gone begins again, which is no failure', async () => {
  const run = new KubernetesWorld();
  for (const n of [1, 2, 3]) run.server.put('pods', apiPod(`p${n}`, { ip: `10.0.0.${n}` }));
  run.server.pageObjectsMax = 2;
  run.server.onRequest = ({ searchParams }) => {
    if (searchParams.has('continue') && run.requests('list').length === 2) run.server.forgetHistory();
  };
  await run.start();
  assert.equal(run.addresses?.length, 3);
  assert.deepEqual(
    run.requests('list').map(({ searchParams }) => searchParams.has('continue')),
    [false, true, false, true],
  );
  assert.equal(run.failureCount, 0);
});

test('C-150 a watch that the server has ended goes on from the version told last, that of a bookmark too; nothing is listed again', async () => {
  const run = await new KubernetesWorld().start();
  run.server.put('pods', apiPod('a'));
  await run.world.pass(5_000);
  run.server.closeWatches();
  run.server.put('pods', apiPod('b', { ip: '10.0.0.2' }));
  await run.world.pass(100);
  assert.deepEqual(run.addresses, ['10.0.0.1:80', '10.0.0.2:80']);
  run.server.bookmark();
  await run.world.pass(5_000);
  run.server.closeWatches();
  await run.world.pass(100);
  assert.deepEqual(
    run.requests('watch').map(({ searchParams }) => searchParams.get('resourceVersion')),
    ['100', '101', '103'],
  );
  assert.equal(run.requests('list').length, 1);
  assert.ok(run.requests('watch').every(({ searchParams }) => searchParams.get('allowWatchBookmarks') === 'true'));
  assert.equal(run.failureCount, 0);
});

test('C-150 a watch from a version that is gone leads to a new list, whose differences are told', async () => {
  const run = new KubernetesWorld();
  for (const n of [1, 2, 3]) run.server.put('pods', apiPod(`p${n}`, { ip: `10.0.0.${n}` }));
  await run.start();
  run.server.onRequest = ({ searchParams }) => {
    if (searchParams.get('watch') !== 'true' || run.requests('watch').length !== 2) return;
    run.server.delete('pods', 'p1', 'shop');
    run.server.put('pods', apiPod('p2', { ip: '10.0.0.9' }));
    run.server.put('pods', apiPod('p4', { ip: '10.0.0.4' }));
    run.server.forgetHistory();
  };
  run.server.closeWatches();
  await run.world.pass(10_000);
  assert.deepEqual(run.addresses, ['10.0.0.3:80', '10.0.0.4:80', '10.0.0.9:80']);
  assert.equal(run.requests('list').length, 2);
  assert.equal(run.updateCount, 1 + 3);
  assert.equal(run.failureCount, 0);
});

test('C-150 an expired watch that had lasted is listed anew at once', async () => {
  const run = await new KubernetesWorld().start();
  await run.world.pass(5_000);
  run.server.say(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Gone', message: 'too old' } }));
  await run.world.pass(1);
  assert.equal(run.requests('list').length, 2);
  assert.equal(run.failureCount, 0);
});

for (const { name, line } of [
  {
    name: 'an error of the server',
    line: JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd is away' } }),
  },
  { name: 'a line that is no event', line: '{"type": "ADDED", ' },
  { name: 'an event of another type', line: '{"type": "PATCHED", "object": {}}' },
]) {
  test(`C-150 ${name} ends the watch, is counted, and after a while everything is listed anew`, async () => {
    const run = await new KubernetesWorld().start();
    run.server.put('pods', apiPod('a'));
    await run.world.pass(5_000);
    run.server.say(line);
    await run.world.pass(RETRY_MS_MIN - 1);
    assert.equal(run.failureCount, 1);
    assert.equal(run.requests('list').length, 1);
    run.server.put('pods', apiPod('b', { ip: '10.0.0.2' }));
    await run.world.pass(RETRY_MS_MIN + 100);
    assert.equal(run.requests('list').length, 2);
    assert.equal(run.requests('watch').length, 2);
    assert.deepEqual(run.addresses, ['10.0.0.1:80', '10.0.0.2:80']);
  });
}

test('C-150 a server that has no time for a watch is asked for the same one later; one that refuses it is asked for a list', async () => {
  const run = await new KubernetesWorld().start();
  run.server.put('pods', apiPod('a'));
  await run.world.pass(5_000);
  run.server.refusals.set('pods', 429);
  run.server.closeWatches();
  await run.world.pass(RETRY_MS_MIN - 1);
  assert.equal(run.failureCount, 1);
  run.server.refusals.clear();
  await run.world.pass(RETRY_MS_MIN + 100);
  assert.deepEqual(
    run.requests('watch').map(({ searchParams }) => searchParams.get('resourceVersion')),
    ['100', '101', '101'],
  );
  await run.world.pass(5_000);
  run.server.refusals.set('pods', 403);
  run.server.closeWatches();
  await run.world.pass(RETRY_MS_MIN - 1);
  assert.equal(run.failureCount, 2);
  assert.equal(run.requests('list').length, 1);
  run.server.refusals.clear();
  await run.world.pass(RETRY_MS_MIN + 100);
  assert.equal(run.requests('list').length, 2);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
});

test('C-150 a connection that is cut during a watch is no failure; one that cannot be made is', async () => {
  const run = await new KubernetesWorld().start();
  await run.world.pass(5_000);
  run.server.isSilent = true;
  run.clients.cut();
  await run.world.pass(100);
  assert.equal(run.requests('watch').length, 2);
  assert.equal(run.failureCount, 0);
  await run.world.pass(5_000);
  run.clients.cut(); // before the head of the answer
  await run.world.pass(100);
  assert.equal(run.failureCount, 1);
});

test('C-150 a server that refuses is asked less and less often, at most every 30 to 60 s', async () => {
  const run = new KubernetesWorld();
  run.server.isDown = true;
  const askedAt: number[] = [];
  run.server.onRequest = () => askedAt.push(run.world.clock.mono());
  await run.start();
  await run.world.pass(20 * 60_000);
  const waits = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0));
  for (const [index, wait] of waits.entries()) {
    const leastMs = Math.min(RETRY_MS_MIN * 2 ** index, RETRY_MS_MAX);
    assert.ok(wait >= leastMs && wait <= 2 * leastMs, `${wait} ms after ${index + 1} failures`);
  }
  assert.ok(new Set(waits.slice(10)).size > 10, 'clients that failed together do not come back together');
  assert.ok(waits.length > 20);
  assert.equal(run.failureCount, askedAt.length);
});

test('C-150 a server that ends every watch at once is not asked in a hot loop', async () => {
  const run = new KubernetesWorld();
  run.server.onRequest = ({ searchParams }) => {
    if (searchParams.get('watch') === 'true') queueMicrotask(() => run.server.closeWatches());
  };
  await run.start();
  await run.world.pass(10 * 60_000);
  const count = run.requests('watch').length;
  assert.ok(count > 10 && count < 40, `${count} watches in ten minutes`);
  assert.equal(run.requests('list').length, 1);
});

test('C-150 a page that does not come is given up and asked for again', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  run.server.isSilent = true;
  await run.start();
  await run.world.pass(LIST_MS_MAX - 2_000 + 100);
  assert.equal(run.failureCount, 1);
  run.server.isSilent = false;
  await run.world.pass(RETRY_MS);
  assert.deepEqual(run.addresses, ['10.0.0.1:80']);
});

test('C-150 a watch is asked for between 5 and 10 min, and one that does not end by then is replaced', async () => {
  const run = await new KubernetesWorld().start();
  const seconds = Number(run.requests('watch')[0]?.searchParams.get('timeoutSeconds'));
  assert.ok(seconds >= WATCH_MS_MIN / 1000 && seconds <= (2 * WATCH_MS_MIN) / 1000);
  await run.world.pass(seconds * 1000 + WATCH_MARGIN_MS + 2 * RETRY_MS_MIN);
  assert.equal(run.requests('watch').length, 2);
  assert.equal(run.server.watchCount, 1);
  assert.equal(run.failureCount, 1);
  assert.equal(run.requests('list').length, 1, 'there is no periodic resync');
});

test('a page that is too long is asked for again in half the size', async () => {
  const run = new KubernetesWorld();
  const annotations = { text: 'x'.repeat(200_000) };
  for (let n = 1; n <= LIST_PAGE_OBJECTS; n++) run.server.put('pods', apiPod(`p${n}`, { ip: `10.0.0.${n}`, annotations }));
  await run.start();
  await run.world.pass(10_000);
  assert.equal(run.addresses?.length, LIST_PAGE_OBJECTS);
  assert.deepEqual(
    run.requests('list').map(({ searchParams }) => searchParams.get('limit')),
    [LIST_PAGE_OBJECTS, LIST_PAGE_OBJECTS / 2, LIST_PAGE_OBJECTS / 4, LIST_PAGE_OBJECTS / 4, LIST_PAGE_OBJECTS / 4, LIST_PAGE_OBJECTS / 4]
      .slice(0, run.requests('list').length)
      .map(String),
  );
  assert.equal(run.failureCount, run.requests('list').filter(({ searchParams }) => !searchParams.has('continue')).length - 1);
});

test('D-040 every pair of role and event is counted from 0, and objects count by what becomes of them', async () => {
  const run = new KubernetesWorld();
  for (const role of ['pod', 'service', 'endpoints', 'endpointslice', 'node', 'ingress']) {
    for (const event of ['add', 'update', 'delete']) assert.equal(run.world.metrics.value(EVENTS, role, event), 0, `${role} ${event}`);
  }
  assert.equal(run.world.metrics.value(FAILURES), 0);
  run.server.put('pods', apiPod('a'));
  run.server.put('nodes', apiNode('n1'));
  await run.start({ attachMetadata: { ...NO_METADATA, node: true } });
  run.server.put('pods', apiPod('a', { ip: '10.0.0.2' }));
  run.server.put('pods', apiPod('b'));
  run.server.delete('pods', 'b', 'shop');
  await run.world.pass(100);
  const counts = (role: string): readonly (number | undefined)[] =>
    ['add', 'update', 'delete'].map((event) => run.world.metrics.value(EVENTS, role, event));
  assert.deepEqual(counts('pod'), [2, 1, 1]);
  assert.deepEqual(counts('node'), [0, 0, 0], 'nodes are looked at, but they are not the role');
});

test('D-040 of the other objects of endpoints, services count, and updates of pods', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('a'));
  run.server.put('services', apiService('web'));
  run.server.put('endpoints', apiEndpoints('web', { a: '10.0.0.1' }));
  await run.start({ role: 'endpoints' });
  run.server.put('pods', apiPod('a', { ip: '10.0.0.2' }));
  await run.world.pass(100);
  const counts = (role: string): readonly (number | undefined)[] =>
    ['add', 'update', 'delete'].map((event) => run.world.metrics.value(EVENTS, role, event));
  assert.deepEqual(
    [counts('endpoints'), counts('service'), counts('pod')],
    [
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ],
  );
});

test('C-150 namespaces are watched one by one, what belongs to no namespace once', async () => {
  const run = new KubernetesWorld();
  for (const [index, namespace] of ['a', 'b', 'c'].entries()) {
    run.server.put('pods', apiPod('p', { namespace, ip: `10.0.0.${index + 1}` }));
  }
  run.server.put('nodes', apiNode('n1', { labels: { zone: 'z' } }));
  await run.start({ namespaces: { ownNamespace: false, names: ['a', 'b', 'a'] }, attachMetadata: { ...NO_METADATA, node: true } });
  assert.deepEqual(run.addresses, ['10.0.0.1:80', '10.0.0.2:80']);
  assert.deepEqual([...new Set(run.server.requests.map(({ pathname }) => pathname))].sort(), [
    '/api/v1/namespaces/a/pods',
    '/api/v1/namespaces/b/pods',
    '/api/v1/nodes',
  ]);
  run.server.put('nodes', apiNode('n1', { labels: { zone: 'y' } }));
  await run.world.pass(100);
  assert.equal(run.updateCount, 1 + 2, 'a node reaches the pods of all namespaces');
});

test('selectors are sent with every list and watch of their role, and with no other', async () => {
  const run = new KubernetesWorld();
  run.server.put('pods', apiPod('p', { labels: { app: 'x' }, nodeName: 'n1' }));
  run.server.put('pods', apiPod('q', { labels: { app: 'x' }, nodeName: 'n2', ip: '10.0.0.2' }));
  run.server.put('pods', apiPod('r', { nodeName: 'n1', ip: '10.0.0.3' }));
  run.server.put('nodes', apiNode('n1', { labels: { zone: 'z' } }));
  run.server.put('nodes', apiNode('n2'));
  await run.start({
    attachMetadata: { ...NO_METADATA, node: true },
    selectors: [
      { role: 'pod', label: 'app=x', field: 'status.phase=Running' },
      { role: 'node', label: 'zone=z', field: '' },
    ],
  });
  assert.deepEqual(run.addresses, ['10.0.0.1:80'], 'C-155 a pod whose node was not selected has no targets');
  for (const kind of ['list', 'watch'] as const) {
    const [pods] = run.requests(kind, 'pods');
    const [nodes] = run.requests(kind, 'nodes');
    assert.deepEqual([pods?.searchParams.get('labelSelector'), pods?.searchParams.get('fieldSelector')], ['app=x', 'status.phase=Running']);
    assert.deepEqual([nodes?.searchParams.get('labelSelector'), nodes?.searchParams.get('fieldSelector')], ['zone=z', null]);
  }
});
