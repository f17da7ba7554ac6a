import type { ActorScope, AnyActorRef, NonReducibleUnknown, PromiseActorLogic, PromiseSnapshot } from 'xstate';
import type { Driver } from './driver.ts';

/** What an effect is given: its input, and a signal that fires when the machine leaves the state that started it. */
export interface EffectArguments<Input> {
  readonly input: Input;
  readonly signal: AbortSignal;
}

const RESOLVED = 'limpet.effect.resolved';
const REJECTED = 'limpet.effect.rejected';

type EffectEvent = { readonly type: string; readonly [key: string]: unknown };

/**
 * Actor logic for an effect that takes time, invoked like a promise. Its completion reaches the machines as one input of
 * the driver, numbered and stamped like any other: the machine's transition happens while that input is delivered, not
 * in a microtask behind it as with a bare promise.
 *
 * `run` resolves also for failures (effects return values); a rejection is a fault of ours and errors the actor.
 */
export function fromEffect<Output, Input extends NonReducibleUnknown>(
  driver: Pick<Driver, 'accept'>,
  name: string,
  run: (effect: EffectArguments<Input>) => Promise<Output>,
): PromiseActorLogic<Output, Input> {
  let ordinal = 0;
  const aborts = new WeakMap<AnyActorRef, AbortController>();

  function start({ input }: PromiseSnapshot<Output, Input>, { self }: EffectScope<Output, Input>): void {
    const abort = new AbortController();
    aborts.set(self, abort);
    const key = `${name}#${++ordinal}`;
    const settle = (event: EffectEvent) => {
      if (abort.signal.aborted) return;
      driver.accept({ kind: 'effect', key }, () => self.send(event));
    };
    new Promise<Output>((resolve) => {
      resolve(run({ input: input as Input, signal: abort.signal }));
    }).then(
      (output) => settle({ type: RESOLVED, output }),
      (error: unknown) => settle({ type: REJECTED, error }),
    );
  }

  return {
    start,
    getInitialSnapshot: (_, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    getPersistedSnapshot: (snapshot) => snapshot,
    restoreSnapshot: (snapshot) => snapshot as PromiseSnapshot<Output, Input>,
    transition: (snapshot, event, { self }) => {
      switch (event.type) {
        case RESOLVED:
          return { status: 'done', output: event['output'] as Output, error: undefined, input: undefined };
        case REJECTED:
          return { status: 'error', output: undefined, error: event['error'], input: undefined };
        case 'xstate.stop':
          aborts.get(self)?.abort();
          return { status: 'stopped', output: undefined, error: undefined, input: undefined };
        default:
          return snapshot;
      }
    },
  };
}

type EffectScope<Output, Input> = ActorScope<PromiseSnapshot<Output, Input>, EffectEvent>;
