import { createActor } from 'xstate';
import type { ActorLogic, ActorScope, AnyActorLogic, Snapshot } from 'xstate';
import { Driver, indexTimers, settled, VirtualClock } from '@limpet/driver';
import type { AgentEmitted, AgentEvent } from '../src/root/agent-events.ts';
import { bindAgent } from '../src/root/agent.effects.ts';
import type { AgentPorts, EffectResult } from '../src/root/agent-ports.ts';
import type { TransitionCoverage } from './transition-coverage.ts';

/** How long something takes in virtual milliseconds, or that it never ends. */
export type Latency = number | 'never';

/** How an effect goes: its result after some time, or a rejection, which no port should ever do. */
export interface EffectScript {
  readonly takes: Latency;
  readonly error?: string;
  readonly crashes?: boolean;
}

/** How a child behaves: when it answers a configuration, when it ends after `stop`. */
export interface ChildScript {
  readonly answers: Latency;
  readonly refuses?: string;
  readonly stops: Latency;
  readonly crashesAtStop?: boolean;
}

export interface RootScript {
  readonly openStorage: EffectScript;
  readonly loadConfig: EffectScript;
  readonly applyStorage: EffectScript;
  readonly flush: EffectScript;
  readonly discovery: ChildScript;
  readonly scrape: ChildScript;
  readonly scrapeGraceMs: number;
  readonly flushDeadlineMs: number;
}

export const SWIFT: RootScript = {
  openStorage: { takes: 10 },
  loadConfig: { takes: 10 },
  applyStorage: { takes: 10 },
  flush: { takes: 10 },
  discovery: { answers: 10, stops: 10 },
  scrape: { answers: 10, stops: 10 },
  scrapeGraceMs: 11_000,
  flushDeadlineMs: 60_000,
};

/** One thing that happened, as seen from outside the root machine. */
export interface Happening {
  readonly atMs: number;
  readonly what: string;
}

/** Milliseconds between two writes of the scripted scrape actor. */
const WRITE_MS = 300;

/** The root machine in virtual time, on scripted effects and children. */
export class RootRig {
  readonly clock = new VirtualClock();
  readonly trace: Happening[] = [];
  readonly emitted: AgentEmitted[] = [];
  readonly faults: unknown[] = [];
  /** May be changed while the rig runs: effects and children read it when they start something; the flush deadline stays. */
  script: RootScript;
  readonly #driver = new Driver({ clock: this.clock, onFault: (error) => this.faults.push(error) });
  readonly #root;

  constructor(script: Partial<RootScript> = {}, coverage?: TransitionCoverage) {
    this.script = { ...SWIFT, ...script };
    const ports: AgentPorts = {
      openStorage: (signal) => this.#effect('openStorage', 'openStorage', signal),
      loadConfig: ({ rev }, signal) => this.#effect('loadConfig', `loadConfig ${rev}`, signal),
      applyStorage: ({ rev }, signal) => this.#effect('applyStorage', `applyStorage ${rev}`, signal),
      flush: async (signal) => {
        await this.#effect('flush', 'flush', signal);
      },
      scrapeGraceMs: () => this.script.scrapeGraceMs,
      flushDeadlineMs: this.script.flushDeadlineMs,
      discovery: this.#child('discovery'),
      scrape: this.#child('scrape'),
    };
    this.#root = createActor(bindAgent(this.#driver, ports), { clock: this.#driver.clock, input: { reloadOnStartup: false } });
    indexTimers(this.#root.system);
    coverage?.watch(this.#root);
    for (const type of ['ready', 'reloaded', 'draining', 'stopped'] as const) {
      this.#root.on(type, (event) => {
        this.emitted.push(event);
        this.note(type);
      });
    }
    this.#root.subscribe({ error: (error) => this.faults.push(error) });
    this.#driver.accept({ kind: 'command', key: 'start' }, () => this.#root.start());
  }

  /** What happened, without times. */
  get story(): readonly string[] {
    return this.trace.map(({ what }) => what);
  }

  get state(): string {
    return JSON.stringify(this.#root.getSnapshot().value);
  }

  get isDone(): boolean {
    return this.#root.getSnapshot().status === 'done';
  }

  /** When something first happened; undefined where it never did. */
  whenOf(what: string): number | undefined {
    return this.trace.find((happening) => happening.what === what)?.atMs;
  }

  send(event: AgentEvent): void {
    this.#driver.accept({ kind: 'command', key: event.type }, () => this.#root.send(event));
  }

  shutdown(): void {
    this.send({ type: 'shutdown', reason: 'test' });
  }

  reload(requestId: string): void {
    this.send({ type: 'reload', requestId, by: 'api' });
  }

  /** Makes a child throw while it handles an event. */
  crash(child: 'discovery' | 'scrape'): void {
    this.#toChild(child, { type: 'crash' });
  }

  /** Makes a child end although nobody asked it to. */
  end(child: 'discovery' | 'scrape'): void {
    this.#toChild(child, { type: 'end' });
  }

  pass(ms: number): Promise<void> {
    return this.clock.advanceSettled(ms, settled);
  }

  note(what: string): void {
    this.trace.push({ atMs: this.clock.mono(), what });
  }

  #toChild(child: 'discovery' | 'scrape', event: { readonly type: string }): void {
    const ref = this.#root.getSnapshot().children[child];
    if (ref?.getSnapshot().status !== 'active') return; // it has ended already
    this.#driver.accept({ kind: 'command', key: event.type }, () => ref.send(event));
  }

  #effect(name: 'openStorage' | 'loadConfig' | 'applyStorage' | 'flush', what: string, signal: AbortSignal): Promise<EffectResult> {
    const { takes, error, crashes = false } = this.script[name];
    this.note(what);
    return new Promise((resolve, reject) => {
      if (takes === 'never') {
        signal.addEventListener('abort', () => this.note(`${what} aborted`));
        return;
      }
      const timer = this.clock.setTimeout(() => {
        if (crashes) reject(new Error(`${name} crashed`));
        else resolve(error === undefined ? { ok: true } : { ok: false, error });
      }, takes);
      signal.addEventListener('abort', () => this.clock.clearTimeout(timer));
    });
  }

  /** A child that answers `applyConfig` and ends on `stop`, as scripted; the one named scrape writes all its life. */
  #child(name: 'discovery' | 'scrape'): AnyActorLogic {
    const timers = new Set<object>();
    const later = (ms: number, act: () => void): void => {
      const timer = this.#driver.clock.setTimeout(() => {
        timers.delete(timer);
        act();
      }, ms);
      timers.add(timer);
    };
    const clear = (): void => {
      for (const timer of timers) this.#driver.clock.clearTimeout(timer);
      timers.clear();
    };
    const write = (): void => {
      this.note('scrape writes');
      later(WRITE_MS, write);
    };
    const logic: ActorLogic<ChildSnapshot, ChildEvent> = {
      getInitialSnapshot: () => ACTIVE,
      getPersistedSnapshot: (snapshot) => snapshot,
      start: () => {
        if (name === 'scrape') later(WRITE_MS, write);
      },
      transition: (snapshot, event, scope): ChildSnapshot => {
        const { answers, refuses, stops, crashesAtStop = false } = this.script[name];
        if (event.type !== 'end') this.note(`${name} ← ${event.type}${'rev' in event ? ` ${event.rev}` : ''}`);
        switch (event.type) {
          case 'applyConfig':
            if (answers !== 'never')
              later(answers, () => {
                this.note(`${name} answers ${event.rev}`);
                answer(scope, name, event.rev, refuses);
              });
            return snapshot;
          case 'stop':
            if (stops !== 'never') later(stops, () => scope.self.send({ type: crashesAtStop ? 'crash' : 'end' }));
            return snapshot;
          case 'end':
            clear();
            return { status: 'done', output: undefined, error: undefined };
          case 'crash':
            clear();
            throw new Error(`${name} crashed`);
          case 'xstate.stop':
            clear();
            return { status: 'stopped', output: undefined, error: undefined };
          case 'targetsUpdated':
          case 'triggerReload':
            return snapshot;
        }
      },
    };
    return logic;
  }
}

type ChildSnapshot = Snapshot<undefined>;
type ChildEvent =
  | { readonly type: 'applyConfig' | 'targetsUpdated'; readonly rev: number }
  | { readonly type: 'triggerReload' | 'stop' | 'end' | 'crash' | 'xstate.stop' };

const ACTIVE: ChildSnapshot = { status: 'active', output: undefined, error: undefined };

function answer(scope: ActorScope<ChildSnapshot, ChildEvent>, who: string, rev: number, refuses: string | undefined): void {
  const outcome = refuses === undefined ? { ok: true } : { ok: false, error: refuses };
  scope.self._parent?.send({ type: 'configApplied', who, rev, ...outcome });
}
