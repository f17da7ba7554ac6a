import { checkedDelay } from './clock.ts';
import type { Clock } from './clock.ts';

/** The machine's own time. */
export const liveClock: Clock = {
  mono: () => performance.now(),
  wall: () => Date.now(),
  setTimeout: (fire, delayMs) => setTimeout(fire, checkedDelay(delayMs)),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Resolves when every promise that could settle without time or input passing has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
