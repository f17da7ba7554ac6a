import { ALIGN_MS_MAX, followingTick } from '../loop/grid.ts';
import { CodeRing } from './code-ring.ts';
import { TICK_KINDS, tickCode, tickKind } from './tick-outcomes.ts';
import type { TickFailureReason, TickOutcome } from './tick-outcomes.ts';

/** Ticks of a target that are kept one by one. Older ones are in the totals only. */
export const TICKS_KEPT = 120;
/** Changes of the grid among the kept ticks that are remembered; ticks before the oldest are in the totals only. */
const STRETCHES_KEPT = 6;
/** A scrape that begins later than this after its tick, or a tenth of the interval where that is less, is late. */
export const LATE_MS = 1_000;
/** The wall clock was stepped where it differs by this from the monotonic one, or by a thousandth of the interval. */
export const CLOCK_STEP_MS = 500;
/** Wall and monotonic time drift apart by fractions of that: ticks follow the wall clock from here on. */
const DRIFT_MS = 50;
/** Times are fractions: sums of them differ in the last bits. */
const ROUNDING_MS = 0.001;

const SCRAPED = tickCode('scraped');
const LATE = tickCode('late');
const OVERRUN = tickCode('skippedOverrun');
const CAPACITY = tickCode('skippedCapacity');
const SUSPENDED = tickCode('skippedSuspended');
const JUMPED = tickCode('clockJumped');
const KILLED = tickCode('killed');

/** The schedule of a target from its next tick on. */
export interface TickGrid {
  /** Monotonic time of the first tick. */
  readonly dueMono: number;
  /** The same by the wall clock, milliseconds. */
  readonly dueWallMs: number;
  readonly intervalMs: number;
}

/** A scrape that begins. */
export interface TakenTick {
  readonly seq: number;
  readonly startedMono: number;
  /** Timestamp of its samples. */
  readonly scrapeAtMs: number;
}

/** What became of a scrape. */
export interface TickResult {
  /** `undefined`: the target is up. */
  readonly reason: TickFailureReason | undefined;
  /** Whether the report series took their samples: a wall clock that was set back makes them refuse. */
  readonly isWritten: boolean;
}

/** One tick as the ledger shows it. Wall milliseconds; the tick stands for the time from `atMs` up to `untilMs`. */
export interface LedgerTick {
  readonly atMs: number;
  readonly untilMs: number;
  readonly outcome: TickOutcome;
  readonly reason: TickFailureReason | '';
}

/** Told of each tick as it is entered, `count` equal ones at once. */
export interface TickBook {
  enter(ledger: TickLedger, code: number, count: number): void;
}

/** Ticks that follow one another at one interval and one setting of the clock. */
interface Stretch {
  readonly firstNumber: number;
  /** Wall time of the first. */
  firstWallMs: number;
  readonly intervalMs: number;
}

/**
 * What became of every tick of one target. Ticks are the points of its monotonic grid; each is entered once, when it is
 * certain: the one that a scrape was made for when that has ended, those that passed before it when it begins, by what
 * the loop was doing when the next one came. A wall clock set forward is entered once more, as a tick that nobody took.
 * Pure book-keeping: told of times, it never asks for them.
 *
 *     ──┬─────────┬─────────┬─────────┬─────────┬──▶ grid
 *       └ scrape ─────────────┘└ queued ──────────┘ scrape …     scraped, skippedOverrun, skippedCapacity, late
 */
export class TickLedger {
  /** The loop that scrapes the target now. */
  loopId: string;
  readonly #book: TickBook | undefined;
  readonly #codes = new CodeRing({ codeCount: TICK_KINDS.length, room: TICKS_KEPT });
  #count = 0;
  #stretches: Stretch[] = [];
  #intervalMs = 0;
  /** Monotonic time of the next tick that nothing is known of; `Infinity` before the first grid. */
  #dueMono = Infinity;
  /** What ticks without a loop end in; undefined while a loop is on the grid. */
  #absence: number | undefined = tickCode('reload');
  #endedMono = -Infinity;
  #queuedMono: number | undefined;
  /** Number of the scrape that runs; 0 = none. */
  #seq = 0;
  #scrapeAtMs = -Infinity;
  /** Newest timestamp that was written. */
  #newestMs = -Infinity;
  #isLate = false;

  constructor(loopId: string, book?: TickBook) {
    this.loopId = loopId;
    this.#book = book;
  }

  /** Ticks entered so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether a loop has the target now. */
  get isOnGrid(): boolean {
    return this.#absence === undefined;
  }

  /** The target has another schedule from now on, its first one included. */
  moveGrid({ dueMono, dueWallMs, intervalMs }: TickGrid, nowMono: number): void {
    this.leaveGrid(nowMono, { last: 'moved', absence: 'reload' });
    this.#absence = undefined;
    this.#dueMono = dueMono;
    this.#intervalMs = intervalMs;
    this.#endedMono = -Infinity;
    this.#beginStretch(dueWallMs);
  }

  /**
   * No scrape will be made any more. `last`: what becomes of the tick that is due and was not taken; `absence`: what
   * becomes of the ticks from now on, should another loop take the target over. Does nothing to a target that has no
   * loop but enter the ticks that have passed.
   */
  leaveGrid(nowMono: number, ends: { readonly last: 'moved' | 'stopped' | 'killed'; readonly absence: 'reload' | 'killed' }): void {
    if (this.#seq !== 0) this.#enterTaken(KILLED, nowMono);
    const passedCount = Math.max(Math.floor((nowMono - this.#dueMono + ROUNDING_MS) / this.#intervalMs) + 1, 0);
    const hasPassed = Number.isFinite(this.#dueMono) && passedCount > 0;
    if (hasPassed && this.#absence !== undefined) this.#enter(this.#absence, passedCount);
    else if (hasPassed) {
      this.#enterLost(passedCount - 1, this.#queuedMono ?? nowMono);
      this.#enter(tickCode(ends.last), 1);
    }
    if (hasPassed) this.#dueMono += passedCount * this.#intervalMs;
    this.#queuedMono = undefined;
    this.#absence ??= tickCode(ends.absence);
  }

  /** The loop has noticed that a tick is due and waits for a slot. */
  queue(nowMono: number): void {
    this.#queuedMono = nowMono;
  }

  /** A scrape begins, for the newest tick that has passed. */
  take({ seq, startedMono, scrapeAtMs }: TakenTick): void {
    if (this.#absence !== undefined) return;
    if (this.#seq !== 0) this.#enterTaken(tickCode('fault'), startedMono);
    const nextMono = followingTick(this.#dueMono, startedMono, this.#intervalMs);
    const takenMono = nextMono - this.#intervalMs;
    this.#enterLost(Math.round((takenMono - this.#dueMono) / this.#intervalMs), this.#queuedMono ?? startedMono);
    const lateMs = startedMono - takenMono;
    this.#followWall(scrapeAtMs - Math.max(lateMs, 0));
    this.#isLate = lateMs > Math.min(this.#intervalMs / 10, LATE_MS);
    this.#dueMono = nextMono;
    this.#scrapeAtMs = scrapeAtMs;
    this.#seq = seq;
  }

  /** The scrape has ended; one that is not under way any more is ignored. */
  settle(seq: number, { reason, isWritten }: TickResult, nowMono: number): void {
    if (seq !== this.#seq) return;
    if (isWritten) this.#newestMs = Math.max(this.#newestMs, this.#scrapeAtMs);
    if (reason !== undefined) this.#enterTaken(tickCode(reason), nowMono);
    else if (isWritten) this.#enterTaken(this.#isLate ? LATE : SCRAPED, nowMono);
    else this.#enterTaken(this.#scrapeAtMs <= this.#newestMs ? JUMPED : tickCode('outOfOrder'), nowMono);
  }

  /** The loop has made a scrape that belongs to no tick until now: ticks that it passed over were overrun. */
  occupied(nowMono: number): void {
    this.#endedMono = Math.max(this.#endedMono, nowMono);
  }

  /** The append of the scrape, if one runs, has missed its deadline. */
  giveUp(nowMono: number): void {
    if (this.#seq === 0) this.occupied(nowMono);
    else this.#enterTaken(tickCode('appendDeadline'), nowMono);
  }

  /** Number of ticks that ended with each code. */
  totals(): readonly number[] {
    return this.#codes.totals();
  }

  /** The ticks that are kept, oldest first. */
  ticks(): readonly LedgerTick[] {
    const [oldest] = this.#stretches;
    const first = Math.max(this.#count - TICKS_KEPT, oldest?.firstNumber ?? 0);
    const ticks: LedgerTick[] = [];
    for (let number = first; number < this.#count; number++) ticks.push(this.#tick(number));
    return ticks;
  }

  /** The newest tick. */
  last(): LedgerTick | undefined {
    return this.#count === 0 ? undefined : this.#tick(this.#count - 1);
  }

  #tick(number: number): LedgerTick {
    const index = this.#stretches.findLastIndex(({ firstNumber }) => firstNumber <= number);
    const stretch = this.#stretches[index];
    const atMs = wallOf(stretch, number);
    const { outcome, reason } = tickKind(this.#codes.at(number));
    const next = this.#stretches[index + 1];
    const nextMs = next?.firstNumber === number + 1 ? next.firstWallMs : undefined;
    return { atMs, untilMs: endOf({ atMs, outcome, intervalMs: stretch?.intervalMs ?? 0, nextMs }), outcome, reason };
  }

  /** Ticks that nobody took: each is lost by what the loop was doing when the next one came. */
  #enterLost(count: number, queuedMono: number): void {
    if (count <= 0) return;
    const supersededBy = (mono: number): number => {
      const toleratedMs = Math.min(this.#intervalMs / 100, ALIGN_MS_MAX);
      return Math.min(Math.max(Math.floor((mono + toleratedMs - this.#dueMono) / this.#intervalMs), 0), count);
    };
    const overrunCount = supersededBy(this.#endedMono);
    const unqueuedCount = Math.max(supersededBy(queuedMono), overrunCount);
    this.#enter(OVERRUN, overrunCount);
    this.#enter(SUSPENDED, unqueuedCount - overrunCount);
    this.#enter(CAPACITY, count - unqueuedCount);
  }

  #enterTaken(code: number, nowMono: number): void {
    this.#seq = 0;
    this.#queuedMono = undefined;
    this.#endedMono = nowMono;
    this.#enter(code, 1);
  }

  #enter(code: number, count: number): void {
    if (count <= 0) return;
    this.#codes.enter(code, this.#count, count);
    this.#count += count;
    this.#book?.enter(this, code, count);
  }

  /** Compares the wall time of the tick taken now with the one it should have. */
  #followWall(wallMs: number): void {
    const stretch = this.#stretches.at(-1);
    if (stretch === undefined) return;
    const aheadMs = wallMs - wallOf(stretch, this.#count);
    if (Math.abs(aheadMs) < DRIFT_MS) return;
    if (Math.abs(aheadMs) < Math.max(CLOCK_STEP_MS, this.#intervalMs / 1_000)) {
      stretch.firstWallMs += Math.round(aheadMs);
      return;
    }
    if (aheadMs > 0) this.#enter(JUMPED, 1);
    this.#beginStretch(Math.round(wallMs));
  }

  #beginStretch(firstWallMs: number): void {
    const firstNumber = this.#count;
    const kept = this.#stretches.filter((stretch) => stretch.firstNumber < firstNumber).slice(1 - STRETCHES_KEPT);
    this.#stretches = [...kept, { firstNumber, firstWallMs, intervalMs: this.#intervalMs }];
  }
}

function wallOf(stretch: Stretch | undefined, number: number): number {
  return stretch === undefined ? 0 : stretch.firstWallMs + (number - stretch.firstNumber) * stretch.intervalMs;
}

interface TickSpan extends Pick<LedgerTick, 'atMs' | 'outcome'> {
  readonly intervalMs: number;
  /** The first tick of the next stretch, where that follows. */
  readonly nextMs: number | undefined;
}

/** A tick lasts an interval. A clock set forward lasts until it was, and a grid that moved cuts the tick before short. */
function endOf({ atMs, outcome, intervalMs, nextMs }: TickSpan): number {
  const untilMs = atMs + intervalMs;
  if (nextMs === undefined || nextMs <= atMs) return untilMs;
  return outcome === 'clockJumped' ? nextMs : Math.min(untilMs, nextMs);
}
