import { compareBytewise, labelValue } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { TICK_KINDS } from '@limpet/scrape';
import type { LedgerTick, LoopEntry, LoopLedgers, ScrapeTables, TickFailureReason, TickLedger, TickOutcome } from '@limpet/scrape';

/** How the ticks of a target have ended so far; what never happened is left out. */
export interface TickTotals {
  readonly outcomes: Readonly<Partial<Record<TickOutcome, number>>>;
  /** What `failed` is made of. */
  readonly reasons: Readonly<Partial<Record<TickFailureReason, number>>>;
  /** The newest tick; undefined before the first has ended. */
  readonly last: LedgerTick | undefined;
}

/** What became of the ticks of one target. A copy. */
export interface TargetTicks {
  /** `<job>/<instance>#<6 hex of the target hash>~<generation>`. */
  readonly id: string;
  readonly pool: string;
  readonly url: string;
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly totals: TickTotals;
  /** Oldest first; the last `TICKS_KEPT` at most. */
  readonly ticks: readonly LedgerTick[];
}

/** Which ticks `agent.gaps()` lists. */
export interface GapsQuery {
  /** The id of a loop, the scrape URL or the instance label of targets; undefined = all of them. */
  readonly target?: string;
  /** Ticks that touch the time from here on; wall milliseconds. */
  readonly fromMs?: number;
  /** Ticks that begin before. */
  readonly toMs?: number;
}

const NO_TICKS: TickTotals = { outcomes: {}, reasons: {}, last: undefined };

export function tickTotals(ledger: TickLedger | undefined): TickTotals {
  if (ledger === undefined || ledger.count === 0) return NO_TICKS;
  const outcomes: Partial<Record<TickOutcome, number>> = {};
  const reasons: Partial<Record<TickFailureReason, number>> = {};
  for (const [code, total] of ledger.totals().entries()) {
    const kind = TICK_KINDS[code];
    if (total === 0 || kind === undefined) continue;
    outcomes[kind.outcome] = (outcomes[kind.outcome] ?? 0) + total;
    if (kind.reason !== '') reasons[kind.reason] = total;
  }
  return { outcomes, reasons, last: ledger.last() };
}

/** The ticks of targets, by id. Those of a loop that only waits for its end are listed too: they say why it stopped. */
export function targetTicks(
  { loops }: Pick<ScrapeTables, 'loops'>,
  ledgers: Pick<LoopLedgers, 'of'>,
  { target: name, fromMs = -Infinity, toMs = Infinity }: GapsQuery,
): readonly TargetTicks[] {
  const found: TargetTicks[] = [];
  for (const entry of loops.values()) {
    const ledger = name === undefined || isNamed(entry, name) ? ledgers.of(entry.id) : undefined;
    if (ledger === undefined) continue;
    const { url, publicLabels: labels, intervalMs } = entry.target;
    const ticks = ledger.ticks().filter(({ atMs, untilMs }) => untilMs > fromMs && atMs < toMs);
    found.push({ id: entry.id, pool: entry.job, url, labels, intervalMs, totals: tickTotals(ledger), ticks });
  }
  return found.sort((a, b) => compareBytewise(a.id, b.id));
}

/** Whether a target is what a name says: the id of its loop, its URL or its instance label. */
export function isNamed({ id, target }: LoopEntry, name: string): boolean {
  return id === name || target.url === name || labelValue(target.publicLabels, 'instance') === name;
}
