import type { DiscoveryPorts } from '../ports.ts';
import type { FailedProviders } from './failed-providers.ts';
import type { ProviderTable } from '../provider-table.ts';
import type { PushBoard } from '../push/push-board.ts';

/** What provider actors need: the ports, and the table that their configuration is in and their updates go to. */
export interface ProviderPorts extends Pick<
  DiscoveryPorts,
  'driver' | 'log' | 'metrics' | 'random' | 'openHttpClient' | 'files' | 'dns' | 'parseTargetGroups' | 'clusterAddress'
> {
  readonly table: ProviderTable;
  /** Where targets register. */
  readonly board: PushBoard;
  /** Told which providers could not be created. */
  readonly failedProviders: FailedProviders;
}
