import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { answer, closeBench, configOf, failure, makeBench, receiverConfig } from './bench.ts';
import type { Bench, Reaction } from './bench.ts';

const FLUSH_DEADLINE_MS = 20_000;

const fault = fc.constantFrom<Reaction>(
  answer(500),
  answer(503, { 'retry-after': '2' }, 50),
  answer(429),
  answer(400, {}, 20),
  failure('connectionRefused'),
  failure('connectionReset', 100),
  failure('connectionReset', 100, true), // the receiver took the request and the answer was lost
  'hang',
);
const good = fc.constantFrom<Reaction>(answer(200), answer(204, {}, 30), answer(200, {}, 700));
/** Phases: the receiver reacts the same way a few times in a row. */
const phase = fc.tuple(fc.oneof({ weight: 3, arbitrary: good }, { weight: 2, arbitrary: fault }), fc.integer({ min: 1, max: 6 }));
const reactions = fc
  .array(phase, { maxLength: 15 })
  .map((phases) => phases.flatMap(([reaction, times]) => Array.from({ length: times }, () => reaction)));
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), series: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 40, 900, 5_000, 31_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reload' as const), change: fc.constantFrom('nothing', 'hash', 'external labels') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evaluate' as const), shards: fc.integer({ min: 1, max: 5 }) }) },
);
const run = fc.record({
  reactions,
  commands: fc.array(command, { maxLength: 25 }),
  shards: fc.integer({ min: 1, max: 4 }),
  perSend: fc.integer({ min: 1, max: 20 }),
});
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

interface Outcome {
  readonly bench: Bench;
  /** `series value` of every sample that was accepted. */
  readonly accepted: string[];
  readonly tookMs: number;
}

/** Plays one run against a receiver that answers as told, and well once it runs out of faults. */
async function play({ reactions, commands, shards, perSend }: Run): Promise<Outcome> {
  const bench = makeBench({ flushDeadlineMs: FLUSH_DEADLINE_MS, logSamplesMax: 200 });
  const { receiver } = bench;
  receiver.react = (_, number) => reactions[number - 1] ?? answer(200, {}, 5);
  const queue = { maxSamplesPerSend: perSend, capacity: perSend * 2, minShards: shards, maxShards: 5, batchSendDeadlineMs: 1_000 };
  let hash = 'first';
  let externalLabels = {};
  const configNow = () => configOf([receiverConfig({ hash, remoteTimeoutMs: 2_000 }, queue)], externalLabels);
  assert.ok((await bench.remoteWrite.apply(configNow())).ok);
  const accepted: string[] = [];
  let value = 0;
  for (const command of commands) {
    if (command.kind === 'wait') await bench.advance(command.ms);
    else if (command.kind === 'evaluate') {
      const [status] = bench.remoteWrite.receivers();
      bench.driver.accept({ kind: 'command', key: 'test' }, () => status?.actor.send({ type: 'evaluated', shards: command.shards }));
    } else if (command.kind === 'append') {
      value++;
      const samples = Array.from({ length: command.series }, (_, n) => ({ labels: { s: String(n) }, value }));
      if (bench.append(samples)) accepted.push(...samples.map(({ labels }) => `${labels.s} ${value}`));
    } else {
      if (command.change === 'hash') hash += '+';
      if (command.change === 'external labels') externalLabels = { generation: hash + value };
      assert.ok((await bench.remoteWrite.apply(configNow())).ok);
    }
  }
  receiver.react = () => answer(200, {}, 5);
  const tookMs = await closeBench(bench);
  return { bench, accepted, tookMs };
}

function seriesOf(series: string): string {
  return String((JSON.parse(series) as Record<string, string>)['s']);
}

test('W-040 W-041 W-063 I8 I9 whatever the receiver does, nothing accepted is lost, no series is out of order, and a stop ends in time', () =>
  fc.assert(
    fc.asyncProperty(run, async (run) => {
      const { bench, accepted, tookMs } = await play(run);
      const { receiver, metrics, clock } = bench;
      assert.deepEqual(bench.faults, []);
      // Predecessors of predecessors each have their own deadline.
      const generations = 1 + run.commands.filter(({ kind }) => kind === 'reload').length;
      assert.ok(tookMs <= generations * (FLUSH_DEADLINE_MS + 1_000), `${tookMs} ms`);
      assert.deepEqual([clock.pendingCount, receiver.inFlight, receiver.openConnections.size], [0, 0, 0]);

      const stored = receiver.stored.map(({ series, value }) => ({ series: seriesOf(series), value: Number(value) }));
      const distinct = new Set(stored.map(({ series, value }) => `${series} ${value}`));
      const failed = metrics.value('samples_failed_total');
      assert.ok(distinct.size >= accepted.length - failed, `${accepted.length} accepted, ${distinct.size} stored, ${failed} failed`);
      for (const sample of distinct) assert.ok(accepted.includes(sample), `${sample} was never accepted`);

      const mayRefuse = run.reactions.some(
        (reaction) => reaction !== 'hang' && reaction.outcome.ok && [400, 429].includes(reaction.outcome.status),
      );
      if (!mayRefuse && generations === 1) assert.equal(failed, 0);

      // A repetition may step back to the start of its batch, nothing else may: first deliveries come in order.
      const newest = new Map<string, number>();
      const seen = new Set<string>();
      for (const { series, value } of stored) {
        const isFirst = !seen.has(`${series} ${value}`);
        seen.add(`${series} ${value}`);
        if (isFirst) assert.ok(value > (newest.get(series) ?? 0), `series ${series}: ${value} after ${newest.get(series)}`);
        newest.set(series, Math.max(value, newest.get(series) ?? 0));
      }
      const isAmbiguous = run.reactions.some((reaction) => reaction !== 'hang' && reaction.takes === true);
      if (!isAmbiguous) assert.equal(stored.length, distinct.size, 'a sample came twice although no answer was lost');
    }),
    { numRuns: 150 },
  ));

test('I18 the same run gives the same requests', () =>
  fc.assert(
    fc.asyncProperty(run, async (run) => {
      const trace = ({ bench }: Outcome) =>
        bench.receiver.requests.map(({ atMs, series }) => [atMs, series.map(({ labels, samples }) => [labels, samples[0]?.value])]);
      assert.deepEqual(trace(await play(run)), trace(await play(run)));
    }),
    { numRuns: 10 },
  ));
