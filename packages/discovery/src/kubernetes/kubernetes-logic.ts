import { assign } from 'xstate';
import type { ProviderPorts } from '../provider/provider-ports.ts';
import { clusterActor } from './cluster-actor.ts';
import type { Clusters } from './cluster-actor.ts';
import { kubernetesMachine } from './kubernetes.machine.ts';
import { retryDelayMs } from './retry-delay.ts';
import { reflectorApi } from './watch/reflector-api.ts';
import { reflectorMachine } from './watch/reflector.machine.ts';

/** The least time that a server is asked to keep a watch open, in milliseconds; the most is twice that. */
export const WATCH_MS_MIN = 300_000;

/** The provider machine of `kubernetes_sd_configs` with its effects; called once for each `createDiscovery`. */
export function bindKubernetes(ports: ProviderPorts): typeof kubernetesMachine {
  const clusters: Clusters = new Map();
  const { random } = ports;
  const retryDelay = ({ context }: { readonly context: { readonly failureCount: number } }): number =>
    retryDelayMs(context.failureCount, random.next());
  const reflector = reflectorMachine.provide({
    actors: { api: reflectorApi(ports, clusters) },
    // Watches that began together do not all end together.
    actions: { drawWatchMs: assign(() => ({ watchMs: WATCH_MS_MIN * (1 + random.next()) })) },
    delays: { retryDelay },
  });
  return kubernetesMachine.provide({ actors: { cluster: clusterActor(ports, clusters), reflector }, delays: { retryDelay } });
}
