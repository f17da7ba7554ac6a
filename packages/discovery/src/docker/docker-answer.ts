import type { Label } from '@limpet/model';
import { booleanOf, fieldsOf, integerOf, listOf, textEntriesOf, textOf } from '../provider/json-answer.ts';

/** A container as `GET /containers/json` lists it; what is absent is empty. */
export interface DockerContainer {
  readonly id: string;
  readonly names: readonly string[];
  readonly image: string;
  readonly imageId: string;
  readonly labels: readonly Label[];
  readonly ports: readonly DockerPort[];
  readonly networkMode: string;
  /** Its own networks by name, sorted. */
  readonly networks: readonly DockerEndpoint[];
}

export interface DockerPort {
  readonly type: string;
  readonly privatePort: number;
  /** 0 = not published. */
  readonly publicPort: number;
  readonly publicIp: string;
}

/** What a container is in one network. */
export interface DockerEndpoint {
  readonly networkName: string;
  readonly networkId: string;
  /** IPv4, else IPv6, else empty. */
  readonly ip: string;
}

/** A network as `GET /networks` lists it. */
export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly isInternal: boolean;
  readonly isIngress: boolean;
  readonly labels: readonly Label[];
}

export function readContainers(document: unknown): readonly DockerContainer[] {
  return listOf(document, 'the list of containers').map((item) => {
    const container = fieldsOf(item, 'a container');
    const networks = fieldsOf(fieldsOf(container['NetworkSettings'], 'NetworkSettings')['Networks'], 'Networks');
    return {
      id: textOf(container['Id'], 'Id'),
      names: listOf(container['Names'], 'Names').map((name) => textOf(name, 'a name')),
      image: textOf(container['Image'], 'Image'),
      imageId: textOf(container['ImageID'], 'ImageID'),
      labels: textEntriesOf(container['Labels'], 'label'),
      ports: listOf(container['Ports'], 'Ports').map(readPort).sort(byPort),
      networkMode: textOf(fieldsOf(container['HostConfig'], 'HostConfig')['NetworkMode'], 'NetworkMode'),
      networks: Object.entries(networks).flatMap(readEndpoint).sort(byName),
    };
  });
}

export function readNetworks(document: unknown): readonly DockerNetwork[] {
  return listOf(document, 'the list of networks').map((item) => {
    const network = fieldsOf(item, 'a network');
    return {
      id: textOf(network['Id'], 'Id'),
      name: textOf(network['Name'], 'Name'),
      scope: textOf(network['Scope'], 'Scope'),
      isInternal: booleanOf(network['Internal'], 'Internal'),
      isIngress: booleanOf(network['Ingress'], 'Ingress'),
      labels: textEntriesOf(network['Labels'], 'label'),
    };
  });
}

function readPort(item: unknown): DockerPort {
  const port = fieldsOf(item, 'a port');
  return {
    type: textOf(port['Type'], 'Type'),
    privatePort: integerOf(port['PrivatePort'], 'PrivatePort'),
    publicPort: integerOf(port['PublicPort'], 'PublicPort'),
    publicIp: textOf(port['IP'], 'IP'),
  };
}

/** A network that is null is none. */
function readEndpoint([networkName, item]: readonly [string, unknown]): readonly DockerEndpoint[] {
  if (item === null) return [];
  const endpoint = fieldsOf(item, 'a network of a container');
  const ip = textOf(endpoint['IPAddress'], 'IPAddress');
  const ip6 = textOf(endpoint['GlobalIPv6Address'], 'GlobalIPv6Address');
  return [{ networkName, networkId: textOf(endpoint['NetworkID'], 'NetworkID'), ip: ip === '' ? ip6 : ip }];
}

/** The daemon lists ports in any order, which is no change. */
function byPort(left: DockerPort, right: DockerPort): number {
  return left.privatePort - right.privatePort || left.publicPort - right.publicPort || compareText(left.publicIp, right.publicIp);
}

function byName(left: DockerEndpoint, right: DockerEndpoint): number {
  return compareText(left.networkName, right.networkName);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
