import { labelsFrom } from '@limpet/model';
import type { Label, TargetGroup } from '@limpet/model';
import { joinedAddress, sanitizedName } from '../../meta-labels.ts';
import type { Node, NodeAddress } from '../object/kubernetes-object.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, objectLabels } from './meta-label.ts';

/** Kinds of addresses, the preferred first. */
const ADDRESS_TYPES = ['InternalIP', 'InternalDNS', 'ExternalIP', 'ExternalDNS', 'LegacyHostIP', 'Hostname'];

/** The group of a node: its kubelet (C-154). Undefined where the node has no address: what was told of it stays. */
export function nodeGroup(node: Node): TargetGroup | undefined {
  const firsts = firstOfType(node.addresses);
  const type = ADDRESS_TYPES.find((candidate) => firsts.has(candidate));
  if (type === undefined) return undefined;
  const addresses = [...firsts].map(([kind, address]) => [`${META_PREFIX}node_address_${sanitizedName(kind)}`, address] as const);
  return {
    source: `node/${node.name}`,
    targets: [
      labelsFrom([['__address__', joinedAddress(firsts.get(type) ?? '', node.kubeletPort)], ['instance', node.name], ...addresses]),
    ],
    labels: mergedLabels(
      labelsFrom([
        [`${META_PREFIX}node_provider_id`, node.providerId],
        ...node.conditions.map(({ type: kind, status }): Label => [
          `${META_PREFIX}node_condition_${sanitizedName(kind.toLowerCase())}`,
          status.toLowerCase(),
        ]),
      ]),
      objectLabels('node', node),
    ),
  };
}

function firstOfType(addresses: readonly NodeAddress[]): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  for (const { type, address } of addresses) if (!firsts.has(type)) firsts.set(type, address);
  return firsts;
}
