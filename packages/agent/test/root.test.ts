import assert from 'node:assert/strict';
import test from 'node:test';
import { AGENT_DEADLINES, agentMachine } from '../src/root/agent.machine.ts';
import { RootRig, SWIFT } from './root-rig.ts';
import type { RootScript } from './root-rig.ts';
import { TransitionCoverage } from './transition-coverage.ts';

const coverage = new TransitionCoverage();

const ROUND = (rev: number) => [
  `loadConfig ${rev}`,
  `applyStorage ${rev}`,
  `scrape ← applyConfig ${rev}`,
  `discovery ← applyConfig ${rev}`,
];
const STOP = ['draining', 'discovery ← stop', 'scrape ← stop', 'flush', 'stopped'];
const without = (rig: RootRig, ...noise: readonly string[]) =>
  rig.story.filter((what) => what !== 'scrape writes' && !what.includes(' answers ') && !noise.includes(what));

async function running(script: Partial<RootScript> = {}): Promise<RootRig> {
  const rig = new RootRig(script, coverage);
  await rig.pass(10_000);
  assert.equal(rig.state, '"running"');
  rig.trace.length = 0;
  rig.emitted.length = 0;
  return rig;
}

test('A-075 A-007 storage opens, then the configuration is loaded and applied part by part, then the agent is ready', async () => {
  const rig = new RootRig({}, coverage);
  await rig.pass(1_000);
  assert.deepEqual(without(rig), ['openStorage', ...ROUND(1), 'reloaded', 'ready']);
  assert.equal(rig.state, '"running"');
});

test('C-170 nothing is reloaded before the first configuration is in force', async () => {
  const rig = new RootRig({ openStorage: { takes: 20_000 } }, coverage);
  rig.reload('early');
  await rig.pass(19_999);
  assert.deepEqual(without(rig), ['openStorage']);
  await rig.pass(1_000);
  assert.deepEqual(without(rig), ['openStorage', ...ROUND(1), 'reloaded', 'ready']);
  assert.deepEqual(rig.emitted[0], { type: 'reloaded', requestIds: ['early'], ok: true, rev: 1, errors: [] });
});

test('A-005 a reload is answered when every part has taken the configuration', async () => {
  const rig = await running({ scrape: { answers: 5_000, stops: 10 } });
  rig.reload('one');
  await rig.pass(5_000);
  assert.deepEqual(rig.emitted, []);
  await rig.pass(100);
  assert.deepEqual(rig.emitted, [{ type: 'reloaded', requestIds: ['one'], ok: true, rev: 2, errors: [] }]);
  assert.deepEqual(without(rig), [...ROUND(2), 'reloaded']);
});

test('A-005 C-170 reloads asked for during a round share the next one, which reads the configuration again', async () => {
  const rig = await running({ scrape: { answers: 1_000, stops: 10 } });
  rig.reload('one');
  await rig.pass(500);
  for (const id of ['two', 'three', 'four']) rig.reload(id);
  await rig.pass(10_000);
  assert.deepEqual(without(rig), [...ROUND(2), 'reloaded', ...ROUND(3), 'reloaded']);
  assert.deepEqual(
    rig.emitted.map((event) => event.type === 'reloaded' && event.requestIds),
    [['one'], ['two', 'three', 'four']],
  );
});

for (const [what, loadConfig, error] of [
  ['is invalid', { takes: 10, error: 'line 3: no' }, 'line 3: no'],
  ['crashes its reader', { takes: 10, crashes: true }, 'loading the configuration crashed'],
  ['cannot be read in time', { takes: 'never' }, 'loading the configuration took too long'],
] as const) {
  test(`C-172 A-007 a configuration that ${what} changes nothing, and the old one stays in force`, async () => {
    const rig = await running();
    rig.script = { ...SWIFT, loadConfig };
    rig.reload('one');
    await rig.pass(AGENT_DEADLINES.loadMs + 1_000);
    assert.deepEqual(without(rig, 'loadConfig 2 aborted'), ['loadConfig 2', 'reloaded']);
    assert.deepEqual(rig.emitted, [{ type: 'reloaded', requestIds: ['one'], ok: false, rev: 1, errors: [error] }]);
    assert.equal(rig.state, '"running"');
  });

  test(`A-075 a first configuration that ${what} ends the process with code 2 before anything is applied`, async () => {
    const rig = new RootRig({ loadConfig }, coverage);
    await rig.pass(AGENT_DEADLINES.loadMs + 1_000);
    assert.deepEqual(without(rig, 'loadConfig 1 aborted'), ['openStorage', 'loadConfig 1', 'reloaded', ...STOP]);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 2 });
  });
}

const broken: readonly (readonly [string, Partial<RootScript>, string])[] = [
  ['storage refuses', { applyStorage: { takes: 10, error: 'no url' } }, 'no url'],
  ['storage crashes', { applyStorage: { takes: 10, crashes: true } }, 'applying the storage configuration crashed'],
  ['storage hangs', { applyStorage: { takes: 'never' } }, 'storage did not apply the configuration in time'],
  ['scrape refuses', { scrape: { answers: 10, stops: 10, refuses: 'a: no client' } }, 'a: no client'],
  ['scrape hangs', { scrape: { answers: 'never', stops: 10 } }, 'scrape did not apply the configuration in time'],
  ['discovery refuses', { discovery: { answers: 10, stops: 10, refuses: 'unknown' } }, 'unknown'],
  ['discovery hangs', { discovery: { answers: 'never', stops: 10 } }, 'discovery did not apply the configuration in time'],
];
const ROUND_MS_MAX =
  AGENT_DEADLINES.applyStorageMs + AGENT_DEADLINES.applyScrapeMs + AGENT_DEADLINES.applyDiscoveryMs + SWIFT.scrapeGraceMs;

for (const [what, script, error] of broken) {
  test(`C-172 A-007 where ${what}, the other parts take the configuration all the same and the reload has failed`, async () => {
    const rig = await running();
    rig.script = { ...SWIFT, ...script };
    rig.reload('one');
    await rig.pass(ROUND_MS_MAX);
    assert.deepEqual(without(rig, 'applyStorage 2 aborted'), [...ROUND(2), 'reloaded']);
    assert.deepEqual(rig.emitted, [{ type: 'reloaded', requestIds: ['one'], ok: false, rev: 2, errors: [error] }]);
    rig.script = SWIFT;
    rig.reload('two');
    await rig.pass(1_000);
    assert.deepEqual(rig.emitted.at(-1), { type: 'reloaded', requestIds: ['two'], ok: true, rev: 3, errors: [] });
  });

  test(`C-172 where ${what} at start, the process ends with code 1`, async () => {
    const rig = new RootRig(script, coverage);
    await rig.pass(ROUND_MS_MAX + 5_000);
    assert.deepEqual(without(rig, 'applyStorage 1 aborted'), ['openStorage', ...ROUND(1), 'reloaded', ...STOP]);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 1 });
  });
}

test('C-172 every failure of a round is told, in the order of the parts', async () => {
  const rig = await running();
  rig.script = {
    ...SWIFT,
    applyStorage: { takes: 10, error: 'one' },
    scrape: { answers: 10, stops: 10, refuses: 'two' },
    discovery: { answers: 10, stops: 10, refuses: 'three' },
  };
  rig.reload('r');
  await rig.pass(1_000);
  assert.deepEqual(rig.emitted, [{ type: 'reloaded', requestIds: ['r'], ok: false, rev: 2, errors: ['one', 'two', 'three'] }]);
});

test('an answer that comes after its deadline does not stand for a later round', async () => {
  const late = AGENT_DEADLINES.applyScrapeMs + SWIFT.scrapeGraceMs + 5_000;
  const rig = await running();
  rig.script = { ...SWIFT, scrape: { answers: late, stops: 10 } };
  rig.reload('one');
  await rig.pass(late - 1_000);
  rig.script = { ...SWIFT, scrape: { answers: 'never', stops: 10 } };
  rig.reload('two');
  await rig.pass(10_000);
  assert.equal(rig.state, '{"configuring":"scrape"}'); // the answer for revision 2 came while 3 waits for its own
});

test('a reload waits for scrapes under way however long they may take', async () => {
  const scrapeGraceMs = 600_000;
  const rig = await running({ scrapeGraceMs });
  rig.script = { ...SWIFT, scrapeGraceMs, scrape: { answers: scrapeGraceMs + 100_000, stops: 10 } };
  rig.reload('one');
  await rig.pass(scrapeGraceMs + 101_000);
  assert.deepEqual(rig.emitted, [{ type: 'reloaded', requestIds: ['one'], ok: true, rev: 2, errors: [] }]);
});

test('A-076 S-028 discovery stops first, then scrape, then everything is flushed', async () => {
  const rig = await running({ discovery: { answers: 10, stops: 500 }, scrape: { answers: 10, stops: 9_000 }, flush: { takes: 3_000 } });
  rig.shutdown();
  await rig.pass(20_000);
  assert.deepEqual(without(rig), STOP);
  const at = rig.whenOf('draining') ?? NaN;
  assert.deepEqual(
    ['discovery ← stop', 'scrape ← stop', 'flush', 'stopped'].map((what) => (rig.whenOf(what) ?? NaN) - at),
    [0, 500, 9_500, 12_500],
  );
  assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 0 });
});

test('I8 each stage of a stop has its own deadline, whatever never ends', async () => {
  const never = { answers: 10, stops: 'never' } as const;
  const rig = await running({ discovery: never, scrape: never, flush: { takes: 'never' } });
  rig.shutdown();
  await rig.pass(AGENT_DEADLINES.discoveryStopMs - 1);
  assert.equal(rig.state, '{"draining":"stopDiscovery"}');
  await rig.pass(1);
  assert.equal(rig.state, '{"draining":"stopScrape"}');
  await rig.pass(SWIFT.scrapeGraceMs + 999);
  assert.equal(rig.state, '{"draining":"stopScrape"}');
  await rig.pass(1);
  assert.equal(rig.state, '{"draining":"flushing"}');
  await rig.pass(SWIFT.flushDeadlineMs + 999);
  assert.equal(rig.state, '{"draining":"flushing"}');
  await rig.pass(1);
  assert.equal(rig.state, '"stopped"');
  assert.ok(rig.story.includes('flush aborted'));
  assert.equal(rig.clock.pendingCount, 0);
});

test('I10 a scrape actor that does not end is cut off before the flush begins', async () => {
  const rig = await running({ scrape: { answers: 10, stops: 'never' }, flush: { takes: 5_000 } });
  rig.shutdown();
  await rig.pass(60_000);
  const flushed = rig.story.indexOf('flush');
  assert.ok(rig.story.indexOf('scrape ← xstate.stop') < flushed);
  assert.ok(rig.story.slice(0, flushed).includes('scrape writes'));
  assert.ok(!rig.story.slice(flushed).includes('scrape writes'));
});

test('A-076 nothing that discovery finds while the agent stops reaches scrape', async () => {
  const rig = await running({ discovery: { answers: 10, stops: 'never' }, scrape: { answers: 10, stops: 5_000 } });
  rig.send({ type: 'targetsUpdated', rev: 1 });
  rig.send({ type: 'triggerReload' });
  assert.deepEqual(without(rig), ['scrape ← targetsUpdated 1', 'scrape ← triggerReload']);
  rig.trace.length = 0;
  rig.shutdown();
  rig.send({ type: 'targetsUpdated', rev: 2 });
  await rig.pass(3_000);
  rig.send({ type: 'targetsUpdated', rev: 3 });
  rig.send({ type: 'triggerReload' });
  await rig.pass(60_000);
  assert.deepEqual(without(rig, 'discovery ← xstate.stop'), STOP);
});

test('A-076 an agent that stops takes no new configuration', async () => {
  const rig = await running({
    discovery: { answers: 10, stops: 700 },
    scrape: { answers: 10, stops: 700 },
    flush: { takes: 700, crashes: true },
  });
  rig.shutdown();
  for (const stage of ['stopDiscovery', 'stopScrape', 'flushing']) {
    assert.match(rig.state, new RegExp(stage));
    rig.reload(stage);
    await rig.pass(701);
  }
  assert.deepEqual(without(rig), STOP);
});

test('a second shutdown ends what still runs at once', async () => {
  const never = { answers: 10, stops: 'never' } as const;
  for (const waitMs of [0, 1_500, 14_000]) {
    const rig = await running({ discovery: never, scrape: never, flush: { takes: 'never' } });
    rig.shutdown();
    await rig.pass(waitMs);
    assert.ok(!rig.isDone);
    rig.shutdown();
    assert.ok(rig.isDone);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 0 });
    assert.equal(rig.clock.pendingCount, 0);
  }
});

for (const [what, script] of [
  ['opening', { openStorage: { takes: 'never' } }],
  ['loading', { loadConfig: { takes: 'never' } }],
  ['storage', { applyStorage: { takes: 'never' } }],
  ['scrape', { scrape: { answers: 'never', stops: 10 } }],
  ['discovery', { discovery: { answers: 'never', stops: 10 } }],
] as const satisfies readonly (readonly [string, Partial<RootScript>])[]) {
  test(`A-075 A-076 a shutdown while the agent waits in ${what} is obeyed at once`, async () => {
    const rig = new RootRig(script, coverage);
    await rig.pass(5_000);
    assert.match(rig.state, new RegExp(what));
    rig.shutdown();
    await rig.pass(100);
    assert.equal(rig.story.at(-1), 'stopped');
    assert.ok(rig.whenOf('flush') !== undefined);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 0 });
    assert.equal(rig.clock.pendingCount, 0);
  });
}

for (const openStorage of [{ takes: 10, error: 'locked' }, { takes: 10, crashes: true }, { takes: 'never' }] as const) {
  test(`A-075 storage that does not open (${JSON.stringify(openStorage)}) ends the process with code 1`, async () => {
    const rig = new RootRig({ openStorage }, coverage);
    await rig.pass(AGENT_DEADLINES.openMs + 1_000);
    assert.deepEqual(without(rig, 'openStorage aborted'), ['openStorage', ...STOP]);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 1 });
  });
}

for (const child of ['discovery', 'scrape'] as const) {
  for (const how of ['crash', 'end'] as const) {
    test(`a ${child} actor that does ${how} leads to an orderly end with code 1`, async () => {
      const rig = await running();
      rig[how](child);
      await rig.pass(100);
      assert.deepEqual(rig.faults, []);
      assert.deepEqual(
        without(rig, 'discovery ← crash', 'scrape ← crash'),
        child === 'scrape'
          ? ['draining', 'discovery ← xstate.stop', 'flush', 'stopped']
          : ['draining', 'scrape ← stop', 'flush', 'stopped'],
      );
      assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 1 });
      assert.equal(rig.clock.pendingCount, 0);
    });
  }

  for (const how of ['crash', 'end'] as const) {
    test(`a ${child} actor that does ${how} in the first stage of a stop does not hold it up`, async () => {
      const rig = await running({ discovery: { answers: 10, stops: 'never' } });
      rig.shutdown();
      rig[how](child);
      await rig.pass(100);
      assert.deepEqual(rig.faults, []);
      assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 0 });
    });
  }

  test(`a ${child} actor that crashes while it stops does not hold the stop up`, async () => {
    const rig = await running({ [child]: { answers: 10, stops: 500, crashesAtStop: true } });
    rig.shutdown();
    await rig.pass(1_000);
    assert.deepEqual(without(rig, `${child} ← crash`), STOP);
    assert.deepEqual(rig.faults, []);
    assert.deepEqual(rig.emitted.at(-1), { type: 'stopped', exitCode: 0 });
  });
}

/** A child ends once: when it is gone, nothing of it can come any more. The handlers are there so that nobody has to rely on it. */
const NEVER_TAKEN = [
  'agent.draining xstate.done.actor.discovery → itself',
  'agent.draining xstate.done.actor.scrape → itself',
  'agent.draining xstate.error.actor.discovery → itself',
  'agent.draining xstate.error.actor.scrape → itself',
];

test('every transition of the root machine was taken in these tests', () => {
  assert.deepEqual(coverage.missing(agentMachine), NEVER_TAKEN);
});
