import { labelsFrom, labelValue } from '@limpet/model';
import type { Labels, TargetGroup } from '@limpet/model';
import { joinedAddress } from '../meta-labels.ts';
import type { DnsRecord } from './dns-lookup.ts';

/** Label that says which configured name a target was found under (C-131). */
export const DNS_NAME_LABEL = '__meta_dns_name';
/** Labels that a record of a kind with a host leaves, the final dot included (C-131). */
export const DNS_TARGET_LABELS = {
  SRV: '__meta_dns_srv_record_target',
  MX: '__meta_dns_mx_record_target',
  NS: '__meta_dns_ns_record_target',
} as const;
/** Label with the port of an SRV record (C-131). */
export const DNS_SRV_PORT_LABEL = '__meta_dns_srv_record_port';

/**
 * The group of one name (C-130). Targets are sorted by address: servers hand out the same records in turning order,
 * which is no change.
 */
export function dnsGroup(name: string, records: readonly DnsRecord[], port: number): TargetGroup {
  const targets = records.map((record) => dnsTarget(name, record, port));
  return { source: name, targets: targets.sort(byAddress), labels: [] };
}

function dnsTarget(name: string, record: DnsRecord, port: number): Labels {
  const common: [string, string][] = [[DNS_NAME_LABEL, name]];
  if ('address' in record) return labelsFrom([...common, ['__address__', joinedAddress(record.address, port)]]);
  const host = record.host.replace(/\.+$/, '');
  common.push([DNS_TARGET_LABELS[record.type], record.host]);
  if (record.type !== 'SRV') return labelsFrom([...common, ['__address__', joinedAddress(host, port)]]);
  return labelsFrom([...common, [DNS_SRV_PORT_LABEL, String(record.port)], ['__address__', joinedAddress(host, record.port)]]);
}

function byAddress(left: Labels, right: Labels): number {
  const [a, b] = [labelValue(left, '__address__'), labelValue(right, '__address__')];
  return a < b ? -1 : Number(a > b);
}
