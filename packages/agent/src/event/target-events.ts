import type { ScrapeConfig } from '@limpet/config';
import type { AgentEventMap, TargetIdentity } from '@limpet/events';
import { labelsObject } from '@limpet/model';
import type { Health, LoopEntry, TickKind } from '@limpet/scrape';
import type { EventHub } from './event-hub.ts';
import { FLAP_SCRAPES, FlapWindow } from './flap-window.ts';
import { isSameStanding, limitStanding } from './limit-watch.ts';
import type { LimitStanding } from './limit-watch.ts';

/** What was last told of a target. */
interface Told {
  readonly identity: TargetIdentity;
  readonly flaps: FlapWindow;
  health: Health;
  standing: LimitStanding;
}

/** Turns what happens to loops into life-cycle events of targets. One for an agent. */
export class TargetEvents {
  readonly #hub: EventHub;
  readonly #configOf: (job: string) => ScrapeConfig | undefined;
  readonly #told = new Map<string, Told>();

  constructor(hub: EventHub, configOf: (job: string) => ScrapeConfig | undefined) {
    this.#hub = hub;
    this.#configOf = configOf;
  }

  started(entry: LoopEntry): void {
    const { target } = entry;
    const identity = { id: entry.id, pool: entry.job, url: target.url, labels: labelsObject(target.publicLabels) };
    this.#told.set(entry.id, { identity, flaps: new FlapWindow(), health: 'unknown', standing: { kind: 'clear' } });
    this.#hub.emit('target.discovered', identity);
  }

  /** A scrape has been appended, and the entry says how it ended. */
  appended(entry: LoopEntry): void {
    const told = this.#told.get(entry.id);
    if (told === undefined) return;
    const before = told.health;
    if (before !== entry.health) this.#healthChanged(told, entry);
    this.#limits(told, entry);
    const verdict = told.flaps.scraped(before !== 'unknown' && before !== entry.health);
    if (verdict === 'steady') this.#hub.emit('target.steady', told.identity);
    if (verdict === 'flapping') {
      const { changeCount } = told.flaps;
      this.#hub.emit('target.flapping', { ...told.identity, changeCount, scrapeCount: FLAP_SCRAPES });
    }
  }

  /** Somebody has asked for a scrape. Nothing is told of a target that has gone meanwhile. */
  scrapedOnDemand(loopId: string, about: Omit<AgentEventMap['target.scrapedOnDemand'], keyof TargetIdentity>): void {
    const told = this.#told.get(loopId);
    if (told !== undefined) this.#hub.emit('target.scrapedOnDemand', { ...told.identity, ...about });
  }

  /** Ticks have ended. */
  ticks(loopId: string, { outcome }: TickKind, tickCount: number): void {
    const told = outcome === 'scraped' || outcome === 'late' || outcome === 'failed' ? undefined : this.#told.get(loopId);
    if (told !== undefined) this.#hub.emit('target.gap', { ...told.identity, outcome, tickCount });
  }

  /** The end-of-run markers of a target are written. */
  marked(loopId: string): void {
    const told = this.#told.get(loopId);
    if (told !== undefined) this.#hub.emit('target.stale', { ...told.identity, cause: 'targetRemoved' });
  }

  ended(loopId: string): void {
    const told = this.#told.get(loopId);
    if (!this.#told.delete(loopId) || told === undefined) return;
    this.#hub.emit('target.removed', told.identity);
  }

  #healthChanged(told: Told, { health, lastError, lastFailureReason = 'fault' }: LoopEntry): void {
    const wasUp = told.health === 'up';
    told.health = health;
    if (health === 'up') this.#hub.emit('target.up', told.identity);
    else if (health === 'down') this.#hub.emit('target.down', { ...told.identity, error: lastError, reason: lastFailureReason });
    if (health === 'down' && wasUp) this.#hub.emit('target.stale', { ...told.identity, cause: 'scrapeFailed' });
  }

  #limits(told: Told, entry: LoopEntry): void {
    const config = this.#configOf(entry.job);
    if (config === undefined) return;
    const standing = limitStanding(entry, config);
    if (isSameStanding(standing, told.standing)) return;
    told.standing = standing;
    if (standing.kind === 'near') this.#hub.emit('target.limitNear', { ...told.identity, ...standing.about });
    if (standing.kind === 'exceeded') this.#hub.emit('target.limitExceeded', { ...told.identity, ...standing.about });
  }
}
