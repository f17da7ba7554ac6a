import { fromPromise } from 'xstate';
import type { NonReducibleUnknown, PromiseActorLogic } from 'xstate';
import type { Driver } from './driver.ts';

/** What an effect is given: its input, and a signal that fires when the machine leaves the state that started it. */
export interface EffectArguments<Input> {
  readonly input: Input;
  readonly signal: AbortSignal;
}

/**
 * Actor logic for an effect that takes time. Its completion reaches the machines as an input of the driver, numbered
 * and stamped like any other, instead of slipping in between two inputs as a bare promise would.
 *
 * `run` resolves also for failures (effects return values); a rejection is a fault of ours and errors the actor.
 */
export function fromEffect<Output, Input extends NonReducibleUnknown>(
  driver: Driver,
  name: string,
  run: (effect: EffectArguments<Input>) => Promise<Output>,
): PromiseActorLogic<Output, Input> {
  let ordinal = 0;
  return fromPromise<Output, Input>(({ input, signal }) => {
    const key = `${name}#${++ordinal}`;
    return new Promise<Output>((resolve, reject) => {
      const settle = (deliver: () => void) => !signal.aborted && driver.accept({ kind: 'effect', key }, deliver);
      run({ input, signal }).then(
        (output) => settle(() => resolve(output)),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  });
}
