import { checkedDelay } from './clock.ts';
import type { Clock, TimerHandle } from './clock.ts';

/** Slots of one ring; each slot of a ring spans all slots of the ring below it. */
const SLOT_COUNT = 256;
/** A slot of ring `n` spans 256^n milliseconds; one turn of the top ring covers any delay that `checkedDelay` lets through. */
const TOP_RING = 4;

/** A pending timer, linked into the list of its slot. The slot itself heads the list. */
interface Link {
  previous: Link;
  next: Link;
}

class Timer implements Link {
  readonly dueMs: number;
  readonly fire: () => void;
  previous: Link = this;
  next: Link = this;
  isPending = true;

  constructor(dueMs: number, fire: () => void) {
    this.dueMs = dueMs;
    this.fire = fire;
  }
}

class Slot implements Link {
  previous: Link = this;
  next: Link = this;
}

/**
 * Many timers behind one timer of the host: a hierarchical timing wheel with a resolution of one millisecond. Setting
 * and clearing are a few assignments, whatever the number of timers; a heap would touch a dozen cold cache lines.
 * Nothing fires early, and what fires late fires in order of its due time, then in the order it was set.
 *
 * The rings hang on absolute time: a timer lies in the lowest ring whose current turn covers its due time, and falls to
 * the ring below when that ring's turn begins.
 */
export class TimerWheel implements Clock {
  readonly #host: Clock;
  readonly #slots: readonly Slot[] = Array.from({ length: (TOP_RING + 1) * SLOT_COUNT }, () => new Slot());
  /** Milliseconds before this one are done with. */
  #positionMs = 0;
  #armed: { readonly dueMs: number; readonly handle: TimerHandle } | undefined;
  #isTurning = false;
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
    const nowMs = this.#host.mono();
    if (this.#count === 0 && !this.#isTurning) this.#positionMs = Math.floor(nowMs);
    const timer = new Timer(Math.max(Math.ceil(nowMs + checkedDelay(delayMs)), this.#positionMs), fire);
    this.#place(timer);
    this.#count++;
    if (!this.#isTurning && (this.#armed === undefined || timer.dueMs < this.#armed.dueMs)) this.#arm(timer.dueMs);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    const timer = handle as Timer;
    if (!timer.isPending) return;
    timer.isPending = false;
    unlink(timer);
    this.#count--;
    if (this.#count === 0) this.#disarm();
  }

  #place(timer: Timer): void {
    let spanMs = 1;
    let ring = 0;
    for (; ring < TOP_RING; ring++, spanMs *= SLOT_COUNT) {
      const turnMs = spanMs * SLOT_COUNT;
      if (Math.floor(timer.dueMs / turnMs) === Math.floor(this.#positionMs / turnMs)) break;
    }
    append(timer, this.#slot(ring, Math.floor(timer.dueMs / spanMs)));
  }

  #slot(ring: number, index: number): Slot {
    return this.#slots[ring * SLOT_COUNT + (index % SLOT_COUNT)] as Slot;
  }

  /** With no timer left, the host's own must not keep the process alive. */
  #disarm(): void {
    if (this.#armed !== undefined) this.#host.clearTimeout(this.#armed.handle);
    this.#armed = undefined;
  }

  #arm(dueMs: number): void {
    this.#disarm();
    this.#armed = { dueMs, handle: this.#host.setTimeout(() => this.#turn(), dueMs - this.#host.mono()) };
  }

  /** Fires everything that is due, then sets the host's timer for what comes next. */
  #turn(): void {
    this.#armed = undefined;
    this.#isTurning = true;
    try {
      for (let stopMs = this.#nextStopMs(); stopMs <= this.#host.mono(); stopMs = this.#nextStopMs()) this.#stopAt(stopMs);
    } finally {
      this.#isTurning = false;
      if (this.#count > 0) this.#arm(this.#nextStopMs());
    }
  }

  /** The millisecond of the next timer, or the one at which timers have to fall to a lower ring. */
  #nextStopMs(): number {
    if (this.#count === 0) return Infinity;
    for (let ring = 0, spanMs = 1; ring <= TOP_RING; ring++, spanMs *= SLOT_COUNT) {
      const first = Math.floor(this.#positionMs / spanMs);
      const end = ring === TOP_RING ? first + SLOT_COUNT : first - (first % SLOT_COUNT) + SLOT_COUNT;
      for (let index = first; index < end; index++) {
        const slot = this.#slot(ring, index);
        if (slot.next !== slot) return index * spanMs;
      }
    }
    return Infinity;
  }

  /** Moves to a millisecond: timers of the rings above fall, from the top, and those of the millisecond fire. */
  #stopAt(stopMs: number): void {
    this.#positionMs = stopMs;
    if (stopMs % SLOT_COUNT === 0) this.#lower(stopMs);
    const slot = this.#slot(0, stopMs);
    if (slot.next === slot) return;
    const timer = slot.next as Timer;
    timer.isPending = false;
    unlink(timer);
    this.#count--;
    timer.fire();
  }

  #lower(stopMs: number): void {
    for (let ring = TOP_RING, spanMs = SLOT_COUNT ** TOP_RING; ring > 0; ring--, spanMs /= SLOT_COUNT) {
      const slot = this.#slot(ring, Math.floor(stopMs / spanMs));
      for (let link = slot.next; link !== slot; link = slot.next) {
        unlink(link);
        this.#place(link as Timer);
      }
    }
  }
}

function append(link: Link, slot: Slot): void {
  link.previous = slot.previous;
  link.next = slot;
  slot.previous.next = link;
  slot.previous = link;
}

function unlink(link: Link): void {
  link.previous.next = link.next;
  link.next.previous = link.previous;
  link.previous = link;
  link.next = link;
}
