import { createActor } from 'xstate';
import type { ActorLogic, ActorRefFrom, ActorScope, Snapshot, StateValue } from 'xstate';
import type { LoopInput } from '../loop/loop-events.ts';
import type { loopMachine } from '../loop/loop.machine.ts';
import type { ScrapePorts } from '../ports.ts';
import { LoopRegistry } from './loop-registry.ts';
import type { RegisteredLoop } from './loop-registry.ts';
import type { LoopsEvent, LoopsReply } from './loops-events.ts';

/**
 * The supervisor: owns the loops of a pool in a Map, because XState copies `snapshot.children` for every spawn and every
 * stop (15 s for 10,000 loops, 0.1 s here). It isolates them from the pool: a crash of one arrives as `loopCrashed`.
 *
 *   pool ──apply, broadcast, stopAll, killOverdue, killAll──▶ loops ──▶ loop …      loops ──drained, loopCrashed──▶ pool
 */
export interface LoopsInput {
  readonly job: string;
}

export type LoopRef = ActorRefFrom<typeof loopMachine>;

export type LoopsSnapshot = Snapshot<undefined> & {
  /** For the inspector: number of live loops, the retiring ones included. */
  readonly context: { readonly job: string; readonly size: number };
  /** Shared by all snapshots of one supervisor; read through `loopsOf`. */
  readonly registry: LoopRegistry<LoopRef>;
};

export type LoopsPorts = Pick<ScrapePorts, 'loopStarted' | 'release'>;

/** Events of XState's own that end a child or the supervisor itself. */
type LifecycleEvent =
  | { readonly type: 'xstate.stop' }
  | { readonly type: `xstate.done.actor.${string}`; readonly actorId: string }
  | { readonly type: `xstate.error.actor.${string}`; readonly actorId: string; readonly error: unknown };

export type LoopsLogic = ActorLogic<LoopsSnapshot, LoopsEvent, LoopsInput>;

/** The live loops of a supervisor, by id, retiring ones included. */
export function loopsOf(snapshot: LoopsSnapshot): ReadonlyMap<string, LoopRef> {
  return new Map([...snapshot.registry.loops()].map(([id, { ref }]) => [id, ref]));
}

/** The supervisor's logic on its ports, starting loops from `loop`. Once per process; each actor has its own registry. */
export function bindLoops(ports: LoopsPorts, loop: typeof loopMachine): LoopsLogic {
  return {
    getInitialSnapshot: (_, { job }) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      context: { job, size: 0 },
      registry: new LoopRegistry(),
    }),
    getPersistedSnapshot: ({ status, output, error, context }) => ({ status, output, error, context }) as Snapshot<undefined>,
    transition: (snapshot, event, scope) => {
      const supervisor = new Supervisor(ports, loop, snapshot, scope);
      supervisor.handle(event);
      return supervisor.settle(event);
    },
  };
}

/** A state value as a dotted path. */
function stateName(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([state, inner]) => (inner === undefined ? state : `${state}.${stateName(inner)}`))
    .join(',');
}

type LoopsScope = ActorScope<LoopsSnapshot, LoopsEvent>;

/** One event, handled: what is sent goes out after the new snapshot is in place, in order. */
class Supervisor {
  readonly #ports: LoopsPorts;
  readonly #loop: typeof loopMachine;
  readonly #snapshot: LoopsSnapshot;
  readonly #scope: LoopsScope;
  readonly #registry: LoopRegistry<LoopRef>;

  constructor(ports: LoopsPorts, loop: typeof loopMachine, snapshot: LoopsSnapshot, scope: LoopsScope) {
    this.#ports = ports;
    this.#loop = loop;
    this.#snapshot = snapshot;
    this.#scope = scope;
    this.#registry = snapshot.registry;
  }

  handle(event: LoopsEvent | LifecycleEvent): void {
    const registry = this.#registry;
    switch (event.type) {
      case 'apply':
        this.#apply(event);
        return;
      case 'broadcast':
        for (const [, { ref }] of registry.loops()) this.#send(ref, event.event);
        return;
      case 'stopAll':
        registry.forgetReplacements();
        registry.awaitExit(event.token);
        for (const [, { ref }] of registry.loops()) this.#send(ref, event.event);
        return;
      case 'killOverdue':
        for (const id of registry.overdue(event.token)) this.#kill(id);
        return;
      case 'killAll':
        registry.forgetReplacements();
        registry.awaitExit(event.token);
        this.#killAll();
        return;
      case 'loopReleased':
        this.#startNext(registry.release(event.id));
        return;
      case 'xstate.stop':
        registry.forgetReplacements();
        this.#killAll();
        return;
      default:
        this.#ended(event);
    }
  }

  /** Answers the tokens that are drained, and returns the new snapshot. */
  settle(event: LoopsEvent | LifecycleEvent): LoopsSnapshot {
    if (event.type === 'xstate.stop') return { ...this.#snapshot, status: 'stopped', output: undefined, error: undefined };
    for (const { token, overdueCount } of this.#registry.takeDrained()) this.#reply({ type: 'drained', token, overdueCount });
    const { size } = this.#registry;
    return size === this.#snapshot.context.size ? this.#snapshot : { ...this.#snapshot, context: { ...this.#snapshot.context, size } };
  }

  #apply({ token, start, tell, stop }: LoopsEvent & { readonly type: 'apply' }): void {
    const stopIds = stop.map(({ id }) => id);
    this.#registry.awaitRelease(token, stopIds);
    for (const { id, event, next } of stop) {
      const loop = this.#registry.get(id);
      if (loop !== undefined) this.#send(loop.ref, event);
      if (loop === undefined || loop.isReleased) this.#startNext(next);
      else loop.next = next;
    }
    for (const input of start) this.#start(input);
    for (const { id, event } of tell) {
      const loop = this.#registry.get(id);
      if (loop !== undefined) this.#send(loop.ref, event);
    }
  }

  /** A loop that is alive already is left alone: starting it again would orphan the first. */
  #start(input: LoopInput): void {
    if (this.#registry.get(input.id) !== undefined) return;
    const ref = createActor(this.#loop, { id: input.id, parent: this.#scope.self, input, src: 'loop' });
    this.#registry.add(input.id, ref);
    const { id: loopId, job, spec } = input;
    this.#ports.loopStarted({ loopId, job, spec, tell: (event) => ref.send(event), state: () => stateName(ref.getSnapshot().value) });
    ref.start();
  }

  #startNext(next: LoopInput | undefined): void {
    if (next !== undefined) this.#start(next);
  }

  #killAll(): void {
    for (const [id] of this.#registry.loops()) this.#kill(id);
  }

  /** A hard stop: exit actions do not run, so whatever the loop holds is freed here. */
  #kill(id: string): void {
    const loop: RegisteredLoop<LoopRef> | undefined = this.#registry.get(id);
    if (loop === undefined) return;
    this.#scope.stopChild(loop.ref);
    const next = this.#registry.release(id, { isForced: true });
    this.#registry.remove(id);
    this.#startNext(next);
    this.#ports.release(id);
  }

  #ended(event: LifecycleEvent): void {
    if (event.type === 'xstate.stop' || this.#registry.get(event.actorId) === undefined) return;
    this.#startNext(this.#registry.remove(event.actorId)); // before the release: it takes over what views show of the target
    this.#ports.release(event.actorId);
    if ('error' in event) this.#reply({ type: 'loopCrashed', id: event.actorId, error: String(event.error) });
  }

  #send(ref: LoopRef, event: Parameters<LoopRef['send']>[0]): void {
    this.#scope.defer(() => ref.send(event));
  }

  #reply(reply: LoopsReply): void {
    this.#scope.defer(() => this.#scope.self._parent?.send(reply));
  }
}
