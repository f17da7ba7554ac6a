import type { LedgerTick } from './tick-ledger.ts';
import { TICK_KINDS } from './tick-outcomes.ts';
import type { TickKind } from './tick-outcomes.ts';

/** Ticks shown on either side of the one explained. */
const NEIGHBOURS = 3;

/** What a ledger has to say about a time. */
export type TickExplanation =
  | {
      readonly found: true;
      readonly tick: LedgerTick;
      readonly meaning: string;
      readonly hint: string;
      /** The tick and those around it, oldest first. */
      readonly neighbours: readonly LedgerTick[];
    }
  /** `tooOld`: older than what is kept; `notYet`: its tick has not ended; `noTick`: the target had none then; `noGap`: nothing is missing. */
  | { readonly found: false; readonly why: 'tooOld' | 'notYet' | 'noTick' | 'noGap' };

/**
 * Explains the tick of a time or, without one, the newest that has no sample with `up 1`. `ticks` as a ledger lists them.
 * Where the wall clock was set back a time has two ticks: the newer one counts.
 */
export function explainTick(ticks: readonly LedgerTick[], atMs?: number): TickExplanation {
  const index = atMs === undefined ? ticks.findLastIndex(isGap) : ticks.findLastIndex((tick) => tick.atMs <= atMs && atMs < tick.untilMs);
  const tick = ticks[index];
  if (tick === undefined) return { found: false, why: atMs === undefined ? 'noGap' : whyNone(ticks, atMs) };
  const { meaning, hint } = kindOf(tick);
  return { found: true, tick, meaning, hint, neighbours: ticks.slice(Math.max(index - NEIGHBOURS, 0), index + NEIGHBOURS + 1) };
}

/** Whether a tick left no sample with `up 1`. */
export function isGap({ outcome }: Pick<LedgerTick, 'outcome'>): boolean {
  return outcome !== 'scraped' && outcome !== 'late';
}

function kindOf({ outcome, reason }: LedgerTick): Pick<TickKind, 'meaning' | 'hint'> {
  return TICK_KINDS.find((kind) => kind.outcome === outcome && kind.reason === reason) ?? { meaning: '', hint: '' };
}

function whyNone(ticks: readonly LedgerTick[], atMs: number): 'tooOld' | 'notYet' | 'noTick' {
  const [first] = ticks;
  const last = ticks.at(-1);
  if (last === undefined || atMs >= last.untilMs) return 'notYet';
  return first !== undefined && atMs < first.atMs ? 'tooOld' : 'noTick';
}
