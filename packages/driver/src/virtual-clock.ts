import { checkedDelay } from './clock.ts';
import type { Clock, TimerHandle } from './clock.ts';
import { TimerHeap } from './timer-heap.ts';
import type { PendingTimer } from './timer-heap.ts';

/**
 * Time that stands still until it is moved. It steps from due time to due time, so a timer set by a timer fires within
 * the same `advance`: a 15 s loop advanced by 60 s fires four times.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
  #monoMs = 0;
  #wallOffsetMs: number;
  #order = 0;

  constructor({ wallMs = 1_700_000_000_000 }: { readonly wallMs?: number } = {}) {
    this.#wallOffsetMs = wallMs;
  }

  mono(): number {
    return this.#monoMs;
  }

  wall(): number {
    return this.#wallOffsetMs + this.#monoMs;
  }

  /** Number of timers that have not fired. */
  get pendingCount(): number {
    return this.#timers.size;
  }

  /** Monotonic time of the next timer, or `undefined` where none is pending. */
  get nextDueMs(): number | undefined {
    return this.#timers.earliest()?.dueMs;
  }

  setTimeout(fire: () => void, delayMs: number): TimerHandle {
    const timer: PendingTimer = { dueMs: this.#monoMs + checkedDelay(delayMs), order: this.#order++, fire, place: -1 };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: TimerHandle): void {
    this.#timers.remove(timer as PendingTimer);
  }

  /** Steps the wall clock, as an operator or NTP would; monotonic time and timers do not notice. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Lets both clocks go on without firing anything, as a suspended machine does; what was due meanwhile fires late. */
  suspend(byMs: number): void {
    this.#monoMs += byMs;
  }

  /** Fires the next timer if it is due within `byMs`, and moves time there. Returns whether one fired. */
  step(byMs: number): boolean {
    const timer = this.#timers.earliest();
    if (timer === undefined || timer.dueMs > this.#monoMs + byMs) return false;
    this.#timers.remove(timer);
    this.#monoMs = Math.max(this.#monoMs, timer.dueMs);
    timer.fire();
    return true;
  }

  /** Moves time by `byMs`, firing what is due on the way. Work in promises is not waited for: see `advanceSettled`. */
  advance(byMs: number): void {
    const endMs = this.#monoMs + byMs;
    while (this.step(endMs - this.#monoMs));
    this.#monoMs = endMs;
  }

  /** As `advance`, and lets promises run to quiescence before the first and after each timer. */
  async advanceSettled(byMs: number, settle: () => Promise<void>): Promise<void> {
    const endMs = this.#monoMs + byMs;
    await settle();
    while (this.step(endMs - this.#monoMs)) await settle();
    this.#monoMs = endMs;
  }
}
