import assert from 'node:assert/strict';
import test from 'node:test';
import { spec } from '../../test/loop-harness.ts';
import { applyEvent, drainMs, repairDelayMs, tableAfter, tableWithout } from './loop-table.ts';
import type { MadePlan } from './loop-table.ts';

const loop = (id: string, key = id) => ({ id, spec: { ...spec, key } });
const plan: MadePlan = {
  ok: true,
  start: [loop('new')],
  retire: ['gone'],
  retarget: [loop('moved', 'moved-to')],
  replace: [{ id: 'old', next: loop('old2', 'old') }],
  keptCount: 1,
  droppedCount: 0,
  failedCount: 0,
  generation: 2,
  forced: 'limit',
};
const table = { gone: loop('gone'), moved: loop('moved'), old: loop('old'), kept: loop('kept') };

test('I20 the table after a plan holds what the supervisor will run, by the new keys', () => {
  const after = { kept: loop('kept'), 'moved-to': loop('moved', 'moved-to'), new: loop('new'), old: loop('old2', 'old') };
  assert.deepEqual(tableAfter(table, plan), after);
});

test('I20 a loop that crashed while the plan was made is not brought back by a retarget', () => {
  assert.equal('moved-to' in tableAfter(tableWithout(table, 'moved'), plan), false);
});

test('the order to the supervisor: retired and replaced loops owe markers, new ones know the forced error', () => {
  assert.deepEqual(applyEvent(plan, { job: 'job', token: 3 }), {
    type: 'apply',
    token: 3,
    start: [{ ...loop('new'), job: 'job', forcedError: 'limit' }],
    tell: [{ id: 'moved', event: { type: 'retarget', spec: { ...spec, key: 'moved-to' } } }],
    stop: [
      { id: 'gone', event: { type: 'stop', mode: 'retire' } },
      { id: 'old', event: { type: 'stop', mode: 'retire' }, next: { ...loop('old2', 'old'), job: 'job', forcedError: 'limit' } },
    ],
  });
});

test('draining may take the longest timeout and append, and five seconds', () => {
  assert.equal(drainMs([]), 15_000);
  assert.equal(drainMs([loop('a'), { id: 'b', spec: { ...spec, intervalMs: 60_000, timeoutMs: 50_000 } }]), 115_000);
});

test('repairs back off while loops keep crashing, from a second to five minutes', () => {
  assert.equal(repairDelayMs({ lastMs: 0, msSinceCrash: Infinity }), 1_000);
  assert.equal(repairDelayMs({ lastMs: 1_000, msSinceCrash: 2_000 }), 2_000);
  assert.equal(repairDelayMs({ lastMs: 300_000, msSinceCrash: 300_000 }), 300_000);
  assert.equal(repairDelayMs({ lastMs: 64_000, msSinceCrash: 500_000 }), 1_000);
});
