import { createActor, sendTo, setup } from 'xstate';
import type { ActorLogic, ActorScope, AnyActorRef, AnyEventObject, InspectionEvent, Snapshot } from 'xstate';
import { Inspector } from '../src/index.ts';
import type { ActorTimer, InspectMessage, Viewer } from '../src/index.ts';

/** A lamp: the smallest machine with states inside a state, a guard, a timer and a transition without an event. */
const lamp = setup({
  types: {
    context: {} as { readonly password: string; readonly url: string; readonly uses: number },
    input: {} as { readonly uses: number },
    events: {} as
      | { readonly type: 'press'; readonly by?: string }
      | { readonly type: 'look' }
      | { readonly type: 'end' }
      | { readonly type: 'break' },
  },
  actions: {
    fail: () => {
      throw new Error('a fault on purpose');
    },
    note: () => {},
  },
  guards: { isWorn: ({ context }) => context.uses > 2 },
  delays: { glow: 5_000 },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ password: 'hunter2', url: 'http://me:hunter2@host/?token=hunter2', uses: input.uses }),
  initial: 'off',
  on: { end: '.gone', break: { actions: 'fail' } },
  states: {
    off: { on: { press: 'on' } },
    on: {
      initial: 'bright',
      on: { press: 'off', look: { actions: 'note' } },
      states: { bright: { always: { guard: 'isWorn', target: 'dim' }, after: { glow: 'dim' } }, dim: {} },
    },
    gone: { type: 'final' },
  },
});

type HouseSnapshot = Snapshot<undefined> & { readonly lamps: ReadonlyMap<string, AnyActorRef> };
type HouseEvent = { readonly type: 'add'; readonly id: string; readonly uses?: number } | { readonly type: 'kill'; readonly id: string };

/** Holds lamps in a map of its own, as a supervisor does. */
const house: ActorLogic<HouseSnapshot, HouseEvent> = {
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined, lamps: new Map() }),
  getPersistedSnapshot: (snapshot) => snapshot,
  transition: (snapshot, event: HouseEvent | AnyEventObject, scope: ActorScope<HouseSnapshot, HouseEvent>) => {
    const lamps = new Map(snapshot.lamps);
    if (event.type === 'add') {
      const input = { uses: Number(event['uses'] ?? 0) };
      const ref = createActor(lamp, { id: String(event['id']), parent: scope.self, input });
      lamps.set(ref.id, ref);
      ref.start();
    } else if (event.type === 'kill') {
      const ref = lamps.get(String(event['id']));
      if (ref !== undefined) scope.stopChild(ref);
      lamps.delete(String(event['id']));
    } else if ('actorId' in event) lamps.delete(String(event['actorId']));
    return { ...snapshot, lamps };
  },
};

const street = setup({
  actors: { house },
  types: { events: {} as HouseEvent | { readonly type: 'light' } },
}).createMachine({
  id: 'street',
  invoke: { id: 'house', src: 'house' },
  initial: 'day',
  on: { add: { actions: sendTo('house', ({ event }) => event) }, kill: { actions: sendTo('house', ({ event }) => event) } },
  states: { day: { on: { light: 'night' } }, night: { on: { light: 'day' } } },
});

/** A street with a house of lamps, and an inspector on it. Time is told to it. */
export class WatchedSystem {
  readonly root = createActor(street, { id: 'street' }).start();
  readonly faults: unknown[] = [];
  readonly timers: ActorTimer[] = [];
  readonly inspector: Inspector;
  nowMs = 1_000;
  /** Interval of the inspector's timer. */
  tickMs = 0;
  observerCount = 0;
  #tick: (() => void) | undefined;
  #spoil: ((event: InspectionEvent) => void) | undefined;

  constructor({ ringSteps }: { readonly ringSteps?: number } = {}) {
    this.inspector = new Inspector({
      source: {
        actors: () => this.actors(),
        inspect: (observer) => {
          this.observerCount++;
          const subscription = this.root.system.inspect((event) => {
            this.#spoil?.(event);
            observer(event);
          });
          return () => {
            this.observerCount--;
            subscription.unsubscribe();
          };
        },
        timersOf: () => this.timers,
      },
      wall: () => this.nowMs,
      every: (intervalMs, run) => {
        this.tickMs = intervalMs;
        this.#tick = run;
        return () => (this.#tick = undefined);
      },
      onFault: (error) => this.faults.push(error),
      ...(ringSteps === undefined ? {} : { ringSteps }),
    });
  }

  /** Whether a timer of the inspector is set. */
  get isTicking(): boolean {
    return this.#tick !== undefined;
  }

  /** A quarter of a second passes. */
  tick(): void {
    this.nowMs += 250;
    this.#tick?.();
  }

  *actors(): Generator<AnyActorRef> {
    yield this.root;
    const supervisor = this.root.getSnapshot().children['house'];
    if (supervisor === undefined) return;
    yield supervisor;
    yield* supervisor.getSnapshot().lamps.values();
  }

  add(id: string, uses = 0): void {
    this.root.send({ type: 'add', id, uses });
  }

  kill(id: string): void {
    this.root.send({ type: 'kill', id });
  }

  tell(id: string, event: AnyEventObject): void {
    for (const ref of this.actors()) if (ref.id === id) ref.send(event);
  }

  /** Changes events on their way to the inspector. */
  spoil(change: (event: InspectionEvent) => void): void {
    this.#spoil = change;
  }
}

/** Messages of one type. */
export function of<Type extends InspectMessage['type']>(
  messages: readonly InspectMessage[],
  type: Type,
): (InspectMessage & { readonly type: Type })[] {
  return messages.filter((message): message is InspectMessage & { readonly type: Type } => message.type === type);
}

/** What a viewer knows of one crowd after what it has been told. */
export function countsIn(viewer: Viewer, path: string): Readonly<Record<string, number>> | undefined {
  return of(viewer.take(), 'counts')
    .flatMap(({ crowds }) => crowds)
    .findLast((crowd) => crowd.path === path)?.states;
}
