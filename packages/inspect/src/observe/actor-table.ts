import type { AnyActorRef } from 'xstate';
import { chartOfActor } from '../chart/machine-chart.ts';
import type { ActorEntry } from './actor-entry.ts';
import { Crowd } from './crowd.ts';
import type { InspectedActor } from './inspect-message.ts';
import type { SpotlightTap } from './spotlight-tap.ts';
import { stateName } from './state-name.ts';

/** The actors that are alive, the states that they are in, and who has which of them in the spotlight. */
export class ActorTable {
  readonly #byRef = new Map<AnyActorRef, ActorEntry>();
  readonly #byPath = new Map<string, ActorEntry>();
  readonly #taps = new Map<string, Set<SpotlightTap>>();
  readonly #crowds = new Set<Crowd>();
  #changeCount = 0;

  get(ref: AnyActorRef): ActorEntry | undefined {
    return this.#byRef.get(ref);
  }

  at(path: string): ActorEntry | undefined {
    return this.#byPath.get(path);
  }

  /** Grows whenever a crowd changes. */
  get changeCount(): number {
    return this.#changeCount;
  }

  entries(): IterableIterator<ActorEntry> {
    return this.#byRef.values();
  }

  crowds(): ReadonlySet<Crowd> {
    return this.#crowds;
  }

  /** Takes an actor in. Children of logic that is no machine are a crowd: there may be any number of them. */
  add(ref: AnyActorRef): ActorEntry {
    const known = this.#byRef.get(ref);
    if (known !== undefined) return known;
    const parent = ref._parent === undefined ? undefined : this.#byRef.get(ref._parent);
    const path = parent === undefined ? ref.id : `${parent.path}/${ref.id}`;
    const chart = chartOfActor(ref);
    const memberOf = parent === undefined || parent.chart !== undefined ? undefined : parent.crowd;
    const crowd = chart === undefined ? new Crowd(path) : undefined;
    const entry: ActorEntry = { path, ref, parent, chart, memberOf, crowd, state: '', taps: this.#taps.get(path) };
    this.#byRef.set(ref, entry);
    this.#byPath.set(path, entry);
    if (memberOf !== undefined) this.#crowds.add(memberOf);
    return entry;
  }

  /** Notes the state that a snapshot shows. */
  see(entry: ActorEntry, snapshot: unknown): void {
    const state = stateOf(snapshot);
    if (state === entry.state) return;
    this.#count(entry, state);
    entry.state = state;
  }

  remove(entry: ActorEntry): void {
    if (this.#byRef.get(entry.ref) !== entry) return;
    this.#byRef.delete(entry.ref);
    if (this.#byPath.get(entry.path) === entry) this.#byPath.delete(entry.path);
    if (entry.state !== '') this.#count(entry, '');
    if (entry.crowd !== undefined) this.#crowds.delete(entry.crowd);
  }

  clear(): void {
    this.#byRef.clear();
    this.#byPath.clear();
    this.#crowds.clear();
  }

  /** Whatever happens to the actor of this path, now or when there is one, is told. */
  tap(path: string, tap: SpotlightTap): void {
    const taps = this.#taps.get(path) ?? new Set();
    this.#taps.set(path, taps.add(tap));
    const entry = this.#byPath.get(path);
    if (entry !== undefined) entry.taps = taps;
  }

  untap(path: string, tap: SpotlightTap): void {
    const taps = this.#taps.get(path);
    if (taps?.delete(tap) !== true || taps.size > 0) return;
    this.#taps.delete(path);
    const entry = this.#byPath.get(path);
    if (entry !== undefined) entry.taps = undefined;
  }

  #count({ memberOf, state }: ActorEntry, next: string): void {
    if (memberOf === undefined) return;
    memberOf.move(state, next);
    memberOf.changedAt = ++this.#changeCount;
  }
}

/** An actor as the tree shows it. */
export function inspectedActor({ path, ref, parent, chart, memberOf, crowd, state }: ActorEntry): InspectedActor {
  return {
    path,
    id: ref.id,
    machine: chart?.chart.id ?? null,
    parent: parent?.path ?? null,
    state,
    isCrowd: memberOf === undefined && crowd !== undefined && crowd.total > 0,
  };
}

/** The state of a machine that its snapshot shows, `''` for other logic and while there is none. */
export function stateOf(snapshot: unknown): string {
  if (typeof snapshot !== 'object' || snapshot === null || !('value' in snapshot)) return '';
  const { value } = snapshot as { readonly value: Parameters<typeof stateName>[0] };
  return typeof value === 'string' || (typeof value === 'object' && value !== null) ? stateName(value) : '';
}
