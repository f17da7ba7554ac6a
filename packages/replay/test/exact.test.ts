import assert from 'node:assert/strict';
import test from 'node:test';
import type { AgentOptions } from '@limpet/agent';
import { doesNotWait } from '../../agent/test/simulation/faults.ts';
import { STEADY_JOB } from '../../agent/test/simulation/landscape.ts';
import { faultyAgent } from '../../agent/test/simulation/subject.ts';
import { differenceText, replayExact } from '../src/index.ts';
import type { Difference, ReplayResult } from '../src/index.ts';
import type { LivedAgent } from '../src/exact/exact-run.ts';
import type { HttpLine, InputLine } from '../src/log/log-line.ts';
import type { MemoryRecording } from './memory-recording.ts';
import { eventfulRecording, eventfulRun } from './recorded-runs.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

function assertEqual({ difference }: ReplayResult): void {
  assert.equal(difference === undefined ? '' : differenceText(difference), '');
}

async function differenceIn({ source }: MemoryRecording): Promise<Difference> {
  const { difference } = await replayExact({ source });
  assert.ok(difference !== undefined, 'the replay has noticed nothing');
  return difference;
}

function inputs(recording: MemoryRecording): InputLine[] {
  return recording.log.map((line) => JSON.parse(line) as InputLine).filter(({ k }) => ['timer', 'fx', 'push', 'in'].includes(k));
}

test('I18 flapping targets, reloads, file changes and a saturated queue: the run replays to the bit, and again', async () => {
  const { source, log } = await eventfulRecording();
  const first = await replayExact({ source });
  assertEqual(first);
  assert.equal(first.end, 'it was closed');
  assert.ok(first.checkpointCount >= 5, String(first.checkpointCount));
  assert.ok(log.some((line) => line.includes('"push"')) && log.some((line) => line.includes('"reload"')));
  assert.deepEqual(await replayExact({ source }), first);
});

test('a recording that a kill has cut off, in the middle of a line, replays as far as it goes', async () => {
  const run = await eventfulRun();
  const killed = await run.killed();
  killed.files.set('log.ndjson', `${killed.files.get('log.ndjson') ?? ''}{"n":99999,"w":17`);
  const result = await replayExact({ source: killed.source });
  assertEqual(result);
  assert.equal(result.end, 'it was cut off');
  assert.equal(result.inputCount, inputs(killed).length);
});

test('a guard that was changed is reported at the input where it first mattered, with both sides', async () => {
  const run = new RecordedSimulation({ jobs: { a: STEADY_JOB } });
  const { simulation } = run;
  await run.start();
  await run.pass(30_000);
  for (const host of ['t1', 't2']) simulation.web.behaviours.set(host, { takes: 2_000 });
  while (simulation.web.inFlightCount === 0) await run.pass(100);
  simulation.configure({ a: { ...STEADY_JOB, honorLabels: true } }); // the manager has to wait for the scrape under way
  await run.pass(20_000);
  const recording = await run.close();
  assertEqual(await replayExact({ source: recording.source }));
  const makeAgent = (options: AgentOptions): LivedAgent => faultyAgent(doesNotWait)(options);
  const { difference } = await replayExact({ source: recording.source, makeAgent });
  assert.ok(difference?.kind === 'transitions');
  const [sound, changed] = [await traceOf(recording), await traceOf(recording, makeAgent)];
  assert.equal(
    difference.input.n,
    [...sound.keys()].find((n) => sound.get(n) !== changed.get(n)),
  );
  assert.ok(
    difference.replayed.some((line) => / agent\/scrape .* settled$/.test(line)),
    differenceText(difference),
  );
  assert.ok(difference.recorded.every((line) => !/ agent\/scrape .* settled$/.test(line)));
});

/** What every input caused, in a run that nothing stops. */
async function traceOf({ source }: MemoryRecording, makeAgent?: (options: AgentOptions) => LivedAgent): Promise<Map<number, string>> {
  const caused = new Map<number, string>();
  const onTurn = ({ n }: InputLine, { transitions }: { readonly transitions: readonly string[] }) => caused.set(n, transitions.join('\n'));
  await replayExact({ source, isVerified: false, onTurn, ...(makeAgent !== undefined && { makeAgent }) });
  return caused;
}

test('a byte of a body that was changed is reported at the scrape that brought it, with the samples of both sides', async () => {
  const recording = await eventfulRecording();
  const hot = recording.put('temperature_celsius 21.6\n');
  const chosen = inputs(recording).filter(({ key }) => key.startsWith('scrape:a http://t2'))[20];
  assert.ok(chosen !== undefined);
  const other = { ...chosen, ok: { ...(chosen.ok as object), body: hot } };
  const log = recording.log.map((line) => (line === JSON.stringify(chosen) ? JSON.stringify(other) : line));
  const difference = await differenceIn(recording.withLog(log));
  assert.ok(difference.kind === 'samples');
  assert.equal(difference.input.n, chosen.n);
  assert.equal(difference.recorded.length, 1);
  assert.match(difference.recorded[0] ?? '', /^temperature_celsius\{.*\} \d+ 21\.5 0x4035800000000000$/);
  assert.match(difference.replayed[0] ?? '', /^temperature_celsius\{.*\} \d+ 21\.6 0x403599999999999a$/);
  assert.match(differenceText(difference), /- temperature_celsius.* 21\.5 .*\n.*\+ temperature_celsius.* 21\.6 /);
});

test('an input that is missing is reported by its number', async () => {
  const recording = await eventfulRecording();
  for (const missing of [5, 100, 401]) {
    const log = recording.log.filter((line) => !line.startsWith(`{"n":${missing},"w"`));
    assert.equal(log.length, recording.log.length - 1);
    const difference = await differenceIn(recording.withLog(log));
    assert.ok(difference.kind === 'missing');
    assert.equal(difference.missingNumber, missing);
  }
});

test('an input that was dropped without a trace is reported where it stood, or where it is first missed', async () => {
  const recording = await eventfulRecording();
  for (const dropped of [7, 64, 129, 300, 455]) {
    const difference = await differenceIn(recording.withLog(renumbered(recording.log, dropped)));
    // the input that stands in its place is the next one: it causes what the next one caused, a number too early
    assert.ok(difference.input.n >= dropped && difference.input.n <= dropped + 3, `${dropped}: ${differenceText(difference)}`);
  }
});

function renumbered(log: readonly string[], dropped: number): string[] {
  return log
    .filter((line) => !line.startsWith(`{"n":${dropped},"w"`))
    .map((line) => {
      const { n, ...rest } = JSON.parse(line) as { readonly n: number };
      return JSON.stringify({ n: n > dropped ? n - 1 : n, ...rest });
    });
}

test('with hashes only, a difference is narrowed down to the inputs of one checkpoint', async () => {
  const recording = await eventfulRecording({ hasExpected: false });
  assert.equal(recording.files.has('expect.ndjson'), false);
  assertEqual(await replayExact({ source: recording.source }));
  const hot = recording.put('temperature_celsius 21.6\n');
  const chosen = inputs(recording).findLast(({ n, ok }) => n < 300 && (ok as Partial<HttpLine & { body: string }>)?.body !== undefined);
  assert.ok(chosen !== undefined);
  const other = { ...chosen, ok: { ...(chosen.ok as object), body: hot } };
  const difference = await differenceIn(
    recording.withLog(recording.log.map((line) => (line === JSON.stringify(chosen) ? JSON.stringify(other) : line))),
  );
  assert.ok(difference.kind === 'samples' && !difference.hasExpected);
  assert.ok(difference.input.n >= chosen.n && difference.input.n - difference.uncertainInputCount <= chosen.n);
  assert.match(differenceText(difference), /hashes only/);
});

test('a replay stops where it is told to', async () => {
  const { source, log } = await eventfulRecording();
  const { w } = JSON.parse(log[0] ?? '') as { readonly w: number };
  const early = await replayExact({ source, until: { elapsedMs: 30_000 } });
  assert.ok(early.spanMs <= 30_000 && early.spanMs > 20_000);
  assertEqual(early);
  assert.deepEqual(await replayExact({ source, until: { wallMs: w + 30_000 } }), early);
});
