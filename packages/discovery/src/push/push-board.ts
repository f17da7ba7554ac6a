import type { TargetGroup } from '@limpet/model';

/** Who may register at one section, at most; more are refused. */
export const SOURCE_COUNT_MAX = 10_000;
/** Targets of one registration, at most. */
export const TARGET_COUNT_MAX = 10_000;

/** What somebody has registered. */
export interface Registration {
  readonly groups: readonly Omit<TargetGroup, 'source'>[];
  /** Monotonic time until which it holds. */
  readonly untilMono: number;
}

export type Registered = 'registered' | 'tooManySources' | 'tooManyTargets';

/**
 * Targets that were pushed, by the name of the section and then by who pushed them. Written from outside; the provider of
 * a section is told who has changed and reads the rest here. Mutable on purpose: 10,000 sources renew every half minute.
 */
export class PushBoard {
  readonly #sections = new Map<string, Map<string, Registration>>();
  readonly #listeners = new Map<string, Set<(source: string) => void>>();

  /** Names of the sections that a provider serves. */
  names(): readonly string[] {
    return [...this.#listeners.keys()].toSorted();
  }

  has(name: string): boolean {
    return this.#listeners.has(name);
  }

  /** Registers, or renews. The provider is told within the call. */
  register(name: string, source: string, registration: Registration): Registered {
    const section = this.#sections.get(name) ?? new Map<string, Registration>();
    if (!section.has(source) && section.size >= SOURCE_COUNT_MAX) return 'tooManySources';
    if (registration.groups.reduce((sum, { targets }) => sum + targets.length, 0) > TARGET_COUNT_MAX) return 'tooManyTargets';
    this.#sections.set(name, section.set(source, registration));
    this.#tell(name, source);
    return 'registered';
  }

  /** Ends a registration; returns whether there was one. */
  withdraw(name: string, source: string): boolean {
    const isKnown = this.#sections.get(name)?.delete(source) ?? false;
    this.#tell(name, source);
    return isKnown;
  }

  registration(name: string, source: string): Registration | undefined {
    return this.#sections.get(name)?.get(source);
  }

  sources(name: string): ReadonlyMap<string, Registration> {
    return this.#sections.get(name) ?? new Map();
  }

  /** Takes out what has run out; returns who that was. */
  takeExpired(name: string, nowMono: number): readonly string[] {
    const section = this.#sections.get(name);
    const expired = [...(section ?? [])].filter(([, { untilMono }]) => untilMono <= nowMono).map(([source]) => source);
    for (const source of expired) section?.delete(source);
    return expired;
  }

  /** When the next registration runs out; `Infinity` where there is none. */
  nextExpiryMono(name: string): number {
    let next = Infinity;
    for (const { untilMono } of this.sources(name).values()) next = Math.min(next, untilMono);
    return next;
  }

  /** Forgets every registration of a section without a word, as a restart of the process does. */
  forget(name: string): void {
    this.#sections.delete(name);
  }

  /** Begins to serve a section; returns how to end it. What was registered stays until it runs out. */
  serve(name: string, listener: (source: string) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  #tell(name: string, source: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(source);
  }
}
