import type { Page } from 'playwright-core';

/** Times between the frames of a page, milliseconds. */
export interface FrameTimes {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
  /** Share of the time in which no frame came for longer than 50 ms, the bound of what is felt as a hitch. */
  readonly hitchShare: number;
}

const HITCH_MS = 50;

/** Lets a page draw for a while and notes when its frames come. */
export async function frameTimes(page: Page, durationMs: number): Promise<FrameTimes> {
  const times = await page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const view = globalThis as unknown as { requestAnimationFrame(draw: (nowMs: number) => void): void };
        const seen: number[] = [];
        const draw = (nowMs: number): void => {
          seen.push(nowMs);
          if (nowMs - (seen[0] ?? nowMs) < ms) view.requestAnimationFrame(draw);
          else resolve(seen);
        };
        view.requestAnimationFrame(draw);
      }),
    durationMs,
  );
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const hitches = waits.filter((wait) => wait > HITCH_MS).reduce((sum, wait) => sum + wait, 0);
  return { count: waits.length, median: at(0.5), p99: at(0.99), longest: at(1), hitchShare: hitches / durationMs };
}
