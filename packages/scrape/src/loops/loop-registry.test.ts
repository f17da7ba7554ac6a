import assert from 'node:assert/strict';
import test from 'node:test';
import type { LoopInput } from '../loop/loop-events.ts';
import { LoopRegistry } from './loop-registry.ts';

const next = { id: 'new' } as LoopInput;

function registryOf(...ids: readonly string[]): LoopRegistry<string> {
  const registry = new LoopRegistry<string>();
  for (const id of ids) registry.add(id, `ref of ${id}`);
  return registry;
}

test('a release counts once, whether it comes by event, by completion or by crash', () => {
  const registry = registryOf('a', 'b');
  registry.awaitRelease(1, ['a', 'b']);
  registry.release('a');
  registry.remove('a');
  assert.deepEqual(registry.takeDrained(), []);
  registry.remove('b');
  assert.deepEqual(registry.takeDrained(), [{ token: 1, overdueCount: 0 }]);
  assert.deepEqual(registry.takeDrained(), []);
});

test('loops that are unknown or released already hold nothing up', () => {
  const registry = registryOf('a');
  registry.release('a');
  registry.awaitRelease(1, ['a', 'gone']);
  assert.deepEqual(registry.takeDrained(), [{ token: 1, overdueCount: 0 }]);
});

test('a release hands over the loop that takes over, once', () => {
  const registry = registryOf('a');
  const loop = registry.get('a');
  assert.ok(loop);
  loop.next = next;
  assert.equal(registry.release('a'), next);
  assert.equal(registry.remove('a'), undefined);
});

test('one release may end the wait of several tokens', () => {
  const registry = registryOf('a', 'b');
  registry.awaitRelease(1, ['a']);
  registry.awaitRelease(2, ['a', 'b']);
  assert.deepEqual(registry.overdue(2), ['a', 'b']);
  registry.release('a', { isForced: true });
  assert.deepEqual(registry.takeDrained(), [{ token: 1, overdueCount: 1 }]);
  registry.release('b');
  assert.deepEqual(registry.takeDrained(), [{ token: 2, overdueCount: 1 }]);
});

test('an exit is awaited until no loop is left', () => {
  const registry = registryOf('a', 'b');
  registry.awaitExit(1);
  registry.release('a');
  registry.remove('b');
  assert.deepEqual(registry.takeDrained(), []);
  registry.remove('a');
  assert.deepEqual(registry.takeDrained(), [{ token: 1, overdueCount: 0 }]);
});

test('replacements that are forgotten do not start', () => {
  const registry = registryOf('a');
  const loop = registry.get('a');
  assert.ok(loop);
  loop.next = next;
  registry.forgetReplacements();
  assert.equal(registry.release('a'), undefined);
});
