import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiNode, apiObject, apiPod, apiService } from '../../../test/kubernetes-objects.ts';
import type { ApiObject } from '../../../test/scripted-kubernetes.ts';

const OF_WEB = { namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } };

function slice(fields: Readonly<Record<string, unknown>>, addressType = 'IPv4'): ApiObject {
  return apiObject('web-abc', OF_WEB, { addressType, ...fields });
}

test('C-152 C-153 C-158 addresses are targets at each of their ports, with what is told of both', () => {
  const object = slice({
    ports: [
      { name: 'web', port: 80, protocol: 'TCP', appProtocol: 'http' },
      { name: '', port: null, protocol: 'UDP' },
    ],
    endpoints: [
      {
        addresses: ['10.0.0.1', '10.0.0.2'],
        conditions: { ready: true, serving: false, terminating: false },
        hostname: 'h1',
        nodeName: 'n1',
        zone: 'z1',
        targetRef: { kind: 'Thing', name: 't1' },
        deprecatedTopology: { 'kubernetes.io/hostname': 'n1' },
      },
      { addresses: ['10.0.0.3'], conditions: {} },
    ],
  });
  const web = {
    endpointslice_port: '80',
    endpointslice_port_name: 'web',
    endpointslice_port_protocol: 'TCP',
    endpointslice_port_app_protocol: 'http',
  };
  const bare = { endpointslice_port_protocol: 'UDP' };
  const first = {
    endpointslice_endpoint_conditions_ready: 'true',
    endpointslice_endpoint_conditions_serving: 'false',
    endpointslice_endpoint_conditions_terminating: 'false',
    endpointslice_endpoint_hostname: 'h1',
    endpointslice_endpoint_node_name: 'n1',
    endpointslice_endpoint_zone: 'z1',
    endpointslice_address_target_kind: 'Thing',
    endpointslice_address_target_name: 't1',
    endpointslice_endpoint_topology_kubernetes_io_hostname: 'n1',
    endpointslice_endpoint_topology_present_kubernetes_io_hostname: 'true',
  };
  assert.deepEqual(groupOf('endpointslice', object), {
    source: 'endpointslice/shop/web-abc',
    targets: [
      { '!__address__': '10.0.0.1:80', ...web, ...first },
      { '!__address__': '10.0.0.2:80', ...web, ...first },
      { '!__address__': '10.0.0.1', ...bare, ...first },
      { '!__address__': '10.0.0.2', ...bare, ...first },
      { '!__address__': '10.0.0.3:80', ...web },
      { '!__address__': '10.0.0.3', ...bare },
    ],
    labels: {
      namespace: 'shop',
      endpointslice_name: 'web-abc',
      endpointslice_address_type: 'IPv4',
      endpointslice_label_kubernetes_io_service_name: 'web',
      endpointslice_labelpresent_kubernetes_io_service_name: 'true',
    },
  });
});

test('C-158 the service is the one that the label names', () => {
  const others = { services: [apiService('web', { labels: { team: 'x' } }), apiService('web-abc', { labels: { team: 'y' } })] };
  const { labels = {} } = groupOf('endpointslice', slice({}), { others }) ?? {};
  assert.deepEqual([labels['service_name'], labels['service_label_team']], ['web', 'x']);
  const unnamed = groupOf('endpointslice', apiObject('web-abc', { namespace: 'shop' }, {}), { others });
  assert.equal(unnamed?.labels['service_name'], undefined);
});

test('C-158 an address of a pod has its labels and the container port that it is; its other ports are targets of their own', () => {
  const object = slice({
    ports: [{ name: 'web', port: 80, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', namespace: 'shop', name: 'p' } }],
  });
  const others = { pods: [apiPod('p', { ip: '10.0.0.1', ports: { http: 80, admin: 81 } })] };
  const { targets = [] } = groupOf('endpointslice', object, { others }) ?? {};
  assert.deepEqual(
    targets.map((target) => [target['!__address__'], target['pod_name'], target['pod_container_port_name'], target['endpointslice_port']]),
    [
      ['10.0.0.1:80', 'p', 'http', '80'],
      ['10.0.0.1:81', 'p', 'admin', undefined],
    ],
  );
});

test('C-158 a port without a number is no port of a container', () => {
  const object = slice({
    ports: [{ name: 'any' }],
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', namespace: 'shop', name: 'p' } }],
  });
  const { targets = [] } = groupOf('endpointslice', object, { others: { pods: [apiPod('p', { ip: '10.0.0.1' })] } }) ?? {};
  assert.deepEqual(
    targets.map((target) => [target['!__address__'], target['pod_name'], target['pod_container_port_name']]),
    [
      ['10.0.0.1', 'p', undefined],
      ['10.0.0.1:80', 'p', 'web'],
    ],
  );
});

for (const { name, policy, families, addressType, has } of [
  {
    name: 'the first family of a dual-stack service',
    policy: 'PreferDualStack',
    families: ['IPv6', 'IPv4'],
    addressType: 'IPv6',
    has: true,
  },
  {
    name: 'the second family of a dual-stack service',
    policy: 'PreferDualStack',
    families: ['IPv6', 'IPv4'],
    addressType: 'IPv4',
    has: false,
  },
  {
    name: 'the second family that a service requires',
    policy: 'RequireDualStack',
    families: ['IPv4', 'IPv6'],
    addressType: 'IPv6',
    has: false,
  },
  { name: 'a service of one family', policy: 'SingleStack', families: ['IPv4'], addressType: 'IPv6', has: true },
  { name: 'a service without families', policy: 'RequireDualStack', families: [], addressType: 'IPv6', has: true },
]) {
  test(`C-158 a slice of ${name} has ${has ? 'its' : 'no'} targets`, () => {
    const object = slice({ ports: [{ port: 80 }], endpoints: [{ addresses: ['a'] }] }, addressType);
    const others = { services: [apiService('web', {}, { ipFamilyPolicy: policy, ipFamilies: families })] };
    const group = groupOf('endpointslice', object, { others });
    assert.equal(group?.targets.length, has ? 1 : 0);
    assert.equal(group.source, 'endpointslice/shop/web-abc');
  });
}

test('C-152 C-158 node and namespace metadata are attached as to endpoints', () => {
  const object = slice({
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ['a'], nodeName: 'n1' }, { addresses: ['b'], targetRef: { kind: 'Node', name: 'n1' } }, { addresses: ['c'] }],
  });
  const others = { nodes: [apiNode('n1', { labels: { zone: 'z' } })], namespaces: [apiObject('shop', { labels: { team: 'x' } })] };
  const group = groupOf('endpointslice', object, { others, attach: { node: true, namespace: true } });
  assert.deepEqual(
    group?.targets.map((target) => target['node_label_zone']),
    ['z', 'z', undefined],
  );
  assert.equal(group.labels['namespace_label_team'], 'x');
});
