import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { ActorEntry } from './actor-entry.ts';
import type { ActorTimer } from './actor-detail.ts';
import { ActorTable, stateOf } from './actor-table.ts';
import type { GoneMessage } from './inspect-message.ts';
import type { Onlooker } from './onlooker.ts';
import { RING_STEPS_MAX, StepRing } from './step-ring.ts';
import type { Step } from './step-ring.ts';

/** Milliseconds between two publications of counts. */
export const COUNTS_INTERVAL_MS = 250;
/** Actors that one onlooker may have in the spotlight. */
export const SPOTLIGHT_MAX = 20;

/** A running system of actors, as it can be observed. An agent is one. */
export interface InspectSource {
  /** Every actor alive, parents before children. */
  actors(): Iterable<AnyActorRef>;
  /** Attaches an observer to all of them; returns how to detach it. */
  inspect(observer: (event: InspectionEvent) => void): () => void;
  timersOf(actor: AnyActorRef): readonly ActorTimer[];
}

/** What an inspector needs. */
export interface InspectorOptions {
  readonly source: InspectSource;
  /** Wall milliseconds. */
  readonly wall: () => number;
  /** Sets a repeating timer; returns how to end it. */
  every(intervalMs: number, run: () => void): () => void;
  /** A fault of the inspector itself: it has let go of the actors, which must never notice it. */
  onFault(error: unknown): void;
  /** Steps that are kept, a power of two. */
  readonly ringSteps?: number;
}

/**
 * One observer on all actors, attached while somebody watches and at no other time. It keeps counts for every crowd and
 * a ring of the last steps, and tells onlookers what they asked for. Ordering is that of microsteps.
 */
export class Inspector {
  readonly table = new ActorTable();
  readonly ring: StepRing;
  readonly #options: InspectorOptions;
  readonly #onlookers = new Set<Onlooker>();
  /** Actors that came since the last tick and are no machines: most of these are effects that end at once. */
  readonly #fresh = new Set<ActorEntry>();
  #stepOnlookers: readonly Onlooker[] = [];
  #detach: (() => void) | undefined;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.ring = new StepRing(options.ringSteps ?? RING_STEPS_MAX);
  }

  /** Whether the observer is attached. */
  get isAttached(): boolean {
    return this.#detach !== undefined;
  }

  get onlookerCount(): number {
    return this.#onlookers.size;
  }

  wall(): number {
    return this.#options.wall();
  }

  timersOf(actor: AnyActorRef): readonly ActorTimer[] {
    return this.#options.source.timersOf(actor);
  }

  /** Actors of the tree that have been told of; members of crowds left out. */
  *tree(): Generator<ActorEntry> {
    for (const entry of this.table.entries()) if (entry.memberOf === undefined && !this.#fresh.has(entry)) yield entry;
  }

  /** Every actor alive; works whether somebody watches or not. */
  actors(): Iterable<AnyActorRef> {
    return this.#options.source.actors();
  }

  /** Begins to tell an onlooker; the first one attaches the observer. */
  add(onlooker: Onlooker): void {
    if (!this.isAttached) this.#attach();
    this.#onlookers.add(onlooker);
    this.#sortOnlookers();
    for (const path of onlooker.spotlight) this.table.tap(path, onlooker);
  }

  /** The last one to go detaches the observer. */
  remove(onlooker: Onlooker): void {
    if (!this.#onlookers.delete(onlooker)) return;
    this.#sortOnlookers();
    for (const path of onlooker.spotlight) this.table.untap(path, onlooker);
    if (this.#onlookers.size === 0) this.#release();
  }

  #sortOnlookers(): void {
    this.#stepOnlookers = [...this.#onlookers].filter(({ wantsSteps }) => wantsSteps);
  }

  #attach(): void {
    const { source } = this.#options;
    for (const ref of source.actors()) this.table.see(this.table.add(ref), ref.getSnapshot());
    const stopObserving = source.inspect((event) => this.#observe(event));
    const stopTicking = this.#options.every(COUNTS_INTERVAL_MS, () => this.#tick());
    this.#detach = () => {
      stopObserving();
      stopTicking();
    };
  }

  #release(): void {
    this.#detach?.();
    this.#detach = undefined;
    this.table.clear();
    this.ring.clear();
    this.#fresh.clear();
  }

  /** Runs within transitions: whatever it threw would break the actor that is observed. */
  #observe(event: InspectionEvent): void {
    try {
      this.#take(event);
    } catch (error) {
      this.#release();
      this.#options.onFault(error);
      for (const onlooker of this.#onlookers) onlooker.onFault?.();
    }
  }

  #take(event: InspectionEvent): void {
    switch (event.type) {
      case '@xstate.microstep':
        if (event._transitions.length > 0 && this.#stepOnlookers.length > 0) this.#onMicrostep(event);
        return;
      case '@xstate.snapshot':
        this.#onSnapshot(event);
        return;
      case '@xstate.event':
        this.#onEvent(event);
        return;
      case '@xstate.actor':
        this.#onActor(event.actorRef as AnyActorRef);
        return;
      case '@xstate.action':
      case '@xstate.transition':
    }
  }

  #onMicrostep({ actorRef, _transitions, snapshot }: InspectionEvent & { readonly type: '@xstate.microstep' }): void {
    const entry = this.table.get(actorRef as AnyActorRef);
    if (entry?.chart === undefined) return;
    const wallMs = this.#options.wall();
    for (const transition of _transitions) {
      const edge = entry.chart.edgeOf.get(transition);
      if (edge === undefined) continue;
      const seq = this.ring.push(entry, edge, wallMs);
      if (entry.memberOf === undefined || entry.taps !== undefined) this.#tellStep({ seq, wallMs, entry, edge, state: stateOf(snapshot) });
    }
  }

  #tellStep(step: Step): void {
    const { memberOf, taps } = step.entry;
    for (const onlooker of this.#stepOnlookers) {
      if (memberOf === undefined || taps?.has(onlooker) === true) onlooker.onStep?.(step);
    }
  }

  #onSnapshot({ actorRef, snapshot, event }: InspectionEvent & { readonly type: '@xstate.snapshot' }): void {
    const entry = this.table.get(actorRef as AnyActorRef);
    if (entry === undefined) return;
    if (entry.chart !== undefined) this.table.see(entry, snapshot);
    if (entry.taps !== undefined) for (const tap of entry.taps) tap.onSnapshot(entry, event);
    if (snapshot.status === 'active') return;
    this.#gone(entry, snapshot.status === 'error' ? 'crashed' : snapshot.status);
  }

  /** A crashed actor shows no snapshot: only its parent hears of it. */
  #onEvent({ actorRef, sourceRef, event }: InspectionEvent & { readonly type: '@xstate.event' }): void {
    const isError = event.type.startsWith('xstate.error.actor.');
    const entry = this.table.get(actorRef as AnyActorRef);
    if (entry === undefined) return;
    if (entry.taps !== undefined) {
      const source = sourceRef === undefined ? undefined : this.table.get(sourceRef as AnyActorRef);
      for (const tap of entry.taps) tap.onEvent?.(entry, event, source);
    }
    if (!isError) return;
    const crashed = this.table.at(`${entry.path}/${String(event['actorId'])}`);
    if (crashed !== undefined) this.#gone(crashed, 'crashed');
  }

  #onActor(ref: AnyActorRef): void {
    const entry = this.table.add(ref);
    if (entry.memberOf === undefined && entry.chart === undefined) this.#fresh.add(entry);
    else this.#come(entry);
  }

  #come(entry: ActorEntry): void {
    for (const onlooker of this.#onlookers) {
      if (entry.memberOf === undefined || onlooker.spotlight.has(entry.path)) onlooker.onCome?.(entry);
    }
  }

  #gone(entry: ActorEntry, how: GoneMessage['how']): void {
    this.table.remove(entry);
    if (this.#fresh.delete(entry)) return;
    if (entry.memberOf !== undefined && entry.taps === undefined) return;
    for (const onlooker of this.#onlookers) {
      if (entry.memberOf === undefined || onlooker.spotlight.has(entry.path)) onlooker.onGone?.(entry, how);
    }
  }

  #tick(): void {
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    for (const entry of fresh) this.#come(entry);
    for (const onlooker of this.#onlookers) onlooker.onTick?.();
  }
}
