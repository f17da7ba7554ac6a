import type { MetricDefinition } from '@limpet/model';

/** The ledger's own metric. A job has at most one series for each way in which a tick can end. */
export const LEDGER_METRICS = {
  outcomes: {
    name: 'limpet_scrape_outcomes_total',
    help: 'Ticks of targets by what became of them; every tick counts once. The reason is empty unless the outcome is failed.',
    type: 'counter',
    labels: ['scrape_job', 'outcome', 'reason'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
