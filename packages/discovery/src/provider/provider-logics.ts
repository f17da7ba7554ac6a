import type { CallbackActorLogic, EventObject } from 'xstate';
import { consulSource } from '../consul/consul-source.ts';
import { consulMachine } from '../consul/consul.machine.ts';
import { dnsDeadlineMs, openDnsRefresher } from '../dns/dns-refresher.ts';
import { openDockerRefresher } from '../docker/docker-refresher.ts';
import { startFile } from '../file/file-provider.ts';
import { openHttpRefresher } from '../http/http-refresher.ts';
import { bindKubernetes } from '../kubernetes/kubernetes-logic.ts';
import type { kubernetesMachine } from '../kubernetes/kubernetes.machine.ts';
import { bindPush } from '../push/push-provider.ts';
import type { pushMachine } from '../push/push.machine.ts';
import { startStatic } from '../static/static-provider.ts';
import { callbackProvider } from './callback-provider.ts';
import { bindPolling } from './polling.machine.ts';
import type { pollingMachine } from './polling.machine.ts';
import { pollingSource } from './polling-source.ts';
import type { ProviderInput } from './provider-input.ts';
import type { ProviderPorts } from './provider-ports.ts';

/** The actor logic of every mechanism, by the mechanism's name. */
export interface ProviderLogics {
  readonly static: CallbackActorLogic<EventObject, ProviderInput>;
  readonly file: CallbackActorLogic<EventObject, ProviderInput>;
  readonly consul: typeof consulMachine;
  readonly dns: typeof pollingMachine;
  readonly docker: typeof pollingMachine;
  readonly http: typeof pollingMachine;
  readonly kubernetes: typeof kubernetesMachine;
  readonly push: typeof pushMachine;
}

/** Binds every mechanism to the ports; called once for each `createDiscovery`. */
export function providerLogics(ports: ProviderPorts): ProviderLogics {
  const schedule = {
    mono: () => ports.driver.clock.mono(),
    intervalMsOf: (provider: string) => refreshIntervalMs(ports, provider),
  };
  return {
    static: callbackProvider(ports, startStatic) as ProviderLogics['static'],
    file: callbackProvider(ports, startFile) as ProviderLogics['file'],
    consul: consulMachine.provide({ actors: { source: consulSource(ports) } }),
    dns: bindPolling({
      ...schedule,
      deadlineMsOf: (provider) => refreshDeadlineMs(ports, provider),
      source: pollingSource(ports, openDnsRefresher),
    }),
    docker: bindPolling({ ...schedule, deadlineMsOf: schedule.intervalMsOf, source: pollingSource(ports, openDockerRefresher) }),
    http: bindPolling({ ...schedule, deadlineMsOf: schedule.intervalMsOf, source: pollingSource(ports, openHttpRefresher) }),
    kubernetes: bindKubernetes(ports),
    push: bindPush(ports),
  };
}

function refreshIntervalMs({ table }: ProviderPorts, provider: string): number {
  const config = table.provider(provider)?.config;
  return config !== undefined && 'refreshIntervalMs' in config ? config.refreshIntervalMs : Infinity;
}

/** A provider that the table has dropped ends at once, whatever its deadline. */
function refreshDeadlineMs({ table }: ProviderPorts, provider: string): number {
  const config = table.provider(provider)?.config;
  return config?.mechanism === 'dns' ? dnsDeadlineMs(config) : Infinity;
}
