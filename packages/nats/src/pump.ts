import type { MessageBus } from './message-bus.ts';

/** Something that publishes while there is a connection. */
export interface Pump {
  /** Publishes until the signal fires; rejects where a message could not be handed over. May be run again after that. */
  run(bus: MessageBus, signal: AbortSignal): Promise<void>;
  /** Publishes what waits now. */
  drain(bus: MessageBus): Promise<unknown>;
  close(): void;
}

/** Resolves when the signal fires. */
export function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}
