import { checkedDelay } from './clock.ts';
import type { Clock, TimerHandle } from './clock.ts';
import { TimerHeap } from './timer-heap.ts';
import type { PendingTimer } from './timer-heap.ts';

interface WheelTimer {
  fire: () => void;
  slot: Slot | undefined;
  previous: WheelTimer | undefined;
  next: WheelTimer | undefined;
}

interface Slot {
  readonly dueMs: number;
  readonly entry: PendingTimer;
  first: WheelTimer | undefined;
  last: WheelTimer | undefined;
}

/**
 * Many timers behind one timer of the host. Timers of the same millisecond share a slot, a doubly linked list, so
 * setting and clearing cost a Map look-up; only a new slot touches the heap. Nothing fires early, and what fires late
 * fires in order of its due time.
 */
export class TimerWheel implements Clock {
  readonly #host: Clock;
  readonly #slots = new Map<number, Slot>();
  readonly #order = new TimerHeap();
  #armed: { readonly dueMs: number; readonly handle: TimerHandle } | undefined;
  #count = 0;

  constructor(host: Clock) {
    this.#host = host;
  }

  mono(): number {
    return this.#host.mono();
  }

  wall(): number {
    return this.#host.wall();
  }

  /** Number of timers that have not fired. */
  get pendingCount(): number {
    return this.#count;
  }

  setTimeout(fire: () => void, delayMs: number): TimerHandle {
    const dueMs = Math.ceil(this.#host.mono() + checkedDelay(delayMs));
    const slot = this.#slots.get(dueMs) ?? this.#openSlot(dueMs);
    const timer: WheelTimer = { fire, slot, previous: slot.last, next: undefined };
    if (slot.last === undefined) slot.first = timer;
    else slot.last.next = timer;
    slot.last = timer;
    this.#count++;
    if (this.#armed === undefined || dueMs < this.#armed.dueMs) this.#arm(dueMs);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    const timer = handle as WheelTimer;
    const { slot } = timer;
    if (slot === undefined) return;
    unlink(timer, slot);
    this.#count--;
    if (slot.first === undefined) this.#closeSlot(slot);
  }

  #openSlot(dueMs: number): Slot {
    const entry: PendingTimer = { dueMs, order: 0, fire: ignore, place: -1 };
    const slot: Slot = { dueMs, entry, first: undefined, last: undefined };
    this.#slots.set(dueMs, slot);
    this.#order.add(entry);
    return slot;
  }

  #closeSlot(slot: Slot): void {
    this.#slots.delete(slot.dueMs);
    this.#order.remove(slot.entry);
  }

  #arm(dueMs: number): void {
    if (this.#armed !== undefined) this.#host.clearTimeout(this.#armed.handle);
    this.#armed = { dueMs, handle: this.#host.setTimeout(() => this.#turn(), dueMs - this.#host.mono()) };
  }

  /** Fires every slot that is due, then sets the host's timer for the next one. */
  #turn(): void {
    this.#armed = undefined;
    try {
      for (let slot = this.#dueSlot(); slot !== undefined; slot = this.#dueSlot()) this.#fireFirst(slot);
    } finally {
      const next = this.#order.earliest();
      if (next !== undefined && this.#armed === undefined) this.#arm(next.dueMs);
    }
  }

  #dueSlot(): Slot | undefined {
    const next = this.#order.earliest();
    return next === undefined || next.dueMs > this.#host.mono() ? undefined : this.#slots.get(next.dueMs);
  }

  #fireFirst(slot: Slot): void {
    const timer = slot.first;
    if (timer !== undefined) {
      unlink(timer, slot);
      this.#count--;
    }
    if (slot.first === undefined) this.#closeSlot(slot);
    timer?.fire();
  }
}

function unlink(timer: WheelTimer, slot: Slot): void {
  if (timer.previous === undefined) slot.first = timer.next;
  else timer.previous.next = timer.next;
  if (timer.next === undefined) slot.last = timer.previous;
  else timer.next.previous = timer.previous;
  timer.slot = undefined;
  timer.previous = undefined;
  timer.next = undefined;
}

function ignore(): void {}
