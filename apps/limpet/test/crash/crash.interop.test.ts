import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCrashRun } from './crash-run.ts';
import type { Behaviour } from './faulty-receiver.ts';

suite('nothing is lost', { concurrency: 3 }, () => {
  for (const [behaviour, what] of [
    ['fail', 'a receiver that answers 500'],
    ['throttle', 'a receiver that answers 429 with Retry-After'],
  ] satisfies (readonly [Behaviour, string])[]) {
    test(`${what}, and the agent killed three times meanwhile, lose nothing and disorder nothing`, async (t) => {
      await using run = await startCrashRun();
      await sleep(2_000);
      await run.receiver.behave(behaviour);
      for (let round = 0; round < 3; round++) {
        await sleep(500 + Math.random() * 1_500);
        await run.killAndStart();
      }
      await sleep(1_000);
      await run.receiver.behave('ok');
      const outcome = await run.outcome();
      t.diagnostic(JSON.stringify(outcome));
      console.log(behaviour, JSON.stringify(outcome));
      assert.deepEqual([outcome.lost, outcome.outOfOrder], [[], []], run.sender().program.output());
    });
  }
});
