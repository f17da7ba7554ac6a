import assert from 'node:assert/strict';
import test from 'node:test';
import { configText } from './config-source.ts';
import { createAgent } from './create-agent.ts';

const NO_JOBS = 'scrape_configs: []\n';

/** Reads batches until there are no more. */
async function count(stream: AsyncIterable<unknown>): Promise<number> {
  let batchCount = 0;
  for await (const _ of stream) batchCount++;
  return batchCount;
}

test('a stream ends with the agent, also one that never started', async () => {
  const unstarted = createAgent({ config: configText(NO_JOBS) });
  const early = count(unstarted.batches());
  await unstarted.stop();
  assert.equal(await early, 0);
  const started = createAgent({ config: configText(NO_JOBS) });
  const running = count(started.batches());
  await started.start();
  await started.stop();
  assert.equal(await running, 0);
});

test('a stream of an agent that has stopped has ended', async () => {
  const agent = createAgent({ config: configText(NO_JOBS) });
  await agent.start();
  await agent.stop();
  assert.equal(await count(agent.batches()), 0);
});

test('a bound that is no whole number of batches is refused', async () => {
  const agent = createAgent({ config: configText(NO_JOBS) });
  for (const batchCountMax of [0, -1, 1.5, Number.NaN, Infinity]) {
    assert.throws(() => agent.batches({ batchCountMax }), RangeError, String(batchCountMax));
  }
  await agent.stop();
});
