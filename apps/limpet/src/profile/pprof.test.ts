import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { CpuProfile } from './cpu-profile.ts';
import { pprofBytes } from './pprof.ts';

const frame = (functionName: string, lineNumber: number) => ({
  functionName,
  scriptId: '1',
  url: 'file:///a.ts',
  lineNumber,
  columnNumber: 0,
});

/** `main` calls `leaf`, and itself; a nameless function and idle time beside it. */
const PROFILE: CpuProfile = {
  startedAtMs: 1_700_000_000_123,
  intervalMicros: 1_000,
  v8: {
    startTime: 50,
    endTime: 10_050,
    nodes: [
      { id: 1, callFrame: frame('(root)', -1), children: [2, 5, 6] },
      { id: 2, callFrame: frame('main', 9), children: [3, 4] },
      { id: 3, callFrame: frame('leaf', 19) },
      { id: 4, callFrame: frame('main', 9) },
      { id: 5, callFrame: frame('(idle)', -1) },
      { id: 6, callFrame: frame('', 29) },
    ],
    samples: [3, 3, 5, 4, 6, 1],
    timeDeltas: [1_000, 2_000, 3_000, 1_000, 500, -100],
  },
};

test('each stack has its samples and nanoseconds, innermost first, without the root and without idle time', async () => {
  const profile = Profile.decode(gunzipSync(await pprofBytes(PROFILE)));
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '';
  const places = new Map(
    profile.location.map(({ id, line: [line] }) => {
      const code = profile.function.find((one) => Number(one.id) === Number(line?.functionId));
      return [Number(id), `${text(code?.name ?? 0)} ${text(code?.filename ?? 0)}:${Number(line?.line)}`];
    }),
  );
  assert.deepEqual(
    profile.sample.map(({ locationId, value }) => [locationId.map((id) => places.get(Number(id))), value.map(Number)]),
    [
      // The first sample stands for the 2 ms until the second, that for the 3 ms until the idle one.
      [
        ['leaf file:///a.ts:20', 'main file:///a.ts:10'],
        [2, 5_000_000],
      ],
      [
        ['main file:///a.ts:10', 'main file:///a.ts:10'],
        [1, 500_000],
      ],
      // The next sample lies before this one: no time, but it was seen.
      [['(anonymous) file:///a.ts:30'], [1, 0]],
    ],
  );
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    [
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ],
  );
  assert.deepEqual(
    [profile.timeNanos, profile.durationNanos, profile.period].map(Number),
    [1_700_000_000_123_000_000, 10_000_000, 1_000_000],
  );
  assert.equal(profile.location.length, 3);
});

test('a profile in which nothing was seen is valid and empty', async () => {
  const v8 = { startTime: 0, endTime: 10, nodes: [{ id: 1, callFrame: frame('(root)', -1) }] };
  const profile = Profile.decode(gunzipSync(await pprofBytes({ ...PROFILE, v8 })));
  assert.deepEqual([profile.sample, profile.stringTable.strings[0]], [[], '']);
});
