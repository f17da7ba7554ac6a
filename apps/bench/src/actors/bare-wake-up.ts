import { cpuOf } from '../process-cpu.ts';

/** Microseconds of CPU that Node takes to be woken by a timer and to go back to sleep, at about this many a second. */
export async function bareWakeUpMicros(perSecond: number, durationMs: number): Promise<number> {
  let count = 0;
  const { micros } = await cpuOf(
    () =>
      new Promise<void>((resolve) => {
        const endMs = performance.now() + durationMs;
        const wake = (): void => {
          count++;
          if (performance.now() < endMs) setTimeout(wake, 1000 / perSecond);
          else resolve();
        };
        wake();
      }),
  );
  return micros / count;
}
