import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { KubernetesObject } from '../object/kubernetes-object.ts';
import { ObjectStore, ObjectStores } from './object-store.ts';

function object(name: string, resourceVersion: string, namespace = ''): KubernetesObject {
  return { name, namespace, resourceVersion, labels: [], annotations: [], controller: undefined };
}

test('C-150 a new list tells what was added, what has another version and what is gone', () => {
  const store = new ObjectStore();
  assert.deepEqual(
    store.replace(
      new Map([
        ['a', object('a', '1')],
        ['b', object('b', '1')],
        ['c', object('c', '1')],
      ]),
    ),
    [
      { key: 'a', event: 'add' },
      { key: 'b', event: 'add' },
      { key: 'c', event: 'add' },
    ],
  );
  assert.deepEqual(
    store.replace(
      new Map([
        ['a', object('a', '1')],
        ['b', object('b', '2')],
        ['d', object('d', '1')],
      ]),
    ),
    [
      { key: 'b', event: 'update' },
      { key: 'd', event: 'add' },
      { key: 'c', event: 'delete' },
    ],
  );
});

test('C-150 an event that repeats what is known tells nothing', () => {
  const store = new ObjectStore();
  assert.deepEqual(store.put(object('a', '1', 'n')), [{ key: 'n/a', event: 'add' }]);
  assert.deepEqual(store.put(object('a', '1', 'n')), []);
  assert.deepEqual(store.put(object('a', '2', 'n')), [{ key: 'n/a', event: 'update' }]);
  assert.deepEqual(store.delete('n/a'), [{ key: 'n/a', event: 'delete' }]);
  assert.deepEqual(store.delete('n/a'), []);
});

test('objects are found in the watch of everything, or in that of their namespace', () => {
  const stores = new ObjectStores([{ name: 'nodes' }, { name: 'pods/a' }, { name: 'pods/b' }]);
  stores.of('nodes').put(object('n', '1'));
  stores.of('pods/a').put(object('p', '1', 'a'));
  stores.of('pods/b').put(object('p', '2', 'b'));
  assert.equal(stores.find('nodes', 'n')?.name, 'n');
  assert.equal(stores.find('pods', 'a/p')?.resourceVersion, '1');
  assert.equal(stores.find('pods', 'b/p')?.resourceVersion, '2');
  assert.equal(stores.find('pods', 'c/p'), undefined);
  assert.equal(stores.find('jobs', 'a/p'), undefined);
});

test('C-150 lists and events in any order: whoever follows the changes has what the store has', () => {
  const listed = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), version: fc.nat(3) }), { selector: ({ name }) => name });
  const step = fc.oneof(
    listed.map((objects) => ({ kind: 'list' as const, objects })),
    fc.record({ kind: fc.constantFrom('put' as const, 'delete' as const), name: fc.constantFrom('a', 'b', 'c'), version: fc.nat(3) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const store = new ObjectStore();
      const followed = new Map<string, string>();
      for (const made of steps) {
        const changes =
          made.kind === 'list'
            ? store.replace(new Map(made.objects.map(({ name, version }) => [name, object(name, String(version))])))
            : made.kind === 'put'
              ? store.put(object(made.name, String(made.version)))
              : store.delete(made.name);
        for (const { key, event } of changes) {
          assert.equal(event === 'add', !followed.has(key));
          if (event === 'delete') followed.delete(key);
          else followed.set(key, store.get(key)?.resourceVersion ?? '');
        }
        assert.equal(followed.size, store.size);
        for (const [key, version] of followed) assert.equal(store.get(key)?.resourceVersion, version);
      }
    }),
  );
});
