import { bindDiscovery } from './discovery.effects.ts';
import type { discoveryMachine } from './discovery.machine.ts';
import { OBJECT_EVENT_LABELS } from './kubernetes/object-event.ts';
import { MANAGER_NAME, METRICS } from './metrics.ts';
import type { DiscoveryPorts, TargetSets } from './ports.ts';
import { PushBoard } from './push/push-board.ts';
import { ProviderTable } from './provider-table.ts';
import { FailedProviders } from './provider/failed-providers.ts';
import { providerLogics } from './provider/provider-logics.ts';

/** The ports, and where snapshots go if somebody else already has a place for them. */
export interface DiscoveryOptions extends DiscoveryPorts {
  /** Written by `publish`, read by the scrape planner: share its table here. Otherwise a new one is made. */
  readonly snapshots?: Map<number, TargetSets>;
}

/** Discovery ready to run: logic for one actor and the tables behind it. */
export interface Discovery {
  /** Logic of the `discovery` actor. Run one actor of it at a time: the tables belong to it. */
  readonly machine: typeof discoveryMachine;
  /** Snapshots by the revision of `targetsUpdated`; only the newest few are kept. */
  readonly snapshots: ReadonlyMap<number, TargetSets>;
  /** Providers and their groups, for views. Written by the actor alone. */
  readonly table: ProviderTable;
  /** Where targets of `push_sd_configs` register. Written within inputs of the driver only. */
  readonly board: PushBoard;
}

/** Binds the discovery machine and every mechanism to the ports. Nothing runs until an actor of it is started. */
export function createDiscovery({ snapshots = new Map(), ...ports }: DiscoveryOptions): Discovery {
  const table = new ProviderTable();
  const board = new PushBoard();
  const logics = providerLogics({ ...ports, table, board, failedProviders: new FailedProviders(ports.metrics) });
  for (const counter of [METRICS.receivedUpdates, METRICS.updates, METRICS.delayedUpdates]) ports.metrics.add(counter, [MANAGER_NAME], 0);
  const { fileReadErrors, fileWatcherErrors, httpFailures, dnsLookups, dnsLookupFailures, consulRpcFailures, kubernetesFailures } = METRICS;
  const ofDns = [dnsLookups, dnsLookupFailures];
  const counters = [fileReadErrors, fileWatcherErrors, httpFailures, ...ofDns, consulRpcFailures, kubernetesFailures];
  for (const counter of counters) ports.metrics.add(counter, [], 0);
  for (const labels of OBJECT_EVENT_LABELS) ports.metrics.add(METRICS.kubernetesEvents, labels, 0);
  return { machine: bindDiscovery({ ports, table, logics, snapshots }), snapshots, table, board };
}
