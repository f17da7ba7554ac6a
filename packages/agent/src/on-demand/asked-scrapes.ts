import type { Clock } from '@limpet/driver';
import type { LoopEntry, ScrapePorts, ViewedScrape } from '@limpet/scrape';

/** What somebody wants of a scrape beside the grid. */
export interface ScrapeRequest {
  /** `view`: look at the answer, nothing is stored. `commit`: samples are stored as of any scrape. */
  readonly purpose: 'view' | 'commit';
  /** Who asks, for the audit. */
  readonly by: string;
}

/** How a scrape that was asked for has ended. */
export interface AskedScrape {
  readonly ok: boolean;
  /** Absent when `ok`. */
  readonly error?: string;
  /** One of the failure reasons of docs/outcomes.md; absent when `ok`, or where no scrape was made. */
  readonly reason?: string;
  /** A scrape that was under way has answered: it was stored, whatever was asked for. */
  readonly isJoined: boolean;
  readonly durationMs: number;
  readonly sampleCount: number;
  readonly bodyBytes: number;
  /** Of a `view` that was not joined. */
  readonly contentType?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Requests that wait at once, over all targets. */
export const ASKED_COUNT_MAX = 100;
/** Longest wait for an answer: a place in the queue, and the scrape. */
export const ASKED_MS_MAX = 60_000;

interface Waiter {
  readonly isJoined: boolean;
  readonly settle: (result: AskedScrape) => void;
}

/** Who waits for a scrape of which loop. Every request is answered once: by a scrape, a refusal, the loop's end or in time. */
export class AskedScrapes {
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly #waiting = new Map<string, Set<Waiter>>();
  #count = 0;

  constructor(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#count >= ASKED_COUNT_MAX;
  }

  /** Waits for the next scrape of a loop to end. `isJoined`: one is under way already. */
  wait(loopId: string, isJoined: boolean): Promise<AskedScrape> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(loopId) ?? new Set();
      this.#waiting.set(loopId, waiters);
      const timer = this.#clock.setTimeout(() => waiter.settle(refusal(`no answer in ${ASKED_MS_MAX / 1000} s`)), ASKED_MS_MAX);
      const waiter: Waiter = {
        isJoined,
        settle: (result) => {
          if (!waiters.delete(waiter)) return;
          if (waiters.size === 0 && this.#waiting.get(loopId) === waiters) this.#waiting.delete(loopId);
          this.#count--;
          this.#clock.clearTimeout(timer);
          resolve({ ...result, isJoined });
        },
      };
      this.#count++;
      waiters.add(waiter);
    });
  }

  /** A scrape was appended; the entry says how it ended. */
  appended(entry: LoopEntry): void {
    if (this.#waiting.size === 0) return;
    const { lastError, lastFailureReason, lastScrapeDurationMs, lastSamplesScraped, lastResponseBytes } = entry;
    this.#settle(entry.id, {
      ok: lastError === '',
      ...(lastError !== '' && { error: lastError }),
      ...(lastFailureReason !== undefined && { reason: lastFailureReason }),
      isJoined: false,
      durationMs: lastScrapeDurationMs,
      sampleCount: lastSamplesScraped,
      bodyBytes: lastResponseBytes,
    });
  }

  viewed(loopId: string, { error, reason, durationMs, sampleCount, contentType, body }: ViewedScrape): void {
    this.#settle(loopId, {
      ok: error === undefined,
      ...(error !== undefined && { error }),
      ...(reason !== undefined && { reason }),
      isJoined: false,
      durationMs,
      sampleCount,
      bodyBytes: body?.length ?? 0,
      contentType,
      ...(body !== undefined && { body }),
    });
  }

  /** The loop does not make the scrape, or is gone. */
  refused(loopId: string, error: string): void {
    this.#settle(loopId, refusal(error));
  }

  #settle(loopId: string, result: AskedScrape): void {
    for (const waiter of this.#waiting.get(loopId) ?? []) waiter.settle(result);
  }
}

/** No scrape was made. */
export function refusal(error: string): AskedScrape {
  return { ok: false, error, isJoined: false, durationMs: 0, sampleCount: 0, bodyBytes: 0 };
}

/** The scrape ports, which also answer those who wait for a loop that will not scrape. */
export function withAskedScrapes(ports: ScrapePorts, asked: AskedScrapes): ScrapePorts {
  return {
    ...ports,
    scrapeRefused: (loopId) => asked.refused(loopId, 'the target is not scraped at present'),
    release: (loopId) => {
      ports.release(loopId);
      asked.refused(loopId, 'the target has gone');
    },
  };
}
