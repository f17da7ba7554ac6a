import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign, createActor, setup } from 'xstate';
import type { ServiceDiscoveryConfig } from '@limpet/config';
import { Driver, indexTimers, seededRandom, settled, VirtualClock } from '@limpet/driver';
import { silentLog } from '@limpet/model';
import { emptyGroup } from '../src/merge-groups.ts';
import type { GroupUpdate } from '../src/merge-groups.ts';
import type { DiscoveryPorts } from '../src/ports.ts';
import { ProviderTable } from '../src/provider-table.ts';
import type { UpdateHandle } from '../src/provider-table.ts';
import { PushBoard } from '../src/push/push-board.ts';
import { FailedProviders } from '../src/provider/failed-providers.ts';
import { providerLogics } from '../src/provider/provider-logics.ts';
import type { ProviderNotice } from '../src/provider/provider-notice.ts';
import { CountedMetrics } from './counted-metrics.ts';
import { addressesOf } from './group-text.ts';

/** What the world shows: one list of addresses a group, in order. An empty world has no groups. */
export type World = readonly (readonly string[])[];

/** One mechanism with the scripted world that it looks at. */
export interface ContractProvider {
  readonly config: ServiceDiscoveryConfig;
  readonly ports: Pick<DiscoveryPorts, 'files' | 'dns' | 'openHttpClient' | 'parseTargetGroups'>;
  /** Where targets register, of a mechanism that waits for them. */
  readonly board?: PushBoard;
  /** Changes the world and makes sure that the provider looks within `noticeMs`. */
  show(world: World): void;
  /** Makes every look fail until the next `show`. */
  fail(): void;
  /** Virtual milliseconds within which a change is noticed. */
  readonly noticeMs: number;
  /** Number of watchers, clients and requests that are open. */
  openCount(): number;
}

/** How a mechanism enters the suite. */
export interface ContractOptions {
  readonly name: string;
  /** A fresh world that shows `initial`. */
  readonly makeProvider: (clock: VirtualClock, initial: World) => ContractProvider;
  /** Why what the mechanism finds cannot change; the rules about change are skipped then. */
  readonly neverChanges?: string;
  /** Why all that the mechanism finds is one group, so that the groups of the world are told together. */
  readonly oneGroup?: string;
}

/** What every discovery mechanism has to do (D-002, D-004). */
export function runProviderContract({ name, makeProvider, neverChanges, oneGroup }: ContractOptions): void {
  const start = (initial: World): Promise<Run> => Run.start(makeProvider, initial);
  const skip = neverChanges ?? false;
  /** A world as the mechanism tells it. */
  const asTold = (world: World): World => (oneGroup === undefined || world.length === 0 ? world : [world.flat()]);

  test(`D-002 ${name} first tells everything that it knows`, async () => {
    const run = await start([['a:1', 'a:2'], ['b:1']]);
    assert.deepEqual(run.addresses(), asTold([['a:1', 'a:2'], ['b:1']]));
    run.stop();
  });

  test(`D-002 ${name} ends when it is stopped and holds nothing open`, async () => {
    const run = await start([['a:1']]);
    run.stop();
    await run.pass();
    assert.equal(run.provider.openCount(), 0);
    assert.equal(run.clock.pendingCount, 0);
    assert.deepEqual(run.faults, []);
  });

  test(`D-002 ${name} ends when it is stopped before it has found anything`, async () => {
    const run = new Run(makeProvider, [['a:1']]);
    run.launch();
    run.stop();
    const told = run.updates.length;
    await run.pass();
    assert.equal(run.updates.length, told);
    assert.equal(run.provider.openCount(), 0);
    assert.equal(run.clock.pendingCount, 0);
  });

  test(`D-020 ${name} does not change its configuration by running`, async () => {
    const run = await start([['a:1']]);
    await run.pass();
    assert.deepEqual(run.provider.config, run.configBefore);
    run.stop();
  });

  test(`D-002 ${name} tells nothing as long as nothing changes`, { skip }, async () => {
    const run = await start([['a:1'], ['b:1']]);
    const before = run.updates.length;
    run.provider.show([['a:1'], ['b:1']]);
    await run.pass();
    assert.equal(run.updates.length, before);
    run.stop();
  });

  test(`D-002 ${name} later tells only what has changed`, { skip }, async () => {
    const run = await start([['a:1'], ['b:1']]);
    const before = run.updates.length;
    run.provider.show([['a:1'], ['b:2']]);
    await run.pass();
    assert.deepEqual(
      run.updates
        .slice(before)
        .flat()
        .map((group) => group && addressesOf(group)),
      oneGroup === undefined ? [['b:2']] : [['a:1', 'b:2']],
    );
    assert.deepEqual(run.addresses(), asTold([['a:1'], ['b:2']]));
    run.stop();
  });

  test(`D-003 ${name} tells an empty group for what has vanished`, { skip }, async () => {
    const run = await start([['a:1'], ['b:1'], ['c:1']]);
    const sources = run.sources();
    const before = run.updates.length;
    run.provider.show([['a:1']]);
    await run.pass();
    if (oneGroup === undefined) {
      assert.deepEqual(
        run.updates.slice(before).flat(),
        sources.slice(1).map((source) => emptyGroup(source)),
      );
    }
    assert.deepEqual(run.addresses(), [['a:1']]);
    run.provider.show([]);
    await run.pass();
    assert.deepEqual(run.updates.at(-1), [emptyGroup(sources[0] ?? '')]);
    assert.deepEqual(run.addresses(), []);
    run.stop();
  });

  test(`D-004 ${name} tells nothing when looking fails, and goes on afterwards`, { skip }, async () => {
    const run = await start([['a:1'], ['b:1']]);
    const before = run.updates.length;
    run.provider.fail();
    await run.pass();
    await run.pass();
    assert.equal(run.updates.length, before);
    assert.deepEqual(run.addresses(), asTold([['a:1'], ['b:1']]));
    run.provider.show([['a:9']]);
    await run.pass();
    assert.deepEqual(run.addresses(), [['a:9']]);
    run.stop();
  });

  test(`D-004 ${name} that fails from the start tells everything once it succeeds`, { skip }, async () => {
    const run = new Run(makeProvider, [['a:1']]);
    run.provider.fail();
    run.launch();
    await run.pass();
    assert.deepEqual(run.updates, []);
    run.provider.show([['a:1']]);
    await run.pass();
    assert.deepEqual(run.addresses(), [['a:1']]);
    run.stop();
  });

  test(`D-002 ${name} tells nothing after it was stopped`, { skip }, async () => {
    const run = await start([['a:1']]);
    const before = run.updates.length;
    run.provider.show([['b:1']]);
    run.stop();
    await run.pass();
    run.provider.show([['c:1']]);
    await run.pass();
    assert.equal(run.updates.length, before);
    assert.deepEqual(run.faults, []);
  });

  test(`D-003 ${name} started again tells what vanished in between`, { skip }, async () => {
    const run = await start([['a:1'], ['b:1']]);
    run.stop();
    run.provider.show([['a:1']]);
    run.launch();
    await run.pass();
    assert.deepEqual(run.addresses(), [['a:1']]);
    run.stop();
  });
}

/** One provider running below a parent that applies what it is told. */
class Run {
  readonly clock = new VirtualClock();
  readonly provider: ContractProvider;
  readonly configBefore: ServiceDiscoveryConfig;
  /** Every update told, in order. */
  readonly updates: GroupUpdate[] = [];
  readonly faults: unknown[] = [];
  readonly #table: ProviderTable;
  readonly #name: string;
  readonly #launch: () => () => void;
  #stop: (() => void) | undefined;

  static async start(makeProvider: ContractOptions['makeProvider'], initial: World): Promise<Run> {
    const run = new Run(makeProvider, initial);
    run.launch();
    await run.pass();
    return run;
  }

  constructor(makeProvider: ContractOptions['makeProvider'], initial: World) {
    const driver = new Driver({ clock: this.clock, onFault: (error) => this.faults.push(error) });
    this.provider = makeProvider(this.clock, initial);
    this.configBefore = makeProvider(new VirtualClock(), initial).config;
    const updates = this.updates;
    this.#table = new (class extends ProviderTable {
      override stage(handle: UpdateHandle, update: GroupUpdate): void {
        updates.push(update);
        super.stage(handle, update);
      }
    })();
    const [planned] = this.#table.adopt(new Map([['job', [this.provider.config]]])).start;
    this.#name = planned?.name ?? '';
    const metrics = new CountedMetrics();
    const logics = providerLogics({
      ...this.provider.ports,
      driver,
      log: silentLog,
      metrics,
      random: seededRandom(1),
      clusterAddress: async () => ({ host: '', port: '' }),
      table: this.#table,
      board: this.provider.board ?? new PushBoard(),
      failedProviders: new FailedProviders(metrics),
    });
    const parent = parentOf(logics, this.provider.config.mechanism, this.#name, this.#table);
    this.#launch = () => {
      const actor = createActor(parent, { clock: driver.clock });
      indexTimers(actor.system);
      driver.accept({ kind: 'command', key: 'start' }, () => actor.start());
      return () => driver.accept({ kind: 'command', key: 'stop' }, () => actor.stop());
    };
  }

  launch(): void {
    this.#stop = this.#launch();
  }

  stop(): void {
    this.#stop?.();
  }

  /** Lets the time pass within which a change is noticed. */
  pass(): Promise<void> {
    return this.clock.advanceSettled(this.provider.noticeMs, settled);
  }

  /** Addresses by group, in the order of sources. */
  addresses(): readonly (readonly string[])[] {
    return this.sources().map((source) => {
      const group = this.#table.groupsOf(this.#name).get(source);
      return group === undefined ? [] : addressesOf(group);
    });
  }

  sources(): readonly string[] {
    return [...this.#table.groupsOf(this.#name).keys()].sort();
  }
}

function parentOf(
  logics: ReturnType<typeof providerLogics>,
  mechanism: ServiceDiscoveryConfig['mechanism'],
  name: string,
  table: ProviderTable,
) {
  return setup({
    types: { events: {} as ProviderNotice },
    actors: { ...logics },
    actions: {
      begin: assign(({ spawn }) => {
        spawn(mechanism, { id: name, input: { provider: name } });
        return {};
      }),
      merge: ({ event }) => table.merge(event),
    },
  }).createMachine({ id: 'parent', entry: 'begin', on: { providerUpdate: { actions: 'merge' } } });
}
