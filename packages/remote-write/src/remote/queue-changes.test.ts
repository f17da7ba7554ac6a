import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import { receiverConfig } from '../../test/bench.ts';
import { effectiveExternalLabels, queueChanges } from './queue-changes.ts';

const NONE = labelsFrom([]);
const A = receiverConfig({ name: 'a' });
const B = receiverConfig({ name: 'b' });

test('C-181 W-082 the same hash and the same external labels keep a queue, anything else replaces it', () => {
  const running = [
    { hash: A.hash, externalLabels: NONE },
    { hash: B.hash, externalLabels: NONE },
  ];
  const changes = queueChanges(running, [A, receiverConfig({ name: 'b', hash: 'changed' })], NONE);
  assert.ok(changes.ok);
  assert.deepEqual(
    changes.value.keep.map(({ queue }) => queue.hash),
    [A.hash],
  );
  assert.deepEqual(
    changes.value.start.map(({ hash }) => hash),
    ['changed'],
  );
  assert.deepEqual(
    changes.value.stop.map(({ hash }) => hash),
    [B.hash],
  );
  const relabelled = queueChanges(running, [A, B], labelsFrom([['cluster', 'x']]));
  assert.ok(relabelled.ok);
  assert.deepEqual([relabelled.value.keep.length, relabelled.value.start.length, relabelled.value.stop.length], [0, 2, 2]);
});

test('W-082 the same receiver twice is refused, and so is the same name twice', () => {
  const twice = queueChanges([], [A, { ...B, hash: A.hash }], NONE);
  assert.match(twice.ok ? '' : twice.error.message, /duplicate remote write configs are not allowed/);
  const sameName = queueChanges([], [A, { ...B, name: 'a' }], NONE);
  assert.match(sameName.ok ? '' : sameName.error.message, /found multiple remote write configs with job name "a"/);
  assert.equal(sameName.ok ? '' : sameName.error.code, 'LIMPET_REMOTE_WRITE_DUPLICATE');
});

test('C-091 an external label whose value is empty adds nothing', () => {
  assert.deepEqual(effectiveExternalLabels({ b: '2', empty: '', a: '1' }), [
    ['a', '1'],
    ['b', '2'],
  ]);
});
