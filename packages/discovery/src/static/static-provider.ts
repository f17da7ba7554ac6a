import type { StartMechanism } from '../provider/callback-provider.ts';
import { configOf } from '../provider-table.ts';

/** `static_configs`: tells its groups once; they stay until the provider is stopped (C-104, D-002). */
export const startStatic: StartMechanism = ({ provider, push }, { table }) => {
  push(configOf(table, provider, 'static').groups);
  return () => {};
};
