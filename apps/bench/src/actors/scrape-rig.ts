import { Driver, indexTimers, liveClock, pendingTimers, settled, TimerWheel, VirtualClock } from '@limpet/driver';
import type { InspectSource } from '@limpet/inspect';
import { silentLog, silentMetrics, succeeded } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { createFetchPort, createScrape, createScrapePorts, emptyTables, LoopDirectory, LoopLedgers, loopsOf } from '@limpet/scrape';
import type { LoopsSnapshot, ScrapeEvent, ScrapeTables } from '@limpet/scrape';
import { createActor, createMachine } from 'xstate';
import type { AnyActor, AnyActorRef } from 'xstate';
import { onlyJob, parsedConfig } from '../parsed-config.ts';
import { CountingAppendPort, directFetchPort, instantClient } from './fake-ports.ts';

export const JOB = 'bench';
export const INTERVAL_MS = 15_000;
/** The manager looks at new targets this often. */
const RELOAD_TICK_MS = 5_000;
/** Virtual time that passes at once unless told otherwise; what promises have to do waits for its end. */
const STEP_MS = 10;

export interface RigOptions {
  /** `queue`: the real fetch port with its p-queue; `direct`: answers without it. */
  readonly fetch: 'queue' | 'direct';
  readonly time: 'virtual' | 'real';
}

/**
 * The control plane of an agent as it runs, from the scrape manager to its loops, on the driver, timers and tables of
 * the product. Targets answer at once with nothing, and nothing is appended.
 */
export class ScrapeRig {
  readonly append: CountingAppendPort;
  readonly wheel: TimerWheel;
  readonly directory = new LoopDirectory();
  readonly #tables: ScrapeTables = emptyTables();
  readonly #virtual: VirtualClock | undefined;
  readonly #driver: Driver;
  readonly #root: AnyActor;
  #targetsRev = 0;

  constructor({ fetch, time }: RigOptions) {
    this.#virtual = time === 'virtual' ? new VirtualClock() : undefined;
    this.wheel = new TimerWheel(this.#virtual ?? liveClock);
    const fail = (error: unknown): void => {
      throw error;
    };
    this.#driver = new Driver({ clock: this.wheel, onFault: fail });
    const ledgers = new LoopLedgers({ clock: this.#driver.clock });
    this.append = new CountingAppendPort(this.#driver, this.directory, ledgers);
    const [driver, directory, tables] = [this.#driver, this.directory, this.#tables];
    const told = { tell: directory.tell.bind(directory), log: silentLog, metrics: silentMetrics };
    const ports = createScrapePorts({
      tables,
      driver,
      log: silentLog,
      metrics: silentMetrics,
      directory,
      ledgers,
      fetchPort:
        fetch === 'direct'
          ? directFetchPort(driver, directory)
          : createFetchPort({ ...told, tables, driver, concurrency: 1000, userAgent: 'Limpet/bench' }),
      appendPort: this.append,
      openHttpClient: () => Promise.resolve(succeeded(instantClient())),
      offsetSeed: () => 0n,
      pause: settled,
    });
    const scrape = createScrape(ports);
    const machine = createMachine({
      invoke: { id: 'scrape', src: scrape, input: { reloadOnStartup: true } },
      on: { configApplied: {} },
    });
    this.#root = createActor(machine, { clock: driver.clock });
    indexTimers(this.#root.system);
  }

  /** Starts with a configuration of one job that has no targets yet. */
  async start(): Promise<void> {
    const config = onlyJob(parsedConfig(`scrape_configs: [{job_name: ${JOB}, scrape_interval: ${INTERVAL_MS}ms}]`));
    this.#tables.configs.set(1, new Map([[JOB, config]]));
    this.#driver.accept({ kind: 'command', key: 'start' }, () => this.#root.start());
    this.#send({ type: 'applyConfig', rev: 1 });
    await this.#publish([]);
    await this.pass(RELOAD_TICK_MS);
  }

  /** Lets time pass. In virtual time nothing but the work itself is waited for. */
  async pass(ms: number, stepMs = STEP_MS): Promise<void> {
    if (this.#virtual === undefined) {
      await new Promise((resolve) => {
        setTimeout(resolve, ms);
      });
      return;
    }
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      this.#virtual.advance(stepMs);
      await settled();
    }
  }

  /** Lets time pass until right before the next reload, so that a sync is measured and no scrapes beside it. */
  async passToReload(): Promise<void> {
    const nowMs = this.wheel.mono();
    await this.pass(RELOAD_TICK_MS - (nowMs % RELOAD_TICK_MS) - STEP_MS);
  }

  /** Puts other targets in place in one sync; resolves when every loop that has to begin or end has been told. */
  async sync(targetCount: number): Promise<void> {
    await this.#publish(targetGroups(targetCount));
    for (let passedMs = 0; !this.#isSettled; passedMs += STEP_MS) {
      if (passedMs > 2 * RELOAD_TICK_MS) throw new Error('the sync does not end');
      await this.pass(STEP_MS);
    }
  }

  stop(): void {
    this.#root.stop();
  }

  /** The actors as an inspector takes them. */
  get inspectSource(): InspectSource {
    return {
      actors: () => actorsFrom(this.#root),
      inspect: (observer) => {
        const subscription = this.#root.system.inspect(observer);
        return () => subscription.unsubscribe();
      },
      timersOf: (actor) =>
        pendingTimers(actor).map(({ id, dueMono }) => ({
          id,
          remainingMs: dueMono === undefined ? undefined : dueMono - this.wheel.mono(),
        })),
    };
  }

  async #publish(groups: readonly TargetGroup[]): Promise<void> {
    const rev = ++this.#targetsRev;
    this.#tables.groups.set(rev, new Map([[JOB, groups]]));
    this.#send({ type: 'targetsUpdated', rev });
    await settled();
  }

  get #isSettled(): boolean {
    const snapshot = this.#scrape.getSnapshot() as { readonly value: unknown; readonly context: { readonly dirty: boolean } };
    return snapshot.value === 'settled' && !snapshot.context.dirty;
  }

  get #scrape(): AnyActor {
    const { children } = this.#root.getSnapshot() as { readonly children: Readonly<Record<string, AnyActor | undefined>> };
    const scrape = children['scrape'];
    if (scrape === undefined) throw new Error('the scrape manager has ended');
    return scrape;
  }

  #send(event: ScrapeEvent): void {
    this.#driver.accept({ kind: 'command', key: event.type }, () => this.#scrape.send(event));
  }
}

/** An actor and those below it, the loops of supervisors included. */
function* actorsFrom(actor: AnyActorRef): Generator<AnyActorRef> {
  yield actor;
  const snapshot = actor.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef | undefined>> } | LoopsSnapshot;
  const children = 'registry' in snapshot ? loopsOf(snapshot).values() : Object.values(snapshot.children ?? {});
  for (const child of children) if (child !== undefined) yield* actorsFrom(child);
}

/** Targets as discovery finds them: an address each, a few labels of their group. */
function targetGroups(count: number): TargetGroup[] {
  const targets = Array.from({ length: count }, (_, index) => [['__address__', `10.0.${index >> 8}.${index & 255}:9100`]] as const);
  return [{ source: 'bench', targets, labels: [['zone', 'a']] }];
}
