import { VirtualClock } from '@limpet/driver';
import { createActor, setup } from 'xstate';
import type { ActorRefFrom, StateValue } from 'xstate';
import type { TickGrid } from '../src/ledger/tick-ledger.ts';
import type { LoopEvent, LoopSpec } from '../src/loop/loop-events.ts';
import { bindLoop } from '../src/loop/loop.effects.ts';
import type { LoopOptions, LoopPorts } from '../src/loop/loop.effects.ts';
import type { LoopContext, loopMachine, LoopReleased } from '../src/loop/loop.machine.ts';
import type { AppendInput } from '../src/ports.ts';

export const spec: LoopSpec = { key: 'aaaa000000000001', intervalMs: 15_000, timeoutMs: 10_000, cfgRev: 1, offsetHash: '0000000000000000' };
export const otherSpec: LoopSpec = { ...spec, key: 'bbbb000000000002', intervalMs: 30_000, cfgRev: 2 };

/** One loop on ports that only remember what was asked of them. Answers are given by the test. */
export class LoopHarness {
  readonly clock: VirtualClock;
  /** `startFetch 1`, `cancelFetch`, `startAppend 1 response` … in order. */
  readonly calls: string[] = [];
  readonly appends: AppendInput[] = [];
  /** What the loop told of its grid; `null` is the end of it. */
  readonly grids: (TickGrid | null)[] = [];
  readonly loop: ActorRefFrom<typeof loopMachine>;
  released = 0;

  constructor(
    options: LoopOptions & {
      readonly wallMs?: number;
      readonly spec?: LoopSpec;
      readonly forcedError?: string;
      readonly isAppendShort?: (bytes: number) => boolean;
      readonly change?: (machine: typeof loopMachine) => typeof loopMachine;
    } = {},
  ) {
    const { wallMs = 1_700_000_020_000, forcedError = null, change = (machine) => machine, isAppendShort } = options;
    this.clock = new VirtualClock({ wallMs });
    const note = (call: string) => void this.calls.push(call);
    const ports: LoopPorts = {
      clock: this.clock,
      startFetch: ({ seq, isAsked }) => note(`startFetch ${seq}${isAsked === true ? ' asked' : ''}`),
      scrapeRefused: () => note('scrapeRefused'),
      cancelFetch: () => note('cancelFetch'),
      ...(isAppendShort && { isAppendShort }),
      startAppend: (input) => {
        this.appends.push(input);
        note(`startAppend ${input.seq} ${input.outcome.kind === 'failed' ? input.outcome.reason : input.outcome.kind}`);
      },
      cancelAppend: () => note('cancelAppend'),
      startMarking: () => note('startMarking'),
      loopRetargeted: ({ spec }) => note(`loopRetargeted ${spec.cfgRev}`),
      gridMoved: ({ grid }) => void this.grids.push(grid),
    };
    const parent = setup({
      types: { events: {} as LoopReleased },
      actors: { loop: change(bindLoop(ports, options)) },
      actions: { release: () => void this.released++ },
    }).createMachine({
      invoke: { id: 'loop', src: 'loop', input: { id: 'loop', job: 'job', spec: options.spec ?? spec, forcedError } },
      on: { loopReleased: { actions: 'release' } },
    });
    const root = createActor(parent, { clock: this.clock });
    root.start();
    this.loop = root.getSnapshot().children['loop'] as ActorRefFrom<typeof loopMachine>;
  }

  get state(): string {
    return leaf(this.loop.getSnapshot().value);
  }

  get context(): LoopContext {
    return this.loop.getSnapshot().context;
  }

  send(event: LoopEvent): this {
    this.loop.send(event);
    return this;
  }

  wait(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  /** Waits until the next timer has fired. */
  nextTimer(): this {
    this.clock.advance((this.clock.nextDueMs ?? this.clock.mono()) - this.clock.mono());
    return this;
  }

  /** The calls since the last time. */
  takeCalls(): readonly string[] {
    return this.calls.splice(0);
  }

  /** One scrape from the due time to its end. */
  scrapeOnce(): this {
    this.nextTimer();
    const seq = this.context.seq + 1;
    return this.send({ type: 'slotGranted', seq }).send({ type: 'response', seq, handle: seq, bytes: 1 }).send({ type: 'appended', seq });
  }
}

/** A state value as a dotted path. */
export function leaf(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([state, inner]) => (inner === undefined ? state : `${state}.${leaf(inner)}`))
    .join();
}
