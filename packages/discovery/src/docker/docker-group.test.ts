import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsObject, labelValue } from '@limpet/model';
import type { ScriptedContainer } from '../../test/scripted-docker.ts';
import { readContainers, readNetworks } from './docker-answer.ts';
import { dockerGroup } from './docker-group.ts';
import type { DockerChoice } from './docker-group.ts';

const CHOICE: DockerChoice = { port: 80, hostNetworkingHost: 'localhost', matchFirstNetwork: true };
const NETWORKS = [
  { Id: 'n1', Name: 'front', Scope: 'local', Internal: false, Ingress: true, Labels: { 'com.docker/x': 'y' } },
  { Id: 'n2', Name: 'back', Scope: 'swarm', Internal: true, Ingress: false, Labels: null },
];

/** The targets of these containers, as objects. */
function targetsOf(containers: readonly ScriptedContainer[], choice: Partial<DockerChoice> = {}): readonly Record<string, string>[] {
  const group = dockerGroup(readContainers(containers), readNetworks(NETWORKS), { ...CHOICE, ...choice });
  assert.equal(group.source, 'Docker');
  assert.deepEqual(group.labels, []);
  return group.targets.map(labelsObject);
}

function addressesOf(containers: readonly ScriptedContainer[], choice: Partial<DockerChoice> = {}): readonly (string | undefined)[] {
  return targetsOf(containers, choice).map((target) => target['__address__']);
}

const container = (changes: Partial<ScriptedContainer>): ScriptedContainer => ({
  Id: 'c1',
  Names: ['/one', '/other'],
  HostConfig: { NetworkMode: 'front' },
  NetworkSettings: { Networks: { front: { NetworkID: 'n1', IPAddress: '10.0.0.1' } } },
  ...changes,
});

test('C-160 a target has all labels of its container, network and port', () => {
  const whole = container({
    Image: 'prom/node-exporter:v1',
    ImageID: 'sha256:1',
    Labels: { 'com.docker.compose.project': 'p', 'é-x': 'z' },
    Ports: [{ Type: 'tcp', PrivatePort: 9100, PublicPort: 19_100, IP: '0.0.0.0' }],
  });
  assert.deepEqual(targetsOf([whole]), [
    {
      __address__: '10.0.0.1:9100',
      __meta_docker_container_id: 'c1',
      __meta_docker_container_image: 'prom/node-exporter:v1',
      __meta_docker_container_image_id: 'sha256:1',
      __meta_docker_container_label___x: 'z',
      __meta_docker_container_label_com_docker_compose_project: 'p',
      __meta_docker_container_name: '/one',
      __meta_docker_container_network_mode: 'front',
      __meta_docker_network_id: 'n1',
      __meta_docker_network_ingress: 'true',
      __meta_docker_network_internal: 'false',
      __meta_docker_network_ip: '10.0.0.1',
      __meta_docker_network_label_com_docker_x: 'y',
      __meta_docker_network_name: 'front',
      __meta_docker_network_scope: 'local',
      __meta_docker_port_private: '9100',
      __meta_docker_port_public: '19100',
      __meta_docker_port_public_ip: '0.0.0.0',
    },
  ]);
});

test('C-160 each TCP port is a target, in the order of ports; one that is not published has no public side', () => {
  const ports = [
    { Type: 'udp', PrivatePort: 53 },
    { Type: 'tcp', PrivatePort: 9200 },
    { Type: 'tcp', PrivatePort: 9100 },
  ];
  const targets = targetsOf([container({ Ports: ports })]);
  assert.deepEqual(
    targets.map((target) => target['__address__']),
    ['10.0.0.1:9100', '10.0.0.1:9200'],
  );
  assert.equal('__meta_docker_port_public' in (targets[0] ?? {}), false);
  assert.equal('__meta_docker_port_public_ip' in (targets[0] ?? {}), false);
});

test('C-160 without a TCP port the address has the port of the section, and no label of a port', () => {
  const [target] = targetsOf([container({ Ports: [{ Type: 'udp', PrivatePort: 53 }] })], { port: 8080 });
  assert.equal(target?.['__address__'], '10.0.0.1:8080');
  assert.deepEqual(
    Object.keys(target ?? {}).filter((name) => name.startsWith('__meta_docker_port_')),
    [],
  );
});

test('C-160 in the network of the host the address is what is configured, without a port', () => {
  const host = container({
    HostConfig: { NetworkMode: 'host' },
    NetworkSettings: { Networks: { host: { NetworkID: 'n1', IPAddress: '' } } },
  });
  assert.deepEqual(addressesOf([host]), ['localhost']);
  assert.deepEqual(addressesOf([host], { hostNetworkingHost: 'dock.test' }), ['dock.test']);
});

test('C-160 without an IPv4 address that of IPv6 counts, in brackets', () => {
  const six = container({ NetworkSettings: { Networks: { front: { NetworkID: 'n1', IPAddress: '', GlobalIPv6Address: '2001:db8::2' } } } });
  const [target] = targetsOf([six]);
  assert.equal(target?.['__address__'], '[2001:db8::2]:80');
  assert.equal(target?.['__meta_docker_network_ip'], '2001:db8::2');
  const both = container({
    NetworkSettings: { Networks: { front: { NetworkID: 'n1', IPAddress: '10.0.0.9', GlobalIPv6Address: '2001:db8::2' } } },
  });
  assert.deepEqual(addressesOf([both]), ['10.0.0.9:80']);
});

test('C-160 of several networks the first by name counts, or all of them where match_first_network is off', () => {
  const two = container({
    NetworkSettings: {
      Networks: {
        front: { NetworkID: 'n1', IPAddress: '10.0.0.1' },
        back: { NetworkID: 'n2', IPAddress: '10.1.0.1' },
        aaa: null,
      },
    },
  });
  assert.deepEqual(addressesOf([two]), ['10.1.0.1:80']);
  assert.deepEqual(addressesOf([two], { matchFirstNetwork: false }), ['10.1.0.1:80', '10.0.0.1:80']);
  assert.deepEqual(
    targetsOf([two], { matchFirstNetwork: false }).map((target) => target['__meta_docker_network_name']),
    ['back', 'front'],
  );
});

test('C-160 a container without networks takes those of the container that it shares them with, through others', () => {
  const none = { Networks: {} };
  const owner = container({ Id: 'owner' });
  const middle = container({ Id: 'middle', HostConfig: { NetworkMode: 'container:owner' }, NetworkSettings: none });
  const last = container({
    Id: 'last',
    HostConfig: { NetworkMode: 'container:middle' },
    NetworkSettings: { Networks: null },
    Ports: [{ Type: 'tcp', PrivatePort: 9 }],
  });
  const lost = container({ Id: 'lost', HostConfig: { NetworkMode: 'container:gone' }, NetworkSettings: none });
  assert.deepEqual(addressesOf([last, owner, middle, lost]), ['10.0.0.1:9', '10.0.0.1:80', '10.0.0.1:80']);
  const [target] = targetsOf([last, owner, middle]);
  assert.equal(target?.['__meta_docker_container_network_mode'], 'container:middle');
});

test('C-160 containers that share networks with each other in a circle have none', () => {
  const left = container({ Id: 'left', HostConfig: { NetworkMode: 'container:right' }, NetworkSettings: { Networks: {} } });
  const right = container({ Id: 'right', HostConfig: { NetworkMode: 'container:left' }, NetworkSettings: { Networks: {} } });
  assert.deepEqual(targetsOf([left, right]), []);
});

test('C-160 a container without a name is none; a network that is not listed has no labels', () => {
  assert.deepEqual(targetsOf([container({ Names: null }), container({ Names: [] })]), []);
  const group = dockerGroup(readContainers([container({})]), [], CHOICE);
  const [target] = group.targets;
  assert.equal(labelValue(target ?? [], '__meta_docker_network_ip'), '10.0.0.1');
  assert.equal(labelValue(target ?? [], '__meta_docker_network_id'), '');
});
