import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '@limpet/config';
import type { Config } from '@limpet/config';
import { failed, SeriesRegistry, silentLog, silentMetrics, succeeded } from '@limpet/model';
import { FanOut } from './consumer/fan-out.ts';
import { StorageControl } from './storage-control.ts';
import type { EmbeddedStore, Receivers } from './storage-control.ts';

function configOf(text: string): Config {
  const loaded = parseConfig({ file: 'a.yml', text });
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.message);
  return loaded.value.config;
}

const local = configOf('global: {}');
const remote = configOf('remote_write: [{ url: http://h/w }]');

/** A storage control with scripted consumers, and what was done to them. */
function bench({ refusal, storeError, trouble }: { refusal?: string; storeError?: string; trouble?: string } = {}) {
  const done: string[] = [];
  const consumer = (name: string) => ({
    name,
    append: () => ({ ok: true }) as const,
    oldestInUse: () => undefined,
    flush: () => Promise.resolve(void done.push(`flush ${name}`)),
    close: () => Promise.resolve(void done.push(`close ${name}`)),
  });
  const receivers: Receivers = {
    ...consumer('receivers'),
    apply: ({ remoteWrite }) => {
      done.push(`apply ${remoteWrite.length}`);
      return Promise.resolve(refusal === undefined ? succeeded(undefined) : failed(new Error(refusal)));
    },
  };
  const openStore = (): EmbeddedStore => {
    done.push('open store');
    if (storeError !== undefined) throw new Error(storeError);
    return { ...consumer('store'), history: { range: () => [], newest: () => [] }, trouble };
  };
  const fanOut = new FanOut({ registry: new SeriesRegistry(), log: silentLog, metrics: silentMetrics });
  const names = () => fanOut.consumers.map(({ name }) => name);
  return { done, names, control: new StorageControl({ fanOut, receivers, openStore, log: silentLog, waitForConsumers: (work) => work() }) };
}

test('without remote_write samples go to the embedded store, with it to the receivers only', async () => {
  const { control, names, done } = bench();
  assert.equal(control.history, undefined);
  assert.deepEqual(await control.apply(local), { ok: true });
  assert.deepEqual(names(), ['receivers', 'store']);
  assert.ok(control.history);
  await control.apply(local);
  assert.deepEqual(done.filter((what) => what === 'open store').length, 1, 'it stays open');
  await control.apply(remote);
  assert.deepEqual([names(), control.history, done.at(-1)], [['receivers'], undefined, 'close store']);
  await control.apply(local);
  assert.deepEqual(names(), ['receivers', 'store']);
});

test('C-172 what one part refuses does not keep the other from its configuration', async () => {
  const refused = bench({ refusal: 'no such CA' });
  assert.deepEqual(await refused.control.apply(local), { ok: false, error: 'remote write: no such CA' });
  assert.deepEqual(refused.names(), ['receivers', 'store']);
  const broken = bench({ storeError: 'no room' });
  const result = await broken.control.apply(local);
  assert.ok(!result.ok && result.error.includes('no room'));
  assert.deepEqual(broken.names(), ['receivers']);
});

test('W-081 the last flush ends the receivers at once instead of waiting for full batches', async () => {
  const { control, done } = bench();
  await control.apply(local);
  done.length = 0;
  await control.flush(new AbortController().signal);
  assert.deepEqual(done, ['close receivers', 'flush store', 'close store']);
});

test('A-073 a store that cannot write refuses the first configuration, and is left to heal in a later one', async () => {
  const { control, names, done } = bench({ trouble: 'disk full' });
  assert.deepEqual(await control.apply(local), { ok: false, error: 'the embedded store could not be opened: disk full' });
  assert.deepEqual([names(), done], [['receivers'], ['apply 0', 'open store', 'close store']]);
  assert.deepEqual(await control.apply(local), { ok: true });
  assert.deepEqual(names(), ['receivers', 'store']);
});
