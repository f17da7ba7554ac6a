import { assign } from 'xstate';
import { CRASH_MEMORY_MS, crashedProvider, discoveryMachine, withCrash } from './discovery.machine.ts';
import type { DiscoveryContext } from './discovery.machine.ts';
import { MANAGER_NAME, METRICS } from './metrics.ts';
import type { DiscoveryPorts, TargetSets } from './ports.ts';
import type { ProviderLogics } from './provider/provider-logics.ts';
import type { ProviderTable, UpdateHandle } from './provider-table.ts';
import { jitteredDelayMs, throttleAfterPause, throttleAfterSend } from './send-throttle.ts';

/** Number of snapshots kept: a pool that is slow to reconcile still finds the one that it was told of. */
export const SNAPSHOTS_KEPT = 16;

/** What the bound machine works on. */
export interface DiscoveryBinding {
  readonly ports: DiscoveryPorts;
  readonly table: ProviderTable;
  readonly logics: ProviderLogics;
  /** Snapshots by revision; the newest `SNAPSHOTS_KEPT` stay. */
  readonly snapshots: Map<number, TargetSets>;
}

/** The discovery machine with its effects; called once for each `createDiscovery`. */
export function bindDiscovery(binding: DiscoveryBinding): typeof discoveryMachine {
  const { ports, table, logics } = binding;
  const { clock } = ports.driver;
  return discoveryMachine.provide({
    actors: logics,
    guards: { isKnownConfig: ({ event }) => event.type === 'applyConfig' && ports.providersOf(event.rev) !== undefined },
    delays: { sendDelay: ({ context }) => jitteredDelayMs(context.backoffMs, ports.random.next()) },
    actions: {
      adoptProviders: ({ event }) => {
        if (event.type === 'applyConfig') adopt(binding, event.rev);
      },
      noteProviders: assign(({ context, event }) => providersNoted(context, event.type === 'applyConfig' ? event.rev : 0, table)),
      mergeUpdate: ({ event }) => {
        if (event.type === 'providerUpdate') merge(binding, event);
      },
      discardUpdate: ({ event }) => {
        if (event.type === 'providerUpdate') table.discard(event);
      },
      resetBackoffAfterPause: assign(({ context }) => throttleAfterPause(context, clock.mono())),
      noteSend: assign(({ context }) => ({
        ...throttleAfterSend(context, clock.mono()),
        targetsRev: context.targetsRev + 1,
        targetCounts: targetCounts(table),
      })),
      publishSnapshot: ({ context }) => publish(binding, context.targetsRev),
      noteCrash: assign(({ context, event }) => crashNoted(context, crashedProvider(event), clock.mono())),
      reportCrash: ({ event }) => reportCrash(ports, event),
      forgetProviders: () => forget(binding),
    },
  });
}

function adopt({ ports, table }: DiscoveryBinding, rev: number): void {
  const wanted = ports.providersOf(rev);
  if (wanted === undefined) return;
  const before = new Set(table.jobs);
  const plan = table.adopt(wanted);
  for (const job of before) if (!wanted.has(job)) forgetJob(ports, job);
  for (const job of wanted.keys()) if (!before.has(job)) ports.metrics.set(METRICS.discoveredTargets, [MANAGER_NAME, job], 0);
  ports.log.info('discovery configuration applied', {
    rev,
    providersStarted: plan.start.length,
    providersKept: plan.keep.length,
    providersStopped: plan.stop.length,
  });
}

function providersNoted(context: DiscoveryContext, cfgRev: number, table: ProviderTable): Partial<DiscoveryContext> {
  const { start, stop } = table.lastPlan;
  return {
    cfgRev,
    providers: Object.fromEntries(table.providers().map(({ name, jobs }) => [name, jobs])),
    lastChange: { start: start.map(({ name }) => name), stop },
    crashes: Object.fromEntries(Object.entries(context.crashes).filter(([name]) => !stop.includes(name))),
  };
}

function merge({ ports, table }: DiscoveryBinding, { provider, rev }: UpdateHandle): void {
  table.merge({ provider, rev });
  ports.metrics.add(METRICS.receivedUpdates, [MANAGER_NAME], 1);
}

function publish({ ports, table, snapshots }: DiscoveryBinding, rev: number): void {
  const sets = table.targetSets();
  snapshots.set(rev, sets);
  snapshots.delete(rev - SNAPSHOTS_KEPT);
  const nowSeconds = ports.driver.clock.wall() / 1000;
  for (const [job, groups] of sets) {
    const targetCount = groups.reduce((sum, { targets }) => sum + targets.length, 0);
    ports.metrics.set(METRICS.discoveredTargets, [MANAGER_NAME, job], targetCount);
    ports.metrics.set(METRICS.lastUpdate, [MANAGER_NAME, job], nowSeconds);
  }
  ports.metrics.add(METRICS.updates, [MANAGER_NAME], 1);
}

function targetCounts(table: ProviderTable): Record<string, number> {
  return Object.fromEntries(
    table.providers().map(({ name }) => [name, [...table.groupsOf(name).values()].reduce((sum, { targets }) => sum + targets.length, 0)]),
  );
}

function crashNoted(context: DiscoveryContext, provider: string, nowMono: number): Partial<DiscoveryContext> {
  const known = context.crashes[provider];
  const isForgotten = known === undefined || nowMono - known.atMono > CRASH_MEMORY_MS;
  return {
    crashes: withCrash(context.crashes, provider, { count: isForgotten ? 1 : known.count + 1, atMono: nowMono, isDown: true }),
  };
}

function reportCrash({ log, metrics }: DiscoveryPorts, event: { readonly type: string }): void {
  const provider = crashedProvider(event);
  const error = 'error' in event ? event.error : undefined;
  log.error('provider crashed, its targets stay until it has been started again', {
    code: 'LIMPET_PROVIDER_CRASHED',
    provider,
    error: error instanceof Error ? error.message : String(error),
  });
  metrics.add(METRICS.providerCrashes, [provider.slice(0, provider.indexOf('/'))], 1);
}

function forget({ ports, table }: DiscoveryBinding): void {
  for (const job of table.jobs) forgetJob(ports, job);
  table.clear();
}

function forgetJob({ metrics }: DiscoveryPorts, job: string): void {
  metrics.remove(METRICS.discoveredTargets, [MANAGER_NAME, job]);
  metrics.remove(METRICS.lastUpdate, [MANAGER_NAME, job]);
}
