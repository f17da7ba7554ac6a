import type { ScrapeConfig } from '@limpet/config';
import { Driver, indexTimers, settled, TimerWheel, VirtualClock } from '@limpet/driver';
import type { HttpClient, HttpConnection } from '@limpet/http-client';
import { failed, labelsFrom, succeeded } from '@limpet/model';
import type { LogFields, MetricDefinition, Metrics, TargetGroup } from '@limpet/model';
import { createActor, setup } from 'xstate';
import type { AnyActorRef } from 'xstate';
import { createScrape } from '../src/create-scrape.ts';
import { LoopLedgers } from '../src/ledger/loop-ledgers.ts';
import type { ConfigApplied, ScrapeEvent } from '../src/manager/manager-events.ts';
import type { AppendInput } from '../src/ports.ts';
import { createScrapePorts, LoopDirectory } from '../src/scrape-ports.ts';
import { emptyTables } from '../src/tables.ts';
import { job } from './job.ts';

/** An HTTP client that only knows whether it is open. */
export class FakeClient implements HttpClient {
  isOpen = true;
  connect(): HttpConnection {
    return { send: () => Promise.reject(new Error('nobody sends here')), close() {} };
  }
  close(): void {
    this.isOpen = false;
  }
}

/** The machines on the real tables, planner and client keeping; requests and appends are answered by the rig at once. */
export class ScrapeRig {
  readonly clock = new VirtualClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly driver = new Driver({ clock: this.wheel, onFault: (fault) => this.faults.push(fault) });
  readonly faults: unknown[] = [];
  readonly tables = emptyTables();
  readonly directory = new LoopDirectory();
  readonly ledgers = new LoopLedgers({ clock: this.driver.clock });
  readonly clients: FakeClient[] = [];
  readonly appends: AppendInput[] = [];
  readonly marked: string[] = [];
  readonly told: ConfigApplied[] = [];
  readonly logged: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  readonly counted = new Map<string, number>();
  /** `https` jobs have no client. */
  refuseClients = false;
  /** Requests are granted, but not answered. */
  isHanging = false;
  readonly #manager: AnyActorRef;
  #rev = 0;

  constructor() {
    const note = (message: string, fields?: LogFields) => void this.logged.push({ message, fields });
    const ports = createScrapePorts({
      tables: this.tables,
      driver: this.driver,
      log: { debug: note, info: note, warn: note, error: note },
      metrics: this.#metrics(),
      directory: this.directory,
      ledgers: this.ledgers,
      fetchPort: {
        startFetch: ({ loopId, seq }) => {
          this.#derived(() => this.directory.tell(loopId, { type: 'slotGranted', seq }));
          if (!this.isHanging) this.#derived(() => this.directory.tell(loopId, { type: 'response', seq, handle: seq, bytes: 1 }));
        },
        cancelFetch() {},
        release() {},
      },
      appendPort: {
        startAppend: (input) => {
          this.appends.push(input);
          this.#derived(() => {
            this.ledgers.settled(input.loopId, input.seq, { reason: undefined, isWritten: true });
            this.directory.tell(input.loopId, { type: 'appended', seq: input.seq });
          });
        },
        cancelAppend() {},
        startMarking: ({ loopId }) => {
          this.marked.push(loopId);
          this.#derived(() => this.directory.tell(loopId, { type: 'marked' }));
        },
        release() {},
      },
      openHttpClient: async () => {
        if (this.refuseClients) return failed(new Error('unable to load CA'));
        const client = new FakeClient();
        this.clients.push(client);
        return succeeded(client);
      },
      offsetSeed: () => 42n,
      pause: () => Promise.resolve(),
    });
    const root = createActor(
      setup({
        types: { events: {} as ConfigApplied },
        actors: { scrape: createScrape(ports) },
        actions: { keep: ({ event }) => void this.told.push(event) },
      }).createMachine({
        invoke: { id: 'scrape', src: 'scrape', input: { reloadOnStartup: true }, onDone: {} },
        on: { configApplied: { actions: 'keep' } },
      }),
      { clock: this.driver.clock },
    );
    indexTimers(root.system);
    root.start();
    this.#manager = root.getSnapshot().children['scrape'] as AnyActorRef;
  }

  #metrics(): Metrics {
    const add = ({ name }: MetricDefinition, _: readonly string[], n: number) =>
      void this.counted.set(name, (this.counted.get(name) ?? 0) + n);
    const set = ({ name }: MetricDefinition, labels: readonly string[], value: number) =>
      void this.counted.set([name, ...labels].join(' '), value);
    return { add, set, observe() {}, remove: ({ name }, labels) => void this.counted.delete([name, ...labels].join(' ')) };
  }

  #derived(deliver: () => void): void {
    this.driver.accept({ kind: 'derived', key: 'rig' }, deliver);
  }

  async #send(event: ScrapeEvent): Promise<void> {
    this.driver.accept({ kind: 'command', key: event.type }, () => this.#manager.send(event));
    await this.advance(0);
  }

  async configure(...jobs: readonly Partial<ScrapeConfig>[]): Promise<void> {
    const rev = ++this.#rev;
    this.tables.configs.set(rev, new Map(jobs.map((changes) => [changes.jobName ?? 'node', job({ jobName: 'node', ...changes })])));
    await this.#send({ type: 'applyConfig', rev });
  }

  /** Targets of each job by address; each may carry labels. */
  async discover(targets: Readonly<Record<string, readonly (string | Readonly<Record<string, string>>)[]>>): Promise<void> {
    const rev = ++this.#rev;
    const groups = Object.entries(targets).map(([name, targets]): [string, readonly TargetGroup[]] => {
      const labels = targets.map((target) => labelsFrom(Object.entries(typeof target === 'string' ? { __address__: target } : target)));
      return [name, [{ source: '0', labels: [], targets: labels }]];
    });
    this.tables.groups.set(rev, new Map(groups));
    await this.#send({ type: 'targetsUpdated', rev });
    await this.advance(5_000);
  }

  stop(): Promise<void> {
    return this.#send({ type: 'stop' });
  }

  async advance(byMs: number): Promise<void> {
    await this.clock.advanceSettled(byMs, settled);
  }

  get loops(): readonly string[] {
    return [...this.tables.loops.keys()];
  }

  stateOf(loopId: string | undefined): string | undefined {
    return loopId === undefined ? undefined : this.directory.state(loopId);
  }
}
