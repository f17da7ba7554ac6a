import { BatchStream } from '@limpet/agent';
import type { Agent } from '@limpet/agent';
import { batchOf } from '@limpet/contract';
import { EventLog } from '@limpet/events';
import type { AnyAgentEvent } from '@limpet/events';
import { SeriesRegistry, silentMetrics } from '@limpet/model';

/** As much of an agent as a publisher sees: events and batches are told by the test. */
export class PublishingAgent {
  readonly registry = new SeriesRegistry();
  readonly log: EventLog;
  readonly counted: string[] = [];
  readonly registered: string[] = [];
  readonly #listeners = new Set<(event: AnyAgentEvent) => void>();
  #stream: BatchStream | undefined;
  #sequence = 0;

  constructor(room = 1_000) {
    this.log = new EventLog({ run: 'run', room });
  }

  get agent(): Agent {
    const agent: Pick<
      Agent,
      'onAny' | 'eventsSince' | 'lastEventId' | 'batches' | 'selfMetrics' | 'scrapeNow' | 'registerTargets' | 'withdrawTargets'
    > = {
      onAny: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      eventsSince: (id) => this.log.since(id),
      lastEventId: () => this.log.lastId(),
      registerTargets: ({ name, source, groups, ttlMs }) => {
        this.registered.push(`${name} ${source} ${groups} ${ttlMs}`);
        return { ok: true };
      },
      withdrawTargets: ({ name, source }) => {
        this.registered.push(`${name} ${source} withdrawn`);
        return { ok: true };
      },
      scrapeNow: (id, { purpose, by }) =>
        Promise.resolve({
          ok: true,
          isJoined: false,
          durationMs: 1,
          sampleCount: 1,
          bodyBytes: 4,
          contentType: `${id} ${purpose} ${by}`,
          body: new TextEncoder().encode('a 1\n'),
        }),
      batches: ({ batchCountMax = 10 } = {}) => (this.#stream = new BatchStream({ registry: this.registry, name: 'nats', batchCountMax })),
      selfMetrics: { ...silentMetrics, add: ({ name }, labels, n) => this.counted.push([name, ...labels, n].join(' ')) },
    };
    return agent as Agent;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  tell(pool: string): void {
    const event: AnyAgentEvent = { type: 'pool.opened', eventId: this.log.nextId(), atMs: 1, pool };
    this.log.add(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Hands over the batch of one scrape; returns whether it was taken. */
  scrape(values: readonly number[], { tick = this.#sequence, isBesideGrid = false } = {}): boolean {
    const samples = values.map((value, index) => ({ labels: { __name__: 'm', n: String(index) }, value }));
    const batch = { ...batchOf(this.registry, samples), tick, ...(isBesideGrid && { isBesideGrid: true as const }) };
    return this.#stream?.append(batch, ++this.#sequence).ok ?? false;
  }
}
