import type { ScrapePorts, ScrapeTables } from '@limpet/scrape';
import type { EventHub } from './event-hub.ts';
import type { TargetEvents } from './target-events.ts';

export interface ScrapeEventsOptions {
  readonly hub: EventHub;
  readonly events: TargetEvents;
  readonly tables: Pick<ScrapeTables, 'loops' | 'pools'>;
}

/** The scrape ports, which also tell of pools and targets that come, change and go. */
export function withScrapeEvents(ports: ScrapePorts, { hub, events, tables }: ScrapeEventsOptions): ScrapePorts {
  return {
    ...ports,
    openClient: async (input, signal) => {
      const isFirst = !tables.pools.has(input.job);
      const opened = await ports.openClient(input, signal);
      if (!opened.ok) hub.emit('pool.refused', { pool: input.job, error: opened.error });
      else if (isFirst) hub.emit('pool.opened', { pool: input.job });
      return opened;
    },
    closeClient: (job) => {
      const wasOpen = tables.pools.has(job);
      ports.closeClient(job);
      if (wasOpen) hub.emit('pool.closed', { pool: job });
    },
    poolReconciled: (reconciled) => {
      ports.poolReconciled(reconciled);
      const { job, work, tookMs, killedCount } = reconciled;
      hub.emit('pool.reconciled', { pool: job, work, tookMs, killedCount });
    },
    loopStarted: (loop) => {
      ports.loopStarted(loop);
      const entry = tables.loops.get(loop.loopId);
      if (entry !== undefined) events.started(entry);
    },
    release: (loopId) => {
      ports.release(loopId);
      events.ended(loopId);
    },
  };
}
