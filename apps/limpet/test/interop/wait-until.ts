import { setTimeout as sleep } from 'node:timers/promises';

/** How often a condition is looked at. Short against a scrape interval, long against the look itself. */
const POLL_INTERVAL_MS = 40;

export interface Wait {
  /** What is waited for, for the error: a clause that follows "waited 5000 ms for". */
  readonly what: string;
  readonly until: () => boolean | Promise<boolean>;
  readonly timeoutMs: number;
  /** What was seen instead, asked for only when the wait failed. */
  readonly seen?: () => string;
}

/** Resolves as soon as a condition holds; rejects when it does not come to hold in time. */
export async function waitUntil({ what, until, timeoutMs, seen }: Wait): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await until())) {
    if (Date.now() > deadlineMs) {
      throw new Error(`waited ${timeoutMs} ms for ${what}${seen === undefined ? '' : `\nseen: ${seen()}`}`);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}
