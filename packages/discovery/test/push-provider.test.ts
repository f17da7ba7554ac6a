import assert from 'node:assert/strict';
import test from 'node:test';
import { Driver, seededRandom, VirtualClock } from '@limpet/driver';
import { silentLog } from '@limpet/model';
import { assign, createActor, setup } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import type { GroupUpdate } from '../src/merge-groups.ts';
import { ProviderTable } from '../src/provider-table.ts';
import type { UpdateHandle } from '../src/provider-table.ts';
import { FailedProviders } from '../src/provider/failed-providers.ts';
import type { ProviderNotice } from '../src/provider/provider-notice.ts';
import type { ProviderPorts } from '../src/provider/provider-ports.ts';
import { PushBoard, SOURCE_COUNT_MAX, TARGET_COUNT_MAX } from '../src/push/push-board.ts';
import { bindPush } from '../src/push/push-provider.ts';
import type { pushMachine } from '../src/push/push.machine.ts';
import { CountedMetrics } from './counted-metrics.ts';
import { group } from './sections.ts';

/** A push provider below a parent that applies what it is told. */
class Served {
  readonly clock = new VirtualClock();
  readonly board = new PushBoard();
  readonly updates: GroupUpdate[] = [];
  readonly table: ProviderTable;
  readonly provider: ActorRefFrom<typeof pushMachine>;
  readonly end: () => void;

  constructor() {
    const driver = new Driver({ clock: this.clock, onFault: assert.ifError });
    const { updates } = this;
    this.table = new (class extends ProviderTable {
      override stage(handle: UpdateHandle, update: GroupUpdate): void {
        updates.push(update);
        super.stage(handle, update);
      }
    })();
    this.table.adopt(new Map([['job', [{ mechanism: 'push', name: 'services', maxTtlMs: 60_000 }]]]));
    const name = this.table.providers()[0]?.name ?? '';
    const metrics = new CountedMetrics();
    const ports = { driver, log: silentLog, metrics, random: seededRandom(1), table: this.table, board: this.board };
    const logic = bindPush({ ...ports, failedProviders: new FailedProviders(metrics) } as unknown as ProviderPorts);
    const parent = setup({
      types: { events: {} as ProviderNotice, context: {} as { told: number } },
      actors: { push: logic },
      actions: {
        merge: assign(({ context, event }) => {
          if (event.type === 'providerUpdate') this.table.merge(event);
          return { told: context.told + 1 };
        }),
      },
    }).createMachine({
      context: { told: 0 },
      invoke: { id: 'push', src: 'push', input: { provider: name } },
      on: { providerUpdate: { actions: 'merge' } },
    });
    const root = createActor(parent, { clock: driver.clock }).start();
    this.provider = root.getSnapshot().children['push'] as ActorRefFrom<typeof pushMachine>;
    this.end = () => void root.stop();
  }

  register(source: string, ttlMs: number, ...addresses: readonly string[]): void {
    const untilMono = this.clock.mono() + ttlMs;
    assert.equal(this.board.register('services', source, { groups: [group('', ...addresses)], untilMono }), 'registered');
    this.gather();
  }

  /** Lets the provider take up what was registered. */
  gather(): void {
    this.clock.advance(20);
  }

  get state(): unknown {
    return this.provider.getSnapshot().value;
  }

  /** Addresses by source, as discovery has them now. */
  get targets(): readonly string[] {
    return [...(this.table.targetSets().get('job') ?? [])].flatMap(({ targets }) => targets.map(([first]) => first?.[1] ?? '')).toSorted();
  }
}

test('a registration holds until it runs out, and its end is a transition', () => {
  const served = new Served();
  assert.equal(served.state, 'empty');
  served.register('a', 30_000, 'a:1');
  served.register('b', 60_000, 'b:1', 'b:2');
  assert.deepEqual([served.state, served.targets], ['holding', ['a:1', 'b:1', 'b:2']]);
  served.clock.advance(29_959);
  assert.deepEqual(served.targets, ['a:1', 'b:1', 'b:2']);
  served.clock.advance(1);
  assert.deepEqual([served.state, served.targets], ['holding', ['b:1', 'b:2']]);
  served.clock.advance(30_020);
  assert.deepEqual([served.state, served.targets, served.clock.pendingCount], ['empty', [], 0]);
  served.end();
});

test('who renews stays, and discovery hears nothing of it', () => {
  const served = new Served();
  served.register('a', 30_000, 'a:1');
  for (let round = 0; round < 10; round++) {
    served.clock.advance(20_000);
    served.register('a', 30_000, 'a:1');
  }
  assert.deepEqual([served.targets, served.updates.length], [['a:1'], 1]);
  served.register('a', 30_000, 'a:2');
  assert.deepEqual([served.targets, served.updates.length], [['a:2'], 2]);
  served.end();
});

test('who withdraws is gone at once; groups that are left out end', () => {
  const served = new Served();
  const untilMono = 30_000;
  served.board.register('services', 'a', { groups: [group('', 'a:1'), group('', 'a:2')], untilMono });
  served.gather();
  assert.deepEqual(served.targets, ['a:1', 'a:2']);
  served.board.register('services', 'a', { groups: [group('', 'a:1')], untilMono });
  served.gather();
  assert.deepEqual(served.targets, ['a:1']);
  assert.ok(served.board.withdraw('services', 'a'));
  assert.ok(!served.board.withdraw('services', 'a'));
  served.gather();
  assert.deepEqual([served.targets, served.state], [[], 'empty']);
  served.end();
});

test('targets carry who registered them, whatever they say themselves', () => {
  const served = new Served();
  const labels = [['__meta_push_source', 'somebody else'] as const, ['team', 'a'] as const];
  served.board.register('services', 'a', { groups: [{ ...group('', 'a:1'), labels }], untilMono: 1_000 });
  served.gather();
  const [{ labels: told } = { labels: [] }] = served.table.targetSets().get('job') ?? [];
  assert.deepEqual(told, [
    ['__meta_push_source', 'a'],
    ['team', 'a'],
  ]);
  served.end();
});

test('sources and targets of a section are bounded', () => {
  const board = new PushBoard();
  const one = { groups: [group('', 'a:1')], untilMono: 1 };
  for (let source = 0; source < SOURCE_COUNT_MAX; source++) board.register('s', String(source), one);
  assert.deepEqual([board.register('s', 'more', one), board.register('s', '0', one)], ['tooManySources', 'registered']);
  const many = { groups: [group('', ...Array.from({ length: TARGET_COUNT_MAX + 1 }, () => 'a:1'))], untilMono: 1 };
  assert.equal(board.register('s', '0', many), 'tooManyTargets');
});
