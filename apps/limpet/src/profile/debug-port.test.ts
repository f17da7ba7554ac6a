import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { fakeInspector } from '../../test/fake-inspector.ts';
import { debugPort } from './debug-port.ts';

const BEGIN = ['Profiler.enable', 'Profiler.setSamplingInterval {"interval":1000}', 'Profiler.start'];

test('a profile on demand is started, stopped and let go, and comes as gzipped pprof', async () => {
  const { told, ports } = fakeInspector();
  const bytes = await debugPort(ports).cpuProfile({ durationMs: 1, signal: new AbortController().signal });
  assert.deepEqual(told, [...BEGIN, 'Profiler.stop', 'disconnect']);
  assert.equal(Number(Profile.decode(gunzipSync(bytes)).period), 1_000_000);
});

test('a profile whose client goes away is given up at once', async () => {
  const { told, ports } = fakeInspector();
  const gone = new AbortController();
  const profile = debugPort(ports).cpuProfile({ durationMs: 2_000_000, signal: gone.signal });
  setImmediate(() => gone.abort());
  await assert.rejects(profile, { name: 'AbortError' });
  assert.deepEqual(told, [...BEGIN, 'disconnect']);
  await assert.rejects(debugPort(ports).cpuProfile({ durationMs: 1, signal: gone.signal }), { name: 'AbortError' });
  assert.equal(told.length, BEGIN.length + 1, 'nothing was begun for a client that had gone before');
});

for (const method of ['Profiler.enable', 'Profiler.setSamplingInterval', 'Profiler.start', 'Profiler.stop']) {
  test(`an inspector that refuses ${method} is let go, and the profile fails`, async () => {
    const { told, ports } = fakeInspector({ method });
    await assert.rejects(debugPort(ports).cpuProfile({ durationMs: 1, signal: new AbortController().signal }), { message: `no ${method}` });
    assert.equal(told.at(-1), 'disconnect');
    assert.equal(told.filter((one) => one === 'disconnect').length, 1);
  });
}

test('a heap snapshot that is cancelled in the middle is over', async () => {
  const reader = debugPort(fakeInspector().ports).heapSnapshot().getReader();
  const first = await reader.read();
  assert.match(Buffer.from(first.value ?? []).toString(), /^\{"snapshot":/);
  await reader.cancel();
  assert.equal((await reader.read()).done, true);
});
