import assert from 'node:assert/strict';
import test from 'node:test';
import { settled } from '@limpet/driver';
import type { HttpClient, HttpOutcome } from '@limpet/http-client';
import { makeRig } from './fetch-rig.ts';

const OK: HttpOutcome = { ok: true, status: 200, statusText: 'OK', headers: {}, body: Buffer.from('up 1\n'), wireBytes: 5 };

/** A client whose requests end when told to. */
function heldClient(): { readonly client: HttpClient; readonly urls: string[]; readonly answer: () => void } {
  const urls: string[] = [];
  const waiting: ((outcome: HttpOutcome) => void)[] = [];
  const client: HttpClient = {
    connect: () => ({
      send: ({ url }) => {
        urls.push(url);
        return new Promise((resolve) => waiting.push(resolve));
      },
      close: () => {},
    }),
    close: () => {},
  };
  return { client, urls, answer: () => waiting.shift()?.(OK) };
}

test('S-190 a loop that knows of its slot is told of the answer only, and its request runs at once', async () => {
  const { client, urls, answer } = heldClient();
  const rig = makeRig(client, { concurrency: 2 });
  rig.addLoop('a', 'http://a/metrics');
  assert.equal(rig.port.isSlotFree(), true);
  rig.driver.accept({ kind: 'timer', key: 'tick' }, () =>
    rig.port.startFetch({ loopId: 'a', job: 'job', seq: 1, timeoutMs: 1_000, hasSlot: true }),
  );
  assert.deepEqual(urls, ['http://a/metrics']);
  answer();
  await settled();
  assert.deepEqual(
    rig.events('a').map(({ type }) => type),
    ['response'],
  );
  assert.equal(rig.port.inFlightCount, 0);
});

test('I2 a slot is free only below the cap and while nobody waits', async () => {
  const { client, urls, answer } = heldClient();
  const rig = makeRig(client, { concurrency: 2 });
  for (const loop of ['a', 'b', 'c', 'd']) rig.addLoop(loop, `http://${loop}/metrics`);
  const take = (loopId: string, hasSlot: boolean) =>
    rig.driver.accept({ kind: 'timer', key: 'tick' }, () => rig.port.startFetch({ loopId, job: 'job', seq: 1, timeoutMs: 1_000, hasSlot }));
  take('a', true);
  take('b', true);
  assert.equal(rig.port.isSlotFree(), false);
  take('c', false);
  take('d', true); // claimed against the rules: it waits all the same
  assert.deepEqual([urls.length, rig.port.inFlightCount, rig.port.waitingCount], [2, 2, 2]);
  answer();
  await settled();
  assert.equal(rig.port.inFlightCount, 2);
  assert.equal(rig.port.isSlotFree(), false, 'somebody waits');
  for (let left = 3; left > 0; left--) {
    answer();
    await settled();
  }
  assert.deepEqual(
    ['c', 'd'].map((loop) => rig.events(loop).map(({ type }) => type)),
    [['slotGranted', 'response'], ['response']],
  );
  assert.equal(rig.port.isSlotFree(), true);
});

test('I6 a slot that was taken at once is given back when the fetch is cancelled', async () => {
  const { client } = heldClient();
  const rig = makeRig(client, { concurrency: 1 });
  rig.addLoop('a', 'http://a/metrics');
  rig.driver.accept({ kind: 'timer', key: 'tick' }, () =>
    rig.port.startFetch({ loopId: 'a', job: 'job', seq: 1, timeoutMs: 1_000, hasSlot: true }),
  );
  rig.port.cancelFetch('a');
  await settled();
  assert.deepEqual([rig.port.isSlotFree(), rig.told], [true, []]);
});
