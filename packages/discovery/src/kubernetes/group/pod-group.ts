import { labelsFrom } from '@limpet/model';
import type { Label, Labels, TargetGroup } from '@limpet/model';
import { emptyGroup } from '../../merge-groups.ts';
import { joinedAddress } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { Container, Pod, PortOfContainer } from '../object/kubernetes-object.ts';
import { attachedNamespaceLabels, attachedNodeLabels } from './attached-labels.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, NAMESPACE_LABEL, objectLabels } from './meta-label.ts';

/** The group of a pod (C-155). One that has no address, or whose node was not selected, has no targets. */
export function podGroup(pod: Pod, context: GroupContext): TargetGroup {
  const source = `pod/${objectKey(pod)}`;
  if (pod.ip === '') return emptyGroup(source);
  if (context.attach.node && context.view.find('nodes', pod.nodeName) === undefined) return emptyGroup(source);
  return {
    source,
    targets: pod.containers.flatMap((container) => containerTargets(pod.ip, container)),
    labels: mergedLabels(
      podLabels(pod, context),
      labelsFrom([[NAMESPACE_LABEL, pod.namespace]]),
      attachedNodeLabels(pod.nodeName, context),
      attachedNamespaceLabels(pod.namespace, context),
    ),
  };
}

function containerTargets(ip: string, container: Container): readonly Labels[] {
  const common: readonly Label[] = [...containerLabels(container), [`${META_PREFIX}pod_container_id`, container.id]];
  if (container.ports.length === 0) return [labelsFrom([['__address__', ip], ...common])];
  return container.ports.map((port) =>
    labelsFrom([['__address__', joinedAddress(ip, port.number)], ...common, ...containerPortLabels(port, port.protocol)]),
  );
}

/** What every target that is a container tells of it; its id is told by pods alone, as upstream. */
export function containerLabels({ name, image, isInit }: Container): readonly Label[] {
  return [
    [`${META_PREFIX}pod_container_name`, name],
    [`${META_PREFIX}pod_container_image`, image],
    [`${META_PREFIX}pod_container_init`, String(isInit)],
  ];
}

/** The port of a container. */
export function containerPortLabels({ name, number }: PortOfContainer, protocol: string): readonly Label[] {
  return [
    [`${META_PREFIX}pod_container_port_name`, name],
    [`${META_PREFIX}pod_container_port_number`, String(number)],
    [`${META_PREFIX}pod_container_port_protocol`, protocol],
  ];
}

/** What is told of a pod, also by targets that are endpoints of it (C-155, C-157). */
export function podLabels(pod: Pod, context: GroupContext): Labels {
  return mergedLabels(objectLabels('pod', pod), labelsFrom([...stateLabels(pod), ...controllerLabels(pod, context)]));
}

function stateLabels(pod: Pod): readonly Label[] {
  return [
    [`${META_PREFIX}pod_ip`, pod.ip],
    [`${META_PREFIX}pod_ready`, pod.ready],
    [`${META_PREFIX}pod_phase`, pod.phase],
    [`${META_PREFIX}pod_node_name`, pod.nodeName],
    [`${META_PREFIX}pod_host_ip`, pod.hostIp],
    [`${META_PREFIX}pod_uid`, pod.uid],
  ];
}

/** Who made the pod, and who made that one, where asked for. */
function controllerLabels({ namespace, controller }: Pod, { view, attach }: GroupContext): readonly Label[] {
  if (controller === undefined) return [];
  const { kind, name } = controller;
  const labels: Label[] = [
    [`${META_PREFIX}pod_controller_kind`, kind],
    [`${META_PREFIX}pod_controller_name`, name],
  ];
  const key = objectKey({ namespace, name });
  if (kind === 'ReplicaSet' && attach.deployment) {
    const maker = view.find('replicasets', key)?.controller;
    if (maker?.kind === 'Deployment') labels.push([`${META_PREFIX}pod_deployment_name`, maker.name]);
  }
  if (kind === 'Job' && attach.job) labels.push([`${META_PREFIX}pod_job_name`, name]);
  if (kind === 'Job' && attach.cronjob) {
    const maker = view.find('jobs', key)?.controller;
    if (maker?.kind === 'CronJob') labels.push([`${META_PREFIX}pod_cronjob_name`, maker.name]);
  }
  return labels;
}
