import { ALIGN_MS_MAX } from '../src/loop/grid.ts';
import type { TickGrid } from '../src/ledger/tick-ledger.ts';
import type { TickOutcome } from '../src/ledger/tick-outcomes.ts';
import type { Happening } from './simulated-world.ts';

/** Times are fractions: sums of them differ in the last bits. */
const ROUNDING_MS = 0.001;

/** What one loop did, and what its ledger says of it. */
interface Account {
  grid: TickGrid | null;
  /** Number of the last tick of the grid that a scrape was made for, from 1. */
  takenNumber: number;
  /** Ticks of the grids that are over. */
  dueCount: number;
  hasLeft: boolean;
  hasEnded: boolean;
  /** Scrapes that began, and answers that said the target was up. */
  begunCount: number;
  upCount: number;
  readonly outcomes: Map<TickOutcome, number>;
}

export interface TickWorld {
  /** Its machine is suspended at times, and its wall clock stepped. */
  readonly hasClockFaults?: boolean;
}

/** Every tick between the start and the end of a loop ends in exactly one outcome, and the outcomes are what happened. */
export function tickViolations(happenings: readonly Happening[], { hasClockFaults = false }: TickWorld = {}): readonly string[] {
  const accounts = new Map<string, Account>();
  for (const happening of happenings) {
    if (!('loopId' in happening)) continue;
    const account = accounts.get(happening.loopId) ?? newAccount();
    accounts.set(happening.loopId, account);
    note(account, happening);
  }
  return [...accounts].flatMap(([loopId, account]) =>
    violationsOf(account, hasClockFaults).map((violation) => `ticks: ${loopId} ${violation}`),
  );
}

function newAccount(): Account {
  const outcomes = new Map<TickOutcome, number>();
  return { grid: null, takenNumber: 0, dueCount: 0, hasLeft: false, hasEnded: false, begunCount: 0, upCount: 0, outcomes };
}

function note(account: Account, happening: Happening): void {
  const { what, mono } = happening;
  if (what === 'grid' || what === 'ended') closeGrid(account, mono);
  if (what === 'grid') {
    account.grid = happening.grid;
    account.hasLeft ||= happening.grid === null;
  }
  if (what === 'ended') account.hasEnded = true;
  const isTaken = what === 'appended' && happening.input.purpose === 'tick';
  if (isTaken || what === 'crashed') account.begunCount++;
  if (isTaken) noteTaken(account, happening.input.startedMono);
  if (what === 'settled' && happening.isUp) account.upCount++;
  if (what !== 'ticks') return;
  const { kind, count } = happening;
  account.outcomes.set(kind.outcome, (account.outcomes.get(kind.outcome) ?? 0) + count);
}

/** A scrape may be made for a tick that is about to come. */
function noteTaken(account: Account, startedMono: number): void {
  if (account.grid === null) return;
  const { dueMono, intervalMs } = account.grid;
  const toleratedMs = Math.min(intervalMs / 100, ALIGN_MS_MAX);
  account.takenNumber = Math.floor((startedMono + toleratedMs - dueMono) / intervalMs) + 1;
}

function closeGrid(account: Account, nowMono: number): void {
  const { grid, takenNumber } = account;
  if (grid === null) return;
  const passedCount = Math.floor((nowMono - grid.dueMono + ROUNDING_MS) / grid.intervalMs) + 1;
  account.dueCount += Math.max(passedCount, takenNumber, 0);
  account.grid = null;
  account.takenNumber = 0;
}

function violationsOf({ dueCount, hasLeft, hasEnded, begunCount, upCount, outcomes }: Account, hasClockFaults: boolean): string[] {
  if (!hasEnded) return [];
  const count = (...wanted: readonly TickOutcome[]): number => wanted.reduce((sum, outcome) => sum + (outcomes.get(outcome) ?? 0), 0);
  // a wall clock set forward is entered besides the ticks, which are those of monotonic time
  const enteredCount = [...outcomes.values()].reduce((sum, each) => sum + each, 0) - count('clockJumped');
  const triedCount = count('scraped', 'late', 'failed');
  const cutCount = begunCount - triedCount;
  const violations: string[] = [];
  if (enteredCount !== dueCount) violations.push(`had ${dueCount} ticks and ${enteredCount} outcomes`);
  if (cutCount < 0 || cutCount > count('killed')) violations.push(`began ${begunCount} scrapes of which ${triedCount} ended`);
  if (count('scraped', 'late') > upCount) violations.push(`was up ${upCount} times and scraped ${count('scraped', 'late')} times`);
  // the scrape under way, and the tick that was due at that moment
  if (count('killed') > (hasLeft ? 0 : 2)) violations.push(`was killed ${count('killed')} times`);
  if (!hasClockFaults && count('skippedSuspended', 'clockJumped', 'reload') > 0)
    violations.push('was suspended in a world that never sleeps');
  return violations;
}
