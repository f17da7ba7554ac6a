import { labelsFrom } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { joinedAddress } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { Container, ObjectReference, Pod, PortOfContainer } from '../object/kubernetes-object.ts';
import type { GroupContext } from './attached-labels.ts';
import type { LabelPairs } from './meta-label.ts';
import { containerLabels, containerPortLabels, podLabels } from './pod-group.ts';

/** Which ports of the pods behind a service are its endpoints; the others become targets of their own (C-157). */
export class PodPorts {
  readonly #context: GroupContext;
  readonly #seen = new Map<string, { readonly pod: Pod; readonly ports: Set<number> }>();

  constructor(context: GroupContext) {
    this.#context = context;
  }

  /** The pod that an endpoint is a port of, noted; undefined where the endpoint is something else. */
  note(target: ObjectReference | undefined, port: number | undefined): Pod | undefined {
    if (target?.kind !== 'Pod') return undefined;
    const key = objectKey(target);
    const pod = this.#context.view.find('pods', key);
    if (pod === undefined) return undefined;
    const seen = this.#seen.get(key) ?? { pod, ports: new Set() };
    this.#seen.set(key, seen);
    if (port !== undefined) seen.ports.add(port);
    return pod;
  }

  /** The container ports of the pods noted that are no endpoints. */
  otherTargets(): readonly Labels[] {
    return [...this.#seen.values()].flatMap(({ pod, ports }) => {
      if (pod.ip === '') return [];
      const shared = podLabels(pod, this.#context);
      return containerPorts(pod)
        .filter(({ port }) => !ports.has(port.number))
        .map(({ container, port }) =>
          labelsFrom([
            ['__address__', joinedAddress(pod.ip, port.number)],
            ...containerLabels(container),
            ...containerPortLabels(port, port.protocol),
            ...shared,
          ]),
        );
    });
  }
}

/** The container port that an endpoint is: that of the last container which has it, as upstream. */
export function endpointContainer({ containers }: Pod, number: number | undefined): ContainerPort | undefined {
  if (number === undefined) return undefined;
  const container = containers.findLast(({ ports }) => ports.some((port) => port.number === number));
  const port = container?.ports.find((candidate) => candidate.number === number);
  return container === undefined || port === undefined ? undefined : { container, port };
}

interface ContainerPort {
  readonly container: Container;
  readonly port: PortOfContainer;
}

function containerPorts({ containers }: Pod): readonly ContainerPort[] {
  return containers.flatMap((container) => container.ports.map((port) => ({ container, port })));
}

/** What an endpoint tells of the container port behind it. */
export function endpointContainerLabels(found: ContainerPort | undefined, protocol?: string): LabelPairs {
  if (found === undefined) return [];
  const { container, port } = found;
  return [...containerLabels(container), ...containerPortLabels(port, protocol ?? port.protocol)];
}
