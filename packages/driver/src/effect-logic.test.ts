import assert from 'node:assert/strict';
import test from 'node:test';
import { createActor, setup } from 'xstate';
import { Driver } from './driver.ts';
import type { EffectArguments } from './effect-logic.ts';
import { fromEffect } from './effect-logic.ts';
import { settled } from './live-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A machine that waits for an effect, and what it saw. */
function waiting(run: (effect: EffectArguments<{ readonly of: string }>) => Promise<string>) {
  const inputs: string[] = [];
  const clock = new VirtualClock();
  const driver = new Driver({ clock, onFault: (fault) => assert.fail(String(fault)), onInput: ({ key }) => inputs.push(key) });
  const actor = createActor(
    setup({
      types: { context: {} as { output: string; error: string } },
      actors: { effect: fromEffect(driver, 'load', run) },
    }).createMachine({
      context: { output: '', error: '' },
      initial: 'waiting',
      states: {
        waiting: {
          invoke: { src: 'effect', input: { of: 'config' }, onDone: 'done', onError: 'failed' },
          on: { leave: 'left' },
        },
        done: {},
        failed: {},
        left: {},
      },
    }),
    { clock: driver.clock },
  );
  actor.start();
  return { actor, driver, inputs };
}

test('a completion reaches the machine while its input is delivered, not behind it', async () => {
  let resolve: (value: string) => void = () => {};
  const { actor, driver, inputs } = waiting(({ input }) => new Promise((done) => (resolve = () => done(input.of))));
  const accept = driver.accept.bind(driver);
  let valueAfterDelivery: unknown;
  driver.accept = (input, deliver) =>
    accept(input, () => {
      deliver();
      valueAfterDelivery = actor.getSnapshot().value;
    });
  resolve('');
  await settled();
  assert.deepEqual([valueAfterDelivery, inputs], ['done', ['load#1']]);
});

test('leaving the state fires the signal; what completes later is not delivered', async () => {
  let signal: AbortSignal | undefined;
  let resolve: (value: string) => void = () => {};
  const { actor, inputs } = waiting((effect) => {
    ({ signal } = effect);
    return new Promise((done) => (resolve = done));
  });
  actor.send({ type: 'leave' });
  assert.equal(signal?.aborted, true);
  resolve('late');
  await settled();
  assert.deepEqual([actor.getSnapshot().value, inputs], ['left', []]);
});

test('a rejection, and an effect that throws at once, error the actor', async () => {
  for (const run of [() => Promise.reject(new Error('fault')), () => assert.fail('fault')]) {
    const { actor } = waiting(run);
    await settled();
    assert.equal(actor.getSnapshot().value, 'failed');
  }
});
