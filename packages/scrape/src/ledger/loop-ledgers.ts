import type { Clock } from '@limpet/driver';
import type { Metrics } from '@limpet/model';
import type { AppendInput, GridMoved } from '../ports.ts';
import { JobTotals } from './job-totals.ts';
import { TickLedger } from './tick-ledger.ts';
import type { TickBook, TickResult } from './tick-ledger.ts';
import { tickKind } from './tick-outcomes.ts';
import type { TickKind } from './tick-outcomes.ts';

/** Targets whose loop broke and whose ledger waits for the next one, at most; of more, the oldest start anew. */
const BROKEN_MAX = 10_000;

export interface LoopLedgersOptions {
  readonly clock: Pick<Clock, 'mono'>;
  /** Told of ticks as they end, `count` alike at once; must not throw. */
  readonly onTicks?: (loopId: string, kind: TickKind, count: number) => void;
}

/** A loop that begins. */
export interface LedgerStart {
  readonly loopId: string;
  readonly job: string;
  /** Names the target among those of the job. */
  readonly key: string;
  /** The generation that scraped the same target until now, if there is one: its ledger goes on. */
  readonly previousId?: string | undefined;
}

interface Kept {
  readonly ledger: TickLedger;
  readonly job: string;
  key: string;
}

/** The ledgers of the targets that are scraped, by loop. Told of what the ports are told. One for an agent. */
export class LoopLedgers {
  readonly #options: LoopLedgersOptions;
  readonly #kept = new Map<string, Kept>();
  /** Ledgers of loops that ended without leaving their grid, by job and target. */
  readonly #broken = new Map<string, Kept>();
  readonly #totals = new JobTotals();
  readonly #books = new Map<string, TickBook>();

  constructor(options: LoopLedgersOptions) {
    this.#options = options;
  }

  started({ loopId, job, key, previousId }: LedgerStart): void {
    const ledger = this.#inherited(`${job}/${key}`, previousId) ?? new TickLedger(loopId, this.#bookOf(job));
    ledger.loopId = loopId;
    this.#kept.set(loopId, { ledger, job, key });
  }

  /** The loop has another target from now on; its next grid follows. */
  retargeted(loopId: string, key: string): void {
    const kept = this.#kept.get(loopId);
    if (kept !== undefined) kept.key = key;
  }

  gridMoved({ loopId, grid }: GridMoved): void {
    const ledger = this.of(loopId);
    const nowMono = this.#options.clock.mono();
    if (grid === null) ledger?.leaveGrid(nowMono, { last: 'stopped', absence: 'reload' });
    else ledger?.moveGrid(grid, nowMono);
  }

  queued(loopId: string): void {
    this.of(loopId)?.queue(this.#options.clock.mono());
  }

  taken({ loopId, seq, startedMono, scrapeAt }: Pick<AppendInput, 'loopId' | 'seq' | 'startedMono' | 'scrapeAt'>): void {
    this.of(loopId)?.take({ seq, startedMono, scrapeAtMs: scrapeAt });
  }

  settled(loopId: string, seq: number, result: TickResult): void {
    this.of(loopId)?.settle(seq, result, this.#options.clock.mono());
  }

  /** A scrape that belongs to no tick has been made. */
  occupied(loopId: string): void {
    this.of(loopId)?.occupied(this.#options.clock.mono());
  }

  givenUp(loopId: string): void {
    this.of(loopId)?.giveUp(this.#options.clock.mono());
  }

  /** A loop has ended, in whatever way. One that had not left its grid broke or was killed; what replaces it goes on. */
  ended(loopId: string): void {
    const kept = this.#kept.get(loopId);
    if (kept === undefined) return;
    this.#kept.delete(loopId);
    if (!kept.ledger.isOnGrid) return;
    this.#breakOff(kept.ledger);
    const [oldest] = this.#broken.keys();
    if (oldest !== undefined && this.#broken.size >= BROKEN_MAX) this.#broken.delete(oldest);
    this.#broken.set(`${kept.job}/${kept.key}`, kept);
  }

  /** A job has ended, after its last loop. */
  jobEnded(job: string, metrics: Metrics): void {
    for (const [place, kept] of this.#broken) if (kept.job === job) this.#broken.delete(place);
    this.#books.delete(job);
    this.#totals.remove(job, metrics);
  }

  of(loopId: string): TickLedger | undefined {
    return this.#kept.get(loopId)?.ledger;
  }

  /** Brings the metrics up to date. */
  writeMetrics(metrics: Metrics): void {
    this.#totals.write(metrics);
  }

  #inherited(place: string, previousId: string | undefined): TickLedger | undefined {
    const broken = this.#broken.get(place)?.ledger;
    this.#broken.delete(place);
    const previous = previousId === undefined ? undefined : this.of(previousId);
    if (previousId === undefined || previous === undefined) return broken;
    this.#kept.delete(previousId);
    if (previous.isOnGrid) this.#breakOff(previous);
    return previous;
  }

  #breakOff(ledger: TickLedger): void {
    ledger.leaveGrid(this.#options.clock.mono(), { last: 'killed', absence: 'killed' });
  }

  #bookOf(job: string): TickBook {
    let book = this.#books.get(job);
    if (book === undefined) {
      const { onTicks } = this.#options;
      book = {
        enter: (ledger, code, count) => {
          this.#totals.add(job, code, count);
          onTicks?.(ledger.loopId, tickKind(code), count);
        },
      };
      this.#books.set(job, book);
    }
    return book;
  }
}
