import { labelsFrom } from '@limpet/model';
import type { Label, Labels } from '@limpet/model';
import { joinedAddress } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { Container, ObjectReference, Pod, PortOfContainer } from '../object/kubernetes-object.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { containerLabels, containerPortLabels, podLabels } from './pod-group.ts';

/** A pod behind endpoints, with what is told of it. */
export interface NotedPod {
  readonly pod: Pod;
  readonly labels: Labels;
}

/** Which ports of the pods behind a service are its endpoints; the others become targets of their own (C-157). */
export class PodPorts {
  readonly #context: GroupContext;
  readonly #seen = new Map<string, NotedPod & { readonly ports: Set<number> }>();

  constructor(context: GroupContext) {
    this.#context = context;
  }

  /** The pod that an endpoint is a port of, noted; undefined where the endpoint is something else. */
  note(target: ObjectReference | undefined, port: number | undefined): NotedPod | undefined {
    if (target?.kind !== 'Pod') return undefined;
    const key = objectKey(target);
    const seen = this.#seen.get(key) ?? this.#look(key);
    if (port !== undefined) seen?.ports.add(port);
    return seen;
  }

  /** The container ports of the pods noted that are no endpoints. */
  otherTargets(): readonly Labels[] {
    return [...this.#seen.values()].flatMap(({ pod, labels, ports }) => {
      if (pod.ip === '') return [];
      return containerPorts(pod)
        .filter(({ port }) => !ports.has(port.number))
        .map(({ container, port }) => {
          const address = ['__address__', joinedAddress(pod.ip, port.number)] as const;
          return mergedLabels(labelsFrom([address, ...containerLabels(container), ...containerPortLabels(port, port.protocol)]), labels);
        });
    });
  }

  #look(key: string): (NotedPod & { readonly ports: Set<number> }) | undefined {
    const pod = this.#context.view.find('pods', key);
    if (pod === undefined) return undefined;
    const seen = { pod, labels: podLabels(pod, this.#context), ports: new Set<number>() };
    this.#seen.set(key, seen);
    return seen;
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
export function endpointContainerLabels(found: ContainerPort | undefined, protocol?: string): readonly Label[] {
  if (found === undefined) return [];
  const { container, port } = found;
  return [...containerLabels(container), ...containerPortLabels(port, protocol ?? port.protocol)];
}
