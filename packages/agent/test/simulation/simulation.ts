import { settled, VirtualClock } from '@limpet/driver';
import type { TimerHandle } from '@limpet/driver';
import { loopsOf } from '@limpet/scrape';
import type { LoopsSnapshot, PoolContext } from '@limpet/scrape';
import type { AnyActorRef, InspectionEvent, StateValue } from 'xstate';
import { configText } from '../../src/config-source.ts';
import { configTextOf, provide } from './landscape.ts';
import type { Group, Jobs, LiveSource } from './landscape.ts';
import { NotingConsumer } from './noting-consumer.ts';
import { ScriptedFiles } from './scripted-files.ts';
import { ScriptedWeb } from './scripted-web.ts';
import type { MakeSubject, Subject } from './subject.ts';
import { checkTicks } from './tick-check.ts';

/** Scrape timeouts of the simulation, milliseconds: no other timer is set for so long. */
export const TIMEOUTS_MS = [2_750, 4_250] as const;
export const FLUSH_DEADLINE_MS = 10_000;

/** Virtual time in which a loop can be made to crash: the timer of a scrape's timeout cannot be set. */
class CrashingClock extends VirtualClock {
  isCrashDue = false;
  crashCount = 0;
  /** Whether wall time has ever been another than monotonic time says. */
  isStepped = false;

  override stepWall(byMs: number): void {
    this.isStepped = true;
    super.stepWall(byMs);
  }

  override setTimeout(fire: () => void, delayMs: number): TimerHandle {
    if (this.isCrashDue && TIMEOUTS_MS.some((timeoutMs) => timeoutMs === delayMs)) {
      this.isCrashDue = false;
      this.crashCount++;
      throw new Error('a fault on purpose');
    }
    return super.setTimeout(fire, delayMs);
  }
}

/** Something between actors that the invariants are about. */
export interface Told {
  readonly atMs: number;
  readonly to: string;
  readonly type: string;
  readonly rev: number | undefined;
  readonly who: string | undefined;
  readonly job: string | undefined;
}

/** A configuration that was read, and when. */
export interface LoadedJobs {
  readonly atMs: number;
  readonly jobs: Jobs;
}

export interface SimulationOptions {
  readonly jobs: Jobs;
  /** Concurrent scrapes, at most. */
  readonly cap?: number;
  readonly seed?: number;
}

/** A whole agent in a world of its own: everything it does is seen from outside, in virtual time. */
export class Simulation {
  readonly clock = new CrashingClock();
  readonly web = new ScriptedWeb(this.clock);
  readonly files = new ScriptedFiles();
  readonly subject: Subject;
  readonly consumers: NotingConsumer[] = [];
  readonly told: Told[] = [];
  readonly loaded: LoadedJobs[] = [];
  readonly answers = new Map<LiveSource, readonly Group[]>();
  /** What was seen to be wrong, each with the id of its invariant. */
  readonly violations = new Set<string>();
  /** Errors that the agent logged. */
  readonly logged: string[] = [];
  readonly cap: number;
  exitCode: number | undefined;
  stoppedMs: number | undefined;
  openReloads = 0;
  /** Longest that a reload took, milliseconds. */
  reloadMs = 0;
  /** The configuration, where no jobs of the landscape are what is wanted. */
  text: string | undefined;
  #jobs: Jobs;
  #isBroken = false;
  readonly #pools = new Map<string, AnyActorRef>();

  constructor(make: MakeSubject, { jobs, cap = 1_000, seed = 1 }: SimulationOptions) {
    this.cap = cap;
    this.#jobs = jobs;
    this.subject = make({
      config: configText(() => this.#load()),
      log: {
        debug: () => {},
        info: () => {},
        warn: () => {},
        error: (message) => this.logged.push(message),
      },
      scrapeConcurrency: cap,
      flushDeadlineMs: FLUSH_DEADLINE_MS,
      seed,
      hostName: 'simulated',
      consumers: ['first', 'second'].map((name) => (registry) => {
        const consumer = new NotingConsumer(name, registry, this.clock);
        this.consumers.push(consumer);
        return consumer;
      }),
      ports: { clock: this.clock, openHttpClient: this.web.open, files: this.files },
    });
    this.subject.inspect((event) => this.#inspect(event));
    this.web.onScrape = (request, inFlight) => {
      if (inFlight.size > cap) this.violations.add('I2 more requests in flight than the cap');
      for (const other of inFlight)
        if (other !== request && other.url === request.url) this.violations.add('I1 two requests for one target');
    };
  }

  /** The consumer whose samples are looked at. */
  get consumer(): NotingConsumer {
    const [first] = this.consumers;
    if (first === undefined) throw new Error('no consumer was made');
    return first;
  }

  /** The configuration read last. */
  get jobs(): Jobs {
    return this.loaded.at(-1)?.jobs ?? {};
  }

  async start(): Promise<void> {
    this.subject.start().catch(() => {});
    await this.pass(0);
  }

  /** Writes a configuration and asks for a reload, without waiting for it. */
  configure(jobs: Jobs): void {
    this.#jobs = jobs;
    this.#isBroken = false;
    this.reload();
  }

  /** Writes something that is no configuration and asks for a reload. */
  breakConfig(): void {
    this.#isBroken = true;
    this.reload();
  }

  reload(): void {
    const startMs = this.clock.mono();
    this.openReloads++;
    void this.subject.reload().then(() => {
      this.openReloads--;
      this.reloadMs = Math.max(this.reloadMs, this.clock.mono() - startMs);
    });
  }

  /** Changes what a source of service discovery says. */
  discover(source: LiveSource, groups: readonly Group[]): void {
    this.answers.set(source, groups);
    provide(this, source, groups);
  }

  /** Asks the agent to stop, without waiting for it. */
  stop(): void {
    void this.subject.stop().then((exitCode) => {
      this.exitCode ??= exitCode;
      this.stoppedMs ??= this.clock.mono();
    });
  }

  /** Lets time pass; promises settle on the way. */
  async pass(ms: number): Promise<void> {
    await this.clock.advanceSettled(ms, settled);
    await settled();
    this.#checkMoment();
  }

  /** What the run looked like, line by line: equal for equal inputs. */
  get lines(): readonly string[] {
    return [
      ...this.web.scrapes.map(({ url, startMs, endMs, ending }) => `${startMs} ${url} ${ending} ${endMs}`),
      ...this.consumer.samples.map((sample) => Object.values(sample).join(' ')),
      ...this.told.map((told) => Object.values(told).join(' ')),
    ];
  }

  #load(): string {
    if (this.#isBroken) return 'scrape_configs: [';
    this.loaded.push({ atMs: this.clock.mono(), jobs: this.#jobs });
    return this.text ?? configTextOf(this.#jobs);
  }

  #inspect(event: InspectionEvent): void {
    const { id } = event.actorRef as AnyActorRef;
    const isPool = id.startsWith('pool:');
    if (event.type === '@xstate.actor' && isPool) this.#pools.set(id, event.actorRef as AnyActorRef);
    if (event.type !== '@xstate.event' || !(isPool || id === 'agent' || id === 'scrape' || id === 'discovery')) return;
    const { type, rev, who, job } = event.event as { readonly type: string } & Partial<Told>;
    this.told.push({ atMs: this.clock.mono(), to: id, type, rev, who, job });
  }

  /** Invariants that hold whenever nothing is under way. */
  #checkMoment(): void {
    const configured = new Set(this.subject.config()?.scrapeConfigs.map(({ jobName }) => jobName));
    for (const pool of this.subject.pools()) if (!configured.has(pool)) this.violations.add('I19 a pool without configuration');
    for (const pool of this.#pools.values()) this.#checkTable(pool);
    checkTicks(this);
  }

  /** A pool at rest and its supervisor name the same loops, retiring ones aside. */
  #checkTable(pool: AnyActorRef): void {
    const { status, value, context, children } = pool.getSnapshot() as PoolSnapshot;
    if (status !== 'active' || value !== 'running') return;
    const supervisor = children['loops']?.getSnapshot() as LoopsSnapshot | undefined;
    if (supervisor === undefined) return;
    const live = [...loopsOf(supervisor)].filter(([, loop]) => !loop.getSnapshot().hasTag('ending')).map(([id]) => id);
    const listed = Object.values(context.loops).map(({ id }) => id);
    if (live.sort().join() !== listed.sort().join()) this.violations.add('I20 table and supervisor differ');
  }
}

interface PoolSnapshot {
  readonly status: string;
  readonly value: StateValue;
  readonly context: PoolContext;
  readonly children: Readonly<Record<string, AnyActorRef>>;
}
