import type { KubernetesMetadata } from '@limpet/config';
import type { Labels } from '@limpet/model';
import type { ObjectReference } from '../object/kubernetes-object.ts';
import { metadataLabels, objectLabels } from './meta-label.ts';
import type { ObjectView } from './object-view.ts';

/** What groups are built with: the other objects, and which of them targets are told of. */
export interface GroupContext {
  readonly view: ObjectView;
  readonly attach: KubernetesMetadata;
}

/** Name, labels and annotations of a node, where it is known and asked for. */
export function attachedNodeLabels(nodeName: string | undefined, { view, attach }: GroupContext): Labels {
  if (!attach.node || nodeName === undefined) return [];
  const node = view.find('nodes', nodeName);
  return node === undefined ? [] : objectLabels('node', node);
}

/** The same for an endpoint, which names its node, or is one. */
export function endpointNodeLabels(
  { nodeName, target }: { readonly nodeName: string | undefined; readonly target: ObjectReference | undefined },
  context: GroupContext,
): Labels {
  return attachedNodeLabels(nodeName ?? (target?.kind === 'Node' ? target.name : undefined), context);
}

/** Labels and annotations of a namespace, where asked for. */
export function attachedNamespaceLabels(namespace: string, { view, attach }: GroupContext): Labels {
  if (!attach.namespace) return [];
  const found = view.find('namespaces', namespace);
  return found === undefined ? [] : metadataLabels('namespace', found);
}
