import type { Metrics } from '@limpet/model';
import { LEDGER_METRICS } from './metrics.ts';
import { TICK_KINDS } from './tick-outcomes.ts';

/**
 * How the ticks of each job ended, gathered in arrays and written to the metrics when somebody looks: a counter with
 * three labels costs more than all the rest of the ledger.
 */
export class JobTotals {
  readonly #jobs = new Map<string, { readonly totals: Float64Array; readonly written: Float64Array }>();

  add(job: string, code: number, count: number): void {
    let known = this.#jobs.get(job);
    if (known === undefined) {
      const room = TICK_KINDS.length;
      this.#jobs.set(job, (known = { totals: new Float64Array(room), written: new Float64Array(room) }));
    }
    known.totals[code] = (known.totals[code] ?? 0) + count;
  }

  /** Brings the metrics up to date. */
  write(metrics: Metrics): void {
    for (const [job, { totals, written }] of this.#jobs) {
      for (const [code, { outcome, reason }] of TICK_KINDS.entries()) {
        const more = (totals[code] ?? 0) - (written[code] ?? 0);
        if (more > 0) metrics.add(LEDGER_METRICS.outcomes, [job, outcome, reason], more);
      }
      written.set(totals);
    }
  }

  /** Forgets a job that has ended, in the metrics too. */
  remove(job: string, metrics: Metrics): void {
    const known = this.#jobs.get(job);
    if (!this.#jobs.delete(job) || known === undefined) return;
    for (const [code, { outcome, reason }] of TICK_KINDS.entries()) {
      if ((known.written[code] ?? 0) > 0) metrics.remove(LEDGER_METRICS.outcomes, [job, outcome, reason]);
    }
  }
}
