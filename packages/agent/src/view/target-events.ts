import { labelsObject } from '@limpet/model';
import type { Health, LoopEntry, TickKind } from '@limpet/scrape';
import type { EventHub } from '../event/event-hub.ts';
import type { TargetIdentity } from '../event/event-map.ts';

/** Turns what happens to loops into life-cycle events of targets. One for an agent. */
export class TargetEvents {
  readonly #hub: EventHub;
  /** Health as last told, by loop. */
  readonly #told = new Map<string, { health: Health; readonly identity: TargetIdentity }>();

  constructor(hub: EventHub) {
    this.#hub = hub;
  }

  started(entry: LoopEntry): void {
    const { target } = entry;
    const identity = { id: entry.id, pool: entry.job, url: target.url, labels: labelsObject(target.publicLabels) };
    this.#told.set(entry.id, { health: 'unknown', identity });
    this.#hub.emit('target.discovered', identity);
  }

  /** A scrape has been appended: `up` and `down` are told when health changes. */
  appended(entry: LoopEntry): void {
    const told = this.#told.get(entry.id);
    if (told === undefined || told.health === entry.health) return;
    told.health = entry.health;
    if (entry.health === 'up') this.#hub.emit('target.up', told.identity);
    else if (entry.health === 'down') this.#hub.emit('target.down', { ...told.identity, error: entry.lastError });
  }

  /** Ticks have ended. */
  ticks(loopId: string, { outcome }: TickKind, tickCount: number): void {
    const told = outcome === 'scraped' || outcome === 'late' || outcome === 'failed' ? undefined : this.#told.get(loopId);
    if (told !== undefined) this.#hub.emit('target.gap', { ...told.identity, outcome, tickCount });
  }

  ended(loopId: string): void {
    const told = this.#told.get(loopId);
    if (!this.#told.delete(loopId) || told === undefined) return;
    this.#hub.emit('target.removed', told.identity);
  }
}
