import { Driver, indexTimers, seededRandom, settled, VirtualClock } from '@limpet/driver';
import type { Random } from '@limpet/driver';
import { fnv1a64, silentMetrics } from '@limpet/model';
import type { Log } from '@limpet/model';
import { createActor, setup } from 'xstate';
import type { Actor, AnyActorRef, AnyTransitionDefinition, InspectionEvent } from 'xstate';
import { createScrape } from '../src/create-scrape.ts';
import { LoopLedgers } from '../src/ledger/loop-ledgers.ts';
import type { TickGrid, TickResult } from '../src/ledger/tick-ledger.ts';
import type { TickKind } from '../src/ledger/tick-outcomes.ts';
import type { LoopEvent } from '../src/loop/loop-events.ts';
import { loopsOf } from '../src/loops/loops.logic.ts';
import type { LoopsSnapshot } from '../src/loops/loops.logic.ts';
import type { ConfigApplied, ScrapeEvent } from '../src/manager/manager-events.ts';
import { poolId } from '../src/manager/scrape.machine.ts';
import { loopChanges } from '../src/pool/loop-changes.ts';
import type { WantedLoop } from '../src/pool/loop-changes.ts';
import type { Plan, PlanInput } from '../src/pool/plan.ts';
import type { AppendInput, FetchInput, LoopStarted, ScrapePorts } from '../src/ports.ts';

/** A job as the simulation knows it: everything that loops and plans can notice of a configuration. */
export interface SimulatedJob {
  readonly targets: readonly SimulatedTarget[];
  /** Jobs of equal cache keys may hand over their series caches. */
  readonly cacheKey: number;
  readonly targetLimit: number;
  readonly clientFails?: boolean;
}

export interface SimulatedTarget {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** How the outside behaves. Chances in [0, 1]; latencies are drawn up to their maximum. */
export interface Weather {
  readonly seed: number;
  /** Concurrent requests, at most. */
  readonly cap: number;
  /** A free slot is taken without queueing; otherwise every scrape asks and waits for its answer. */
  readonly isGrantedAtOnce: boolean;
  /** Bodies are appended within the call; otherwise every append is waited for. */
  readonly isAppendedAtOnce: boolean;
  readonly latencyMsMax: number;
  readonly failure: number;
  readonly hang: number;
  readonly appendLost: number;
  readonly appendMsMax: number;
  readonly markLost: number;
  /** Openings and plans that never complete. */
  readonly effectLost: number;
  readonly planFailure: number;
  /** Loops whose append throws inside the machine's action. */
  readonly crash: number;
}

export const fairWeather: Weather = {
  seed: 1,
  cap: 1000,
  isGrantedAtOnce: false,
  isAppendedAtOnce: false,
  latencyMsMax: 50,
  failure: 0,
  hang: 0,
  appendLost: 0,
  appendMsMax: 0,
  markLost: 0,
  effectLost: 0,
  planFailure: 0,
  crash: 0,
};

/** One thing that happened at the ports, with the monotonic and wall time of it. */
export type Happening = { readonly mono: number; readonly wall: number } & (
  | { readonly what: 'started' | 'released' | 'ended'; readonly loopId: string; readonly key: string }
  | { readonly what: 'slot' | 'answered' | 'cancelled'; readonly loopId: string; readonly key: string; readonly seq: number }
  | { readonly what: 'appended'; readonly loopId: string; readonly key: string; readonly input: AppendInput }
  | { readonly what: 'marking' | 'marked'; readonly loopId: string; readonly key: string; readonly markAt: number }
  | { readonly what: 'grid'; readonly loopId: string; readonly key: string; readonly grid: TickGrid | null }
  | { readonly what: 'settled'; readonly loopId: string; readonly key: string; readonly isUp: boolean }
  | { readonly what: 'ticks'; readonly loopId: string; readonly key: string; readonly kind: TickKind; readonly count: number }
  | { readonly what: 'planned' | 'opened' | 'closed'; readonly job: string; readonly rev: number }
  | {
      readonly what: 'told';
      readonly event: ConfigApplied;
      readonly pools: readonly string[];
      readonly clients: ReadonlyMap<string, number>;
    }
  | { readonly what: 'crashed'; readonly loopId: string; readonly key: string }
);

type HappeningDetails = Happening extends infer Each ? (Each extends Happening ? Omit<Each, 'mono' | 'wall'> : never) : never;

interface Request {
  readonly input: FetchInput;
  readonly key: string;
  hasSlot: boolean;
}

export interface WorldOptions {
  readonly weather?: Partial<Weather>;
  readonly reloadOnStartup?: boolean;
  /** Changes the ports before they are bound: for seeded faults. */
  readonly spoil?: (ports: ScrapePorts) => ScrapePorts;
  /** The same for the account of ticks. */
  readonly spoilLedgers?: (ledgers: LoopLedgers) => void;
  /** Told of each transition that a machine takes. */
  readonly onTransition?: (transition: AnyTransitionDefinition) => void;
  /** Puts the machines together, `createScrape` by default: for seeded faults. */
  readonly build?: (ports: ScrapePorts) => ReturnType<typeof createScrape>;
}

/** The scrape machines in a world of their own: virtual time, scripted targets, a record of everything that happens. */
export class World {
  readonly clock = new VirtualClock();
  readonly driver: Driver;
  /** May be changed while the world runs. */
  weather: Weather;
  readonly happenings: Happening[] = [];
  readonly faults: unknown[] = [];
  readonly steps: string[] = [];
  readonly ports: ScrapePorts;
  readonly ledgers: LoopLedgers;
  readonly root: Actor<ReturnType<typeof rootLogic>>;
  readonly configs = new Map<number, ReadonlyMap<string, SimulatedJob>>();
  readonly groups = new Map<number, ReadonlyMap<string, readonly SimulatedTarget[]>>();
  /** Specs of the last plan, by job and key. */
  readonly #targets = new Map<string, ReadonlyMap<string, WantedLoop>>();
  readonly #generations = new Map<string, number>();
  readonly #clients = new Map<string, number>();
  readonly #loops = new Map<string, LoopStarted>();
  readonly #keys = new Map<string, string>();
  readonly #requests = new Map<string, Request>();
  readonly #queue: Request[] = [];
  readonly #onTransition: WorldOptions['onTransition'];
  readonly #random: Random;
  #inFlight = 0;
  #rev = 0;
  #hasPromises = false;

  constructor(options: WorldOptions = {}) {
    const { weather = {}, reloadOnStartup = false, spoil = (ports) => ports, build = createScrape, onTransition } = options;
    this.#onTransition = onTransition;
    this.weather = { ...fairWeather, ...weather };
    this.#random = seededRandom(this.weather.seed);
    this.driver = new Driver({ clock: this.clock, onFault: (fault) => this.faults.push(fault) });
    this.ledgers = new LoopLedgers({
      clock: this.driver.clock,
      onTicks: (loopId, kind, count) => this.#note({ what: 'ticks', loopId, key: this.#keyOf(loopId), kind, count }),
    });
    options.spoilLedgers?.(this.ledgers);
    this.ports = spoil(this.#makePorts());
    const logic = rootLogic(build(this.ports), reloadOnStartup, (event) => this.#noteApplied(event));
    this.root = createActor(logic, { clock: this.driver.clock, id: 'root', inspect: (event) => this.#inspect(event) });
    this.root.subscribe({ error: (error) => this.faults.push(error) });
    indexTimers(this.root.system);
    this.driver.accept({ kind: 'command', key: 'start' }, () => this.root.start());
  }

  // commands

  /** Asks every loop for a scrape beside its grid. */
  askAll(purpose: 'view' | 'commit'): void {
    for (const [loopId, loop] of this.#loops) {
      this.driver.accept({ kind: 'command', key: `ask:${loopId}` }, () => loop.tell({ type: 'scrapeNow', purpose }));
    }
  }

  send(event: ScrapeEvent): void {
    this.driver.accept({ kind: 'command', key: event.type }, () => this.scrape?.send(event));
  }

  /** Puts a configuration into the table and applies it. */
  configure(jobs: Readonly<Record<string, SimulatedJob>>): number {
    const rev = ++this.#rev;
    this.configs.set(rev, new Map(Object.entries(jobs)));
    this.send({ type: 'applyConfig', rev });
    return rev;
  }

  /** What discovery would say: the targets of each job. */
  discover(targets: Readonly<Record<string, readonly SimulatedTarget[]>>): number {
    const rev = ++this.#rev;
    this.groups.set(rev, new Map(Object.entries(targets)));
    this.send({ type: 'targetsUpdated', rev });
    return rev;
  }

  /** Moves time; promises settle before the first and after each timer. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.clock.mono() + byMs;
    await this.settle();
    for (;;) {
      const isStepped = this.clock.step(endMs - this.clock.mono());
      await this.settle();
      if (!isStepped) break;
    }
    this.clock.advance(endMs - this.clock.mono());
  }

  /** Lets promises run, but only where some may have moved: opening and planning are the only ones. */
  async settle(): Promise<void> {
    if (!this.#hasPromises) return;
    this.#hasPromises = false;
    await settled();
  }

  // views

  get scrape(): { send(event: ScrapeEvent): void; getSnapshot(): ManagerView } | undefined {
    return this.root.getSnapshot().children['scrape'];
  }

  pool(job: string): { getSnapshot(): PoolView; send(event: object): void } | undefined {
    return this.scrape?.getSnapshot().children[poolId(job)] as { getSnapshot(): PoolView; send(event: object): void } | undefined;
  }

  /** Ids of the loops that a pool's supervisor holds. */
  liveLoops(job: string): readonly string[] {
    const supervisor = this.pool(job)?.getSnapshot().children['loops'] as { getSnapshot(): LoopsSnapshot } | undefined;
    return supervisor === undefined ? [] : [...loopsOf(supervisor.getSnapshot()).keys()];
  }

  stateOf(loopId: string): string | undefined {
    return this.#loops.get(loopId)?.state();
  }

  get slotsInUse(): number {
    return this.#inFlight;
  }

  get requestsKnown(): number {
    return this.#requests.size;
  }

  /** Loops that hold a slot now. */
  get slotHolders(): readonly string[] {
    return [...this.#requests.values()].filter(({ hasSlot }) => hasSlot).map(({ input }) => input.loopId);
  }

  get loopsKnown(): readonly string[] {
    return [...this.#loops.keys()];
  }

  get clientsOpen(): number {
    return this.#clients.size;
  }

  tell(loopId: string, event: LoopEvent): void {
    this.driver.accept({ kind: 'effect', key: loopId }, () => this.#loops.get(loopId)?.tell(event));
  }

  // the ports

  #note(details: HappeningDetails): void {
    this.happenings.push({ ...details, mono: this.clock.mono(), wall: this.clock.wall() });
  }

  #noteApplied(event: ConfigApplied): void {
    const pools = Object.keys(this.scrape?.getSnapshot().context.pools ?? {});
    this.#note({ what: 'told', event, pools, clients: new Map(this.#clients) });
  }

  #chance(probability: number): boolean {
    return probability > 0 && this.#random.next() < probability;
  }

  #keyOf(loopId: string): string {
    return this.#keys.get(loopId) ?? '';
  }

  #makePorts(): ScrapePorts {
    const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    return {
      clock: this.driver.clock,
      accept: (input, deliver) => this.driver.accept(input, deliver),
      log,
      metrics: silentMetrics,
      configDifferences: (input) => this.#configDifferences(input),
      jobsToSync: ({ cfgRev, targetsRev }) => {
        const named = [...(this.groups.get(targetsRev)?.keys() ?? [])];
        const known = this.configs.get(cfgRev);
        return { jobs: named.filter((job) => known?.has(job)), unknownJobs: named.filter((job) => known?.has(job) !== true) };
      },
      openClient: (input, signal) => this.#openClient(input, signal),
      closeClient: (job) => {
        this.#clients.delete(job);
        this.#targets.delete(job);
        this.#note({ what: 'closed', job, rev: 0 });
      },
      plan: (input, signal) => this.#plan(input, signal),
      poolReconciled: nothing,
      loopStarted: (loop) => {
        this.#loops.set(loop.loopId, loop);
        this.#keys.set(loop.loopId, `${loop.job}/${loop.spec.key}`);
        this.#note({ what: 'started', loopId: loop.loopId, key: this.#keyOf(loop.loopId) });
        this.ledgers.started({ loopId: loop.loopId, job: loop.job, key: loop.loopId }); // an account for each generation
      },
      loopRetargeted: ({ loopId, job, spec }) => void this.#keys.set(loopId, `${job}/${spec.key}`),
      gridMoved: (input) => {
        this.#note({ what: 'grid', loopId: input.loopId, key: this.#keyOf(input.loopId), grid: input.grid });
        this.ledgers.gridMoved(input);
      },
      isSlotFree: () => this.weather.isGrantedAtOnce && this.#inFlight < this.weather.cap && this.#queue.length === 0,
      startFetch: (input) => this.#startFetch(input),
      cancelFetch: (loopId) => this.#cancelFetch(loopId),
      isAppendShort: () => this.weather.isAppendedAtOnce,
      startAppend: (input) => this.#startAppend(input),
      cancelAppend: (loopId) => this.ledgers.givenUp(loopId),
      startMarking: (input) => this.#startMarking(input),
      release: (loopId) => {
        this.#cancelFetch(loopId);
        this.ledgers.ended(loopId);
        this.#note({ what: 'ended', loopId, key: this.#keyOf(loopId) });
        this.#loops.delete(loopId);
      },
    };
  }

  #configDifferences({ cfgRev, pools }: { readonly cfgRev: number; readonly pools: Readonly<Record<string, number>> }): {
    removed: string[];
    changed: string[];
  } {
    const wanted = this.configs.get(cfgRev);
    const isChanged = (job: string) => {
      const before = this.configs.get(this.#clients.get(job) ?? -1)?.get(job);
      return before === undefined || JSON.stringify(before) !== JSON.stringify(wanted?.get(job));
    };
    const jobs = Object.keys(pools);
    return {
      removed: jobs.filter((job) => wanted?.has(job) !== true),
      changed: jobs.filter((job) => wanted?.has(job) === true && isChanged(job)),
    };
  }

  async #openClient(
    { job, cfgRev }: { readonly job: string; readonly cfgRev: number },
    signal: AbortSignal,
  ): Promise<{ ok: true } | { ok: false; error: string }> {
    await this.#takeTime();
    if (signal.aborted) return { ok: false, error: 'given up' };
    if (this.configs.get(cfgRev)?.get(job)?.clientFails === true) return { ok: false, error: 'no client' };
    this.#clients.set(job, cfgRev);
    this.#note({ what: 'opened', job, rev: cfgRev });
    return { ok: true };
  }

  async #plan(input: PlanInput, signal: AbortSignal): Promise<Plan> {
    await this.#takeTime();
    if (signal.aborted || this.#chance(this.weather.planFailure)) return { ok: false, error: 'no plan' };
    const { job, cfgRev, targetsRev, work, running } = input;
    const generation = Math.max(input.generation, this.#generations.get(job) ?? 0);
    const config = this.configs.get(cfgRev)?.get(job);
    const before = this.#targets.get(job) ?? new Map<string, WantedLoop>();
    const targets = work === 'reload' ? before : wantedLoops(this.groups.get(targetsRev)?.get(job) ?? []);
    const wanted = new Map([...targets].map(([key, { spec, targetId }]) => [key, { targetId, spec: { ...spec, cfgRev } }]));
    const changes = loopChanges({
      job,
      running,
      wanted,
      generation,
      identity: (key) => (wanted.get(key) ?? before.get(key))?.targetId.split('#')[0],
      isCacheReusable: (rev) => this.configs.get(rev)?.get(job)?.cacheKey === config?.cacheKey,
    });
    this.#targets.set(job, wanted);
    this.#generations.set(job, changes.generation);
    const limit = config?.targetLimit ?? 0;
    this.#note({ what: 'planned', job, rev: work === 'sync' ? targetsRev : cfgRev });
    const forced = limit > 0 && wanted.size > limit ? 'target_limit exceeded' : null;
    return { ok: true, ...changes, droppedCount: 0, failedCount: 0, forced };
  }

  /** Some effects answer at once, some in a while, some never. */
  #takeTime(): Promise<void> {
    if (this.#chance(this.weather.effectLost)) return new Promise(nothing);
    const delayMs = this.#chance(0.5) ? 0 : this.#random.next() * this.weather.latencyMsMax;
    this.#hasPromises = true;
    return new Promise<void>((resolve) => {
      const finish = () => {
        this.#hasPromises = true;
        resolve();
      };
      if (delayMs === 0) finish();
      else this.clock.setTimeout(finish, delayMs);
    });
  }

  #startFetch(input: FetchInput): void {
    if (input.isAsked !== true) this.ledgers.queued(input.loopId);
    const request: Request = { input, key: this.#keyOf(input.loopId), hasSlot: false };
    this.#requests.set(input.loopId, request);
    this.#queue.push(request);
    this.#grantSlots();
  }

  #grantSlots(): void {
    while (this.#inFlight < this.weather.cap) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      const { loopId, seq } = request.input;
      this.#inFlight++;
      request.hasSlot = true;
      this.#note({ what: 'slot', loopId, key: request.key, seq });
      if (request.input.hasSlot !== true) {
        this.driver.accept({ kind: 'derived', key: `slot:${loopId}` }, () => {
          if (this.#requests.get(loopId) !== request) return;
          this.#loops.get(loopId)?.tell({ type: 'slotGranted', seq });
        });
      }
      if (!this.#chance(this.weather.hang))
        this.clock.setTimeout(() => this.#respond(request), this.#random.next() * this.weather.latencyMsMax);
    }
  }

  #respond(request: Request): void {
    const { loopId, seq } = request.input;
    if (this.#requests.get(loopId) !== request) return;
    this.#requests.delete(loopId);
    this.#note({ what: 'answered', loopId, key: request.key, seq });
    const isFailed = this.#chance(this.weather.failure);
    this.tell(
      loopId,
      isFailed
        ? { type: 'fetchFailed', seq, reason: 'connectionRefused', error: 'connection refused' }
        : { type: 'response', seq, handle: seq, bytes: 1 },
    );
    this.#freeSlot();
  }

  #cancelFetch(loopId: string): void {
    const request = this.#requests.get(loopId);
    if (request === undefined) return;
    this.#requests.delete(loopId);
    this.#note({ what: 'cancelled', loopId, key: request.key, seq: request.input.seq });
    if (request.hasSlot) this.#freeSlot();
    else this.#queue.splice(this.#queue.indexOf(request), 1);
  }

  #freeSlot(): void {
    this.#inFlight--;
    this.#grantSlots();
  }

  #startAppend(input: AppendInput): void {
    const { loopId, seq } = input;
    if (input.purpose === 'tick') this.ledgers.taken(input);
    else this.ledgers.occupied(loopId);
    if (this.#chance(this.weather.crash)) {
      if (input.purpose === 'tick') this.#note({ what: 'crashed', loopId, key: this.#keyOf(loopId) });
      throw new Error('the append port has a fault');
    }
    this.#note({ what: 'appended', loopId, key: this.#keyOf(loopId), input });
    if (input.isAtOnce === true) {
      this.#settle(input);
      return;
    }
    if (this.#chance(this.weather.appendLost)) return;
    const delayMs = this.#random.next() * this.weather.appendMsMax;
    const answer = () => {
      this.#settle(input);
      this.#loops.get(loopId)?.tell({ type: 'appended', seq });
    };
    if (delayMs === 0) this.driver.accept({ kind: 'derived', key: `append:${loopId}` }, answer);
    else this.clock.setTimeout(() => this.driver.accept({ kind: 'effect', key: `append:${loopId}` }, answer), delayMs);
  }

  #settle({ loopId, seq, outcome, purpose }: AppendInput): void {
    if (purpose !== 'tick') {
      this.ledgers.occupied(loopId);
      return;
    }
    const reason: TickResult['reason'] =
      outcome.kind === 'response' ? undefined : outcome.kind === 'forced' ? 'targetLimit' : outcome.reason;
    this.#note({ what: 'settled', loopId, key: this.#keyOf(loopId), isUp: reason === undefined });
    this.ledgers.settled(loopId, seq, { reason, isWritten: true });
  }

  #startMarking({ loopId, markAt }: { readonly loopId: string; readonly markAt: number }): void {
    this.#note({ what: 'marking', loopId, key: this.#keyOf(loopId), markAt });
    if (this.#chance(this.weather.crash)) throw new Error('the append port has a fault');
    if (this.#chance(this.weather.markLost)) return;
    this.driver.accept({ kind: 'derived', key: `mark:${loopId}` }, () => {
      this.#note({ what: 'marked', loopId, key: this.#keyOf(loopId), markAt });
      this.#loops.get(loopId)?.tell({ type: 'marked' });
    });
  }

  /** One line per transition, without session ids: two runs of the same inputs give the same lines. */
  #inspect(event: InspectionEvent): void {
    if (event.type === '@xstate.event' && event.event.type === 'loopReleased') {
      const { id } = event.event as unknown as { readonly id: string };
      this.#note({ what: 'released', loopId: id, key: this.#keyOf(id) });
    }
    if (event.type !== '@xstate.microstep') return;
    if (this.#onTransition !== undefined) for (const transition of event._transitions) this.#onTransition(transition);
    const { value } = event.snapshot as { readonly value?: unknown };
    this.steps.push(`${this.clock.mono()} ${(event.actorRef as AnyActorRef).id} ${event.event.type} ${JSON.stringify(value)}`);
  }
}

export interface ManagerView {
  readonly value: string;
  readonly status: string;
  readonly context: { readonly pools: Readonly<Record<string, number>>; readonly waiting: object };
  readonly children: Readonly<Record<string, unknown>>;
}

export interface PoolView {
  readonly value: unknown;
  readonly context: { readonly loops: Readonly<Record<string, { readonly id: string }>>; readonly token: number };
  readonly children: Readonly<Record<string, unknown>>;
}

function rootLogic(scrape: ReturnType<typeof createScrape>, reloadOnStartup: boolean, onTold: (event: ConfigApplied) => void) {
  return setup({
    types: { events: {} as ConfigApplied },
    actors: { scrape },
    actions: { note: ({ event }) => onTold(event) },
  }).createMachine({
    invoke: { id: 'scrape', src: 'scrape', input: { reloadOnStartup } },
    on: { configApplied: { actions: 'note' } },
  });
}

/** Targets of one name are the same target but for their schedule, as behind relabelling. */
export function wantedLoops(targets: readonly SimulatedTarget[]): ReadonlyMap<string, WantedLoop> {
  return new Map(
    targets.map(({ name, intervalMs, timeoutMs }) => {
      const key = fnv1a64(`${name} ${intervalMs} ${timeoutMs}`).toString(16).padStart(16, '0');
      return [key, { targetId: `${name}#${key.slice(0, 6)}`, spec: { key, intervalMs, timeoutMs, cfgRev: 0, offsetHash: key } }];
    }),
  );
}

function nothing(): void {}
