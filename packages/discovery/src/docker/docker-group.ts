import type { DockerDiscoveryConfig } from '@limpet/config';
import { labelsFrom } from '@limpet/model';
import type { Label, Labels, TargetGroup } from '@limpet/model';
import { joinedAddress, prefixedLabels } from '../meta-labels.ts';
import type { DockerContainer, DockerEndpoint, DockerNetwork, DockerPort } from './docker-answer.ts';

/** Source of the one group that all containers of a daemon make (C-160). */
export const DOCKER_SOURCE = 'Docker';

const CONTAINER = '__meta_docker_container_';
const NETWORK = '__meta_docker_network_';
const PORT = '__meta_docker_port_';
/** Network modes that name the container whose networks are shared. */
const SHARED_MODE = /^container:(.*)$/s;

/** What of a section decides about targets. */
export type DockerChoice = Pick<DockerDiscoveryConfig, 'port' | 'hostNetworkingHost' | 'matchFirstNetwork'>;

/** The targets of a daemon: container × network × TCP port (C-160). */
export function dockerGroup(containers: readonly DockerContainer[], networks: readonly DockerNetwork[], choice: DockerChoice): TargetGroup {
  const byId = new Map(containers.map((container) => [container.id, container]));
  const networkLabels = new Map(networks.map((network) => [network.id, labelsOfNetwork(network)]));
  const targets = containers
    .filter(({ names }) => names.length > 0)
    .flatMap((container) => {
      const all = networksOf(container, byId);
      const matched = choice.matchFirstNetwork ? all.slice(0, 1) : all;
      return matched.flatMap((endpoint) => targetsOf(container, endpoint, networkLabels.get(endpoint.networkId) ?? [], choice));
    });
  return { source: DOCKER_SOURCE, targets, labels: [] };
}

/** The networks that a container is in: its own, else those of the container that it shares them with, and so on. */
function networksOf(container: DockerContainer, byId: ReadonlyMap<string, DockerContainer>): readonly DockerEndpoint[] {
  const seen = new Set<string>();
  let current: DockerContainer | undefined = container;
  while (current !== undefined && current.networks.length === 0 && !seen.has(current.id)) {
    seen.add(current.id);
    const shared: string | undefined = SHARED_MODE.exec(current.networkMode)?.[1];
    current = shared === undefined ? undefined : byId.get(shared);
  }
  return current?.networks ?? [];
}

function targetsOf(
  container: DockerContainer,
  { ip }: DockerEndpoint,
  networkLabels: readonly Label[],
  { port, hostNetworkingHost }: DockerChoice,
): readonly Labels[] {
  const target = (address: string, ofPort: readonly Label[]): Labels =>
    labelsFrom([[`${NETWORK}ip`, ip], ...ofPort, ...labelsOfContainer(container), ...networkLabels, ['__address__', address]]);
  const tcp = container.ports.filter(({ type }) => type === 'tcp');
  if (tcp.length > 0) return tcp.map((exposed) => target(joinedAddress(ip, exposed.privatePort), labelsOfPort(exposed)));
  return [target(container.networkMode === 'host' ? hostNetworkingHost : joinedAddress(ip, port), [])];
}

function labelsOfContainer({ id, names, networkMode, image, imageId, labels }: DockerContainer): readonly Label[] {
  return [
    [`${CONTAINER}id`, id],
    [`${CONTAINER}name`, names[0] ?? ''],
    [`${CONTAINER}network_mode`, networkMode],
    [`${CONTAINER}image`, image],
    [`${CONTAINER}image_id`, imageId],
    ...prefixedLabels(`${CONTAINER}label_`, labels),
  ];
}

function labelsOfNetwork({ id, name, scope, isInternal, isIngress, labels }: DockerNetwork): readonly Label[] {
  return [
    [`${NETWORK}id`, id],
    [`${NETWORK}name`, name],
    [`${NETWORK}scope`, scope],
    [`${NETWORK}internal`, String(isInternal)],
    [`${NETWORK}ingress`, String(isIngress)],
    ...prefixedLabels(`${NETWORK}label_`, labels),
  ];
}

/** The public side of a port that is published. */
function labelsOfPort({ privatePort, publicPort, publicIp }: DockerPort): readonly Label[] {
  const published: readonly Label[] = [
    [`${PORT}public`, String(publicPort)],
    [`${PORT}public_ip`, publicIp],
  ];
  return [[`${PORT}private`, String(privatePort)], ...(publicPort > 0 ? published : [])];
}
