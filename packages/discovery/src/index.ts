export { WATCHED_SERVICES_MAX } from './consul/consul-source.ts';
export { consulMachine } from './consul/consul.machine.ts';
export type { ConsulContext, ConsulEvent } from './consul/consul.machine.ts';
export { createDiscovery } from './create-discovery.ts';
export type { Discovery, DiscoveryOptions } from './create-discovery.ts';
export { SNAPSHOTS_KEPT } from './discovery.effects.ts';
export { CRASH_MEMORY_MS, discoveryMachine, RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_MIN } from './discovery.machine.ts';
export type { CrashRecord, DiscoveryContext, DiscoveryEvent, DiscoveryNotice } from './discovery.machine.ts';
export { DNS_NAME_LABEL, DNS_SRV_PORT_LABEL, DNS_TARGET_LABELS } from './dns/dns-group.ts';
export type { DnsAnswer, DnsQuestion, DnsRecord } from './dns/dns-lookup.ts';
export { LOOKUP_MS_MAX, LOOKUPS_AT_ONCE_MAX } from './dns/dns-refresher.ts';
export { ASK_MS_MAX, liveDns, RESOLV_CONF_BYTES_MAX } from './dns/live-dns.ts';
export type { LiveDnsOptions } from './dns/live-dns.ts';
export { FILE_BYTES_MAX, liveFiles } from './file/live-files.ts';
export { FILE_PATH_LABEL } from './file/file-provider.ts';
export { ANSWER_BYTES_MAX, URL_LABEL } from './http/http-refresher.ts';
export { SERVICE_ACCOUNT_DIRECTORY } from './kubernetes/cluster-access.ts';
export { liveClusterAddress } from './kubernetes/live-cluster-address.ts';
export { kubernetesMachine } from './kubernetes/kubernetes.machine.ts';
export type { KubernetesContext, KubernetesEvent } from './kubernetes/kubernetes.machine.ts';
export { reflectorMachine } from './kubernetes/watch/reflector.machine.ts';
export type { ReflectorContext, ReflectorEvent } from './kubernetes/watch/reflector.machine.ts';
export { mergeGroups } from './merge-groups.ts';
export { PushBoard } from './push/push-board.ts';
export type { Registration } from './push/push-board.ts';
export { pushMachine } from './push/push.machine.ts';
export type { GroupsBySource, GroupUpdate } from './merge-groups.ts';
export { DISCOVERY_METRICS, MANAGER_NAME } from './metrics.ts';
export type {
  ClusterAddress,
  DirectoryWatcher,
  DiscoveryFiles,
  DiscoveryPorts,
  DnsLookup,
  FileContent,
  ForecastSet,
  HttpClientOpened,
  OpenDirectoryWatcher,
  ParseTargetGroups,
  TargetSets,
  WantedDiscovery,
} from './ports.ts';
export { diffProviders } from './provider-plan.ts';
export type { PlannedProvider, ProviderPlan, RunningProviders } from './provider-plan.ts';
export type { ProviderTable } from './provider-table.ts';
export { pollingMachine } from './provider/polling.machine.ts';
export type { PollingContext, PollingEvent } from './provider/polling.machine.ts';
export { SEND_DELAY_MS_MAX, SEND_DELAY_MS_MIN } from './send-throttle.ts';
