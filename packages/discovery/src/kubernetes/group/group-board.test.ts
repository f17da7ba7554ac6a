import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { KubernetesRole } from '@limpet/config';
import { viewOf } from '../../../test/kubernetes-group.ts';
import { apiEndpoints, apiNode, apiObject, apiPod, apiService } from '../../../test/kubernetes-objects.ts';
import type { ApiObject } from '../../../test/scripted-kubernetes.ts';
import { bySource, mergeGroups } from '../../merge-groups.ts';
import type { GroupsBySource } from '../../merge-groups.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { Resource } from '../object/kubernetes-object.ts';
import { readObject } from '../object/read-object.ts';
import { ObjectStores } from '../watch/object-store.ts';
import { GroupBoard } from './group-board.ts';
import { objectGroup, ROLE_RESOURCES } from './object-group.ts';

const ATTACH = { node: true, namespace: true, deployment: true, job: true, cronjob: true };
const RESOURCES: readonly Resource[] = ['pods', 'services', 'endpoints', 'endpointslices', 'nodes', 'namespaces', 'replicasets', 'jobs'];

/** A cluster of which every change is noted. */
class Bench {
  readonly stores = new ObjectStores(RESOURCES.map((name) => ({ name })));
  readonly board: GroupBoard;
  groups: GroupsBySource = new Map();

  constructor(role: KubernetesRole) {
    this.board = new GroupBoard({ role, attach: ATTACH, view: this.stores });
  }

  put(resource: Resource, object: ApiObject, version = ''): void {
    const read = readObject(resource, { ...object, metadata: { ...object.metadata, resourceVersion: version } });
    assert.ok(read !== undefined);
    for (const { key } of this.stores.of(resource).put(read)) this.board.noteChange(resource, key);
  }

  delete(resource: Resource, key: string): void {
    for (const change of this.stores.of(resource).delete(key)) this.board.noteChange(resource, change.key);
  }

  /** Takes over what has changed; returns the sources. */
  take(): readonly string[] {
    const changed = this.board.takeChanged();
    this.groups = mergeGroups(this.groups, changed);
    return changed.map(({ source }) => source);
  }
}

test('C-157 what changes reaches exactly the groups that say something of it, also where it was missing before', () => {
  const bench = new Bench('endpoints');
  bench.put('endpoints', apiEndpoints('web', { a: '10.0.0.1' }));
  bench.put('endpoints', apiEndpoints('db', { b: '10.0.0.2' }));
  assert.deepEqual(bench.take(), ['endpoints/shop/web', 'endpoints/shop/db']);
  assert.deepEqual(bench.take(), []);
  bench.put('services', apiService('web'), '1');
  assert.deepEqual(bench.take(), ['endpoints/shop/web']);
  bench.put('pods', apiPod('b', { controller: { kind: 'ReplicaSet', name: 'r' } }), '1');
  assert.deepEqual(bench.take(), ['endpoints/shop/db']);
  bench.put('replicasets', apiObject('r', { namespace: 'shop', controller: { kind: 'Deployment', name: 'd' } }), '1');
  assert.deepEqual(bench.take(), ['endpoints/shop/db']);
  bench.put('namespaces', apiObject('shop', { labels: { a: 'b' } }), '1');
  assert.deepEqual(bench.take(), ['endpoints/shop/web', 'endpoints/shop/db']);
  bench.put('nodes', apiNode('n1'), '1');
  bench.put('pods', apiPod('stranger'), '1');
  assert.deepEqual(bench.take(), []);
  bench.delete('services', 'shop/web');
  assert.deepEqual(bench.take(), ['endpoints/shop/web']);
  bench.delete('endpoints', 'shop/web');
  assert.deepEqual(bench.take(), ['endpoints/shop/web']);
  assert.deepEqual([...bench.groups.keys()], ['endpoints/shop/db']);
  bench.put('services', apiService('web'), '2');
  assert.deepEqual(bench.take(), [], 'what is gone is not looked up any more');
});

test('C-155 a pod is made again when its node, owner or namespace changes', () => {
  const bench = new Bench('pod');
  bench.put('pods', apiPod('a', { nodeName: 'n1', controller: { kind: 'Job', name: 'j' } }));
  bench.put('pods', apiPod('b', { nodeName: 'n2' }));
  bench.take();
  assert.equal(bench.groups.size, 0, 'their nodes are not known');
  bench.put('nodes', apiNode('n1'), '1');
  assert.deepEqual(bench.take(), ['pod/shop/a']);
  bench.put('jobs', apiObject('j', { namespace: 'shop', controller: { kind: 'CronJob', name: 'c' } }), '1');
  assert.deepEqual(bench.take(), ['pod/shop/a']);
  bench.delete('nodes', 'n1');
  bench.take();
  assert.equal(bench.groups.size, 0);
});

const name = fc.constantFrom('a', 'b', 'c');
const controller = fc.constantFrom(undefined, { kind: 'ReplicaSet', name: 'a' }, { kind: 'Job', name: 'b' });
const optionally = (value: { readonly kind: string; readonly name: string } | undefined): object =>
  value === undefined ? {} : { controller: value };

/** Objects of few names, so that they refer to each other. */
const change = fc.oneof(
  fc
    .record({ name, ip: fc.constantFrom('', '10.0.0.1', '10.0.0.2'), nodeName: name, controller, port: fc.constantFrom(80, 81) })
    .map(({ name: pod, ip, nodeName, controller: owner, port }) => ({
      resource: 'pods' as const,
      object: apiPod(pod, { ip, nodeName, ports: { web: port }, ...optionally(owner) }),
    })),
  fc.record({ name, label: name }).map(({ name: service, label }) => ({
    resource: 'services' as const,
    object: apiService(service, { labels: { label } }),
  })),
  fc.record({ name, pods: fc.uniqueArray(name) }).map(({ name: endpoints, pods }) => ({
    resource: 'endpoints' as const,
    object: apiEndpoints(endpoints, Object.fromEntries(pods.map((pod) => [pod, '10.0.0.1']))),
  })),
  fc
    .record({ name, label: name })
    .map(({ name: node, label }) => ({ resource: 'nodes' as const, object: apiNode(node, { labels: { label } }) })),
  fc.record({ label: name }).map(({ label }) => ({ resource: 'namespaces' as const, object: apiObject('shop', { labels: { label } }) })),
  fc.record({ name, maker: name }).map(({ name: set, maker }) => ({
    resource: 'replicasets' as const,
    object: apiObject(set, { namespace: 'shop', controller: { kind: 'Deployment', name: maker } }),
  })),
);

for (const role of ['pod', 'endpoints', 'service', 'node'] as const) {
  test(`C-150 C-157 after any changes the groups of role ${role} are those that a fresh start would make`, () => {
    fc.assert(
      fc.property(fc.array(fc.record({ change, isDeleted: fc.boolean(), takes: fc.boolean() }), { maxLength: 30 }), (steps) => {
        const bench = new Bench(role);
        const objects = new Map<string, { readonly resource: Resource; readonly object: ApiObject }>();
        for (const [index, { change: made, isDeleted, takes }] of steps.entries()) {
          const { namespace = '', name: objectName } = made.object.metadata;
          const key = objectKey({ namespace, name: objectName });
          if (isDeleted) bench.delete(made.resource, key);
          else bench.put(made.resource, made.object, String(index + 1));
          if (isDeleted) objects.delete(`${made.resource} ${key}`);
          else objects.set(`${made.resource} ${key}`, made);
          if (takes) bench.take();
        }
        bench.take();
        assert.deepEqual(sorted(bench.groups), sorted(freshGroups(role, [...objects.values()])));
      }),
    );
  });
}

function freshGroups(
  role: KubernetesRole,
  objects: readonly { readonly resource: Resource; readonly object: ApiObject }[],
): GroupsBySource {
  const resource = ROLE_RESOURCES[role];
  const of = (wanted: Resource): readonly ApiObject[] => objects.filter((made) => made.resource === wanted).map(({ object }) => object);
  const view = viewOf(Object.fromEntries(RESOURCES.map((wanted) => [wanted, of(wanted)])));
  const groups = of(resource).flatMap((object) => {
    const read = readObject(resource, object);
    return read === undefined ? [] : (objectGroup(resource, read as never, { view, attach: ATTACH }) ?? []);
  });
  return bySource(groups);
}

function sorted(groups: GroupsBySource): readonly unknown[] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
