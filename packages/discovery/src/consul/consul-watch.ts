import type { Clock, TimerHandle } from '@limpet/driver';
import type { HttpConnection, HttpOutcome } from '@limpet/http-client';
import { failed } from '@limpet/model';
import type { Result } from '@limpet/model';
import { JSON_ANSWER_BYTES_MAX, readJsonAnswer } from '../provider/json-answer.ts';
import { msToNextRefresh, tickAt } from '../provider/polling.machine.ts';
import { WATCH_SECONDS } from './consul-query.ts';

/** Milliseconds for an answer: what Consul may hold it back for, and some more for the way. */
export const ANSWER_MS_MAX = (WATCH_SECONDS + 15) * 1000;
/** Milliseconds without asking after a failure (C-142). */
export const RETRY_MS = 15_000;

/** What one watch asks and whom it tells. */
export interface ConsulWatchParts<Value> {
  readonly clock: Clock;
  readonly connection: HttpConnection;
  readonly headers: Readonly<Record<string, string>>;
  /** Least milliseconds from the start of a poll to that of the next. */
  readonly refreshIntervalMs: number;
  /** The URL of the next poll; `index` is that of the last answer, empty before the first. */
  urlAfter(index: string): string;
  readonly read: (document: unknown) => Value;
  /** A poll has ended. */
  asked(seconds: number): void;
  /** The answer has another index than the one before. */
  changed(value: Value): void;
  failed(error: string): void;
  /** A fault of ours. */
  crashed(fault: unknown): void;
}

/** Asks Consul again and again for one thing, with an index by which it answers only when something has changed (C-142). */
export class ConsulWatch<Value> {
  readonly #parts: ConsulWatchParts<Value>;
  #schedule = { provider: '', startedMono: 0, tick: 0 };
  #index = '';
  #timer: TimerHandle | undefined;
  #underWay: AbortController | undefined;
  #hasEnded = false;

  constructor(parts: ConsulWatchParts<Value>) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule = { ...this.#schedule, startedMono: this.#parts.clock.mono() };
    this.#poll();
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
    this.#underWay?.abort();
    this.#parts.connection.close();
  }

  #poll(): void {
    this.#ask().then(
      (mayAskOn) => this.#rest(mayAskOn ? 0 : RETRY_MS),
      (fault: unknown) => this.#hasEnded || this.#parts.crashed(fault),
    );
  }

  /** The next tick of the interval, or at once where it has passed already, but no sooner than told. */
  #rest(msMin: number): void {
    if (this.#hasEnded) return;
    const { clock, refreshIntervalMs } = this.#parts;
    const ms = Math.max(msMin, msToNextRefresh(this.#schedule, refreshIntervalMs, clock.mono()));
    this.#timer = clock.setTimeout(() => {
      this.#schedule = { ...this.#schedule, tick: tickAt(this.#schedule, refreshIntervalMs, clock.mono()) };
      this.#poll();
    }, ms);
  }

  /** One poll. False where it failed. */
  async #ask(): Promise<boolean> {
    const { clock, connection, headers } = this.#parts;
    const startedMono = clock.mono();
    const outcome = await consulGet({ clock, connection, headers, url: this.#parts.urlAfter(this.#index) }, (controller) => {
      this.#underWay = controller;
    });
    if (this.#hasEnded) return true;
    this.#parts.asked((clock.mono() - startedMono) / 1000);
    const index = indexOf(outcome);
    if (index !== '' && index === this.#index) return true;
    const answer = this.#readAnswer(outcome, index);
    if (!answer.ok) {
      this.#parts.failed(answer.error.message);
      return false;
    }
    this.#index = index;
    this.#parts.changed(answer.value);
    return true;
  }

  #readAnswer(outcome: HttpOutcome, index: string): Result<Value, { readonly message: string }> {
    const answer = readJsonAnswer(outcome, this.#parts.read);
    return answer.ok && index === '' ? failed({ message: 'unusable answer: X-Consul-Index is missing or no number' }) : answer;
  }
}

/** A GET that is given up when it takes too long; `begun` gets what gives it up sooner. */
export async function consulGet(
  { clock, connection, headers, url }: Pick<ConsulWatchParts<unknown>, 'clock' | 'connection' | 'headers'> & { readonly url: string },
  begun: (controller: AbortController) => void,
): Promise<HttpOutcome> {
  const controller = new AbortController();
  begun(controller);
  const timer = clock.setTimeout(() => controller.abort(), ANSWER_MS_MAX);
  controller.signal.addEventListener('abort', () => clock.clearTimeout(timer), { once: true });
  const outcome = await connection.send({
    method: 'GET',
    url,
    headers,
    signal: controller.signal,
    inflate: false,
    bodyLimitBytes: JSON_ANSWER_BYTES_MAX,
  });
  clock.clearTimeout(timer);
  return outcome;
}

/** The index of an answer with success; empty where it has none. */
function indexOf(outcome: HttpOutcome): string {
  if (!outcome.ok || outcome.status !== 200) return '';
  const text = [outcome.headers['x-consul-index'] ?? ''].flat()[0] ?? '';
  return /^[1-9]\d{0,19}$/.test(text) ? text : '';
}
