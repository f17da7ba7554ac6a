import type { Agent } from '@limpet/agent';
import { formatTimestamp } from '@limpet/model';
import { NOTIFICATION_METRICS } from './metrics.ts';

/** Something that an operator should know now. */
export interface Notification {
  readonly text: string;
  /** RFC 3339: when it was raised, or cleared. */
  readonly date: string;
  readonly active: boolean;
}

/** What can be raised. */
export const NOTIFICATION_TEXTS = {
  reloadFailed: 'Configuration reload has failed.',
  starting: 'Limpet is starting and replaying the write-ahead log (WAL).',
  stopping: 'Limpet is shutting down and gracefully stopping all operations.',
} as const;

/** What a notification board needs. */
export interface NotificationOptions {
  readonly agent: Agent;
  readonly wall: () => number;
  /** `--web.max-notifications-subscribers`. */
  readonly subscriberCountMax: number;
}

/** Takes one change; returns whether it had room for it. */
export type NotificationListener = (notification: Notification) => boolean;

/** What is going on, as sentences: raised while true, cleared when over. Follows the agent's own events. */
export class NotificationBoard {
  readonly #options: NotificationOptions;
  readonly #active = new Map<string, Notification>();
  readonly #listeners = new Set<NotificationListener>();

  constructor(options: NotificationOptions) {
    this.#options = options;
    const { agent } = options;
    const { phase } = agent.status();
    if (phase === 'created' || phase === 'starting') this.#raise(NOTIFICATION_TEXTS.starting);
    agent.onAny(({ type }) => {
      if (type === 'agent.ready') this.#clear(NOTIFICATION_TEXTS.starting);
      else if (type === 'config.failed') this.#raise(NOTIFICATION_TEXTS.reloadFailed);
      else if (type === 'config.applied') this.#clear(NOTIFICATION_TEXTS.reloadFailed);
      else if (type === 'agent.stopping') this.#raise(NOTIFICATION_TEXTS.stopping);
    });
    for (const counter of [NOTIFICATION_METRICS.sent, NOTIFICATION_METRICS.dropped]) agent.selfMetrics.add(counter, [], 0);
    this.#countSubscribers();
  }

  /** What is raised now, oldest first. */
  list(): readonly Notification[] {
    return [...this.#active.values()];
  }

  /** Tells a listener what is raised now and every change from now on; `undefined` where there are too many already. */
  subscribe(listener: NotificationListener): (() => void) | undefined {
    if (this.#listeners.size >= this.#options.subscriberCountMax) return undefined;
    this.#listeners.add(listener);
    this.#countSubscribers();
    for (const notification of this.#active.values()) listener(notification);
    return () => {
      this.#listeners.delete(listener);
      this.#countSubscribers();
    };
  }

  #raise(text: string): void {
    if (this.#active.has(text)) return;
    const notification = { text, date: this.#date(), active: true };
    this.#active.set(text, notification);
    this.#tell(notification);
  }

  #clear(text: string): void {
    if (this.#active.delete(text)) this.#tell({ text, date: this.#date(), active: false });
  }

  #tell(notification: Notification): void {
    const { selfMetrics } = this.#options.agent;
    for (const listener of this.#listeners) {
      selfMetrics.add(listener(notification) ? NOTIFICATION_METRICS.sent : NOTIFICATION_METRICS.dropped, [], 1);
    }
  }

  #date(): string {
    return formatTimestamp(Math.trunc(this.#options.wall()));
  }

  #countSubscribers(): void {
    this.#options.agent.selfMetrics.set(NOTIFICATION_METRICS.subscribers, [], this.#listeners.size);
  }
}
