import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiEndpoints, apiNode, apiObject, apiPod, apiService } from '../../../test/kubernetes-objects.ts';

test('C-152 C-153 C-157 addresses are targets at each of their ports, ready or not', () => {
  const endpoints = apiObject(
    'web',
    { namespace: 'shop', labels: { a: 'b' }, annotations: { c: 'd' } },
    {
      subsets: [
        {
          addresses: [{ ip: '10.0.0.1', hostname: 'h1', nodeName: 'n1' }],
          notReadyAddresses: [{ ip: 'fd00::2', targetRef: { kind: 'Node', name: 'n2' } }],
          ports: [
            { name: 'web', port: 80, protocol: 'TCP' },
            { port: 81, protocol: 'UDP' },
          ],
        },
        { addresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'x', port: 82, protocol: 'TCP' }] },
      ],
    },
  );
  const first = { endpoint_ready: 'true', endpoint_hostname: 'h1', endpoint_node_name: 'n1' };
  const second = { endpoint_ready: 'false', endpoint_address_target_kind: 'Node', endpoint_address_target_name: 'n2' };
  const web = { endpoint_port_name: 'web', endpoint_port_protocol: 'TCP' };
  assert.deepEqual(groupOf('endpoints', endpoints), {
    source: 'endpoints/shop/web',
    targets: [
      { '!__address__': '10.0.0.1:80', ...first, ...web },
      { '!__address__': '[fd00::2]:80', ...second, ...web },
      { '!__address__': '10.0.0.1:81', ...first, endpoint_port_protocol: 'UDP' },
      { '!__address__': '[fd00::2]:81', ...second, endpoint_port_protocol: 'UDP' },
      { '!__address__': '10.0.0.3:82', endpoint_ready: 'true', endpoint_port_name: 'x', endpoint_port_protocol: 'TCP' },
    ],
    labels: {
      namespace: 'shop',
      endpoints_name: 'web',
      endpoints_label_a: 'b',
      endpoints_labelpresent_a: 'true',
      endpoints_annotation_c: 'd',
      endpoints_annotationpresent_c: 'true',
    },
  });
});

test('C-157 the service of the same name tells its labels', () => {
  const others = {
    services: [apiService('web', { labels: { team: 'x' } }), apiService('web', { namespace: 'other', labels: { team: 'y' } })],
  };
  const { labels = {} } = groupOf('endpoints', apiEndpoints('web', {}), { others }) ?? {};
  assert.deepEqual([labels['service_name'], labels['service_label_team'], labels['service_labelpresent_team']], ['web', 'x', 'true']);
  assert.equal(groupOf('endpoints', apiEndpoints('db', {}), { others })?.labels['service_name'], undefined);
});

test('C-157 an address of a pod has its labels and the container port that it is; its other ports are targets of their own', () => {
  const pod = apiPod('web-1', {
    ip: '10.0.0.1',
    labels: { app: 'web' },
    ports: { web: 80, admin: 81 },
    controller: { kind: 'ReplicaSet', name: 'r' },
  });
  const others = { pods: [pod], replicasets: [apiObject('r', { namespace: 'shop', controller: { kind: 'Deployment', name: 'd' } })] };
  const ofPod = {
    pod_name: 'web-1',
    pod_ip: '10.0.0.1',
    pod_ready: 'true',
    pod_phase: 'Running',
    pod_node_name: 'n1',
    pod_host_ip: '192.168.0.1',
    pod_label_app: 'web',
    pod_labelpresent_app: 'true',
    pod_controller_kind: 'ReplicaSet',
    pod_controller_name: 'r',
    pod_deployment_name: 'd',
  };
  const container = (name: string, number: string): Record<string, string> => ({
    pod_container_name: 'app',
    pod_container_image: 'app:1',
    pod_container_init: 'false',
    pod_container_port_name: name,
    pod_container_port_number: number,
    pod_container_port_protocol: 'TCP',
  });
  const { targets } = groupOf('endpoints', apiEndpoints('web', { 'web-1': '10.0.0.1' }), { others, attach: { deployment: true } }) ?? {};
  assert.deepEqual(targets, [
    {
      '!__address__': '10.0.0.1:80',
      endpoint_port_name: 'web',
      endpoint_port_protocol: 'TCP',
      endpoint_ready: 'true',
      endpoint_address_target_kind: 'Pod',
      endpoint_address_target_name: 'web-1',
      ...ofPod,
      ...container('web', '80'),
    },
    { '!__address__': '10.0.0.1:81', ...ofPod, ...container('admin', '81') },
  ]);
});

test('C-157 a pod behind several ports is listed once, and only the ports that none of them is are added', () => {
  const pod = apiPod('p', { ip: '10.0.0.1', ports: { a: 1, b: 2, c: 3 } });
  const address = { ip: '10.0.0.1', targetRef: { kind: 'Pod', namespace: 'shop', name: 'p' } };
  const endpoints = apiObject(
    'web',
    { namespace: 'shop' },
    {
      subsets: [
        { addresses: [address], ports: [{ port: 1 }] },
        { notReadyAddresses: [address], ports: [{ port: 3 }] },
      ],
    },
  );
  const addresses = groupOf('endpoints', endpoints, { others: { pods: [pod] } })?.targets.map((target) => target['!__address__']);
  assert.deepEqual(addresses, ['10.0.0.1:1', '10.0.0.1:3', '10.0.0.1:2']);
});

test('C-157 a pod without an address adds nothing, one that is not known leaves the address alone', () => {
  const endpoints = apiEndpoints('web', { p: '10.0.0.1' });
  const empty = groupOf('endpoints', endpoints, { others: { pods: [apiPod('p', { ip: '', ports: { web: 80, admin: 81 } })] } });
  assert.deepEqual(
    empty?.targets.map((target) => target['!__address__']),
    ['10.0.0.1:80'],
  );
  assert.equal(empty.targets[0]?.['pod_name'], 'p');
  assert.equal(groupOf('endpoints', endpoints)?.targets[0]?.['pod_name'], undefined);
});

test('C-157 of several containers with the port of an endpoint the last one is told, init containers last', () => {
  const pod = apiPod('p', { ip: '10.0.0.1' });
  const container = (name: string): Record<string, unknown> => ({
    name,
    ports: [
      { name: `${name}-a`, containerPort: 80, protocol: 'UDP' },
      { name: `${name}-b`, containerPort: 80, protocol: 'TCP' },
    ],
  });
  const spec = { containers: [container('one'), container('two')], initContainers: [container('init')] };
  const { targets = [] } = groupOf('endpoints', apiEndpoints('web', { p: '10.0.0.1' }), { others: { pods: [{ ...pod, spec }] } }) ?? {};
  assert.equal(targets.length, 1);
  assert.deepEqual(
    ['name', 'init', 'port_name', 'port_protocol'].map((label) => targets[0]?.[`pod_container_${label}`]),
    ['init', 'true', 'init-a', 'TCP'],
    'the protocol is that of the endpoint',
  );
});

test('C-152 C-157 with node metadata an endpoint has the labels of the node that it names or is', () => {
  const endpoints = apiObject(
    'web',
    { namespace: 'shop' },
    {
      subsets: [
        {
          addresses: [
            { ip: '10.0.0.1', nodeName: 'n1' },
            { ip: '10.0.0.2', targetRef: { kind: 'Node', name: 'n2' } },
            { ip: '10.0.0.3', nodeName: 'n3' },
            { ip: '10.0.0.4' },
          ],
          ports: [{ port: 80 }],
        },
      ],
    },
  );
  const others = { nodes: [apiNode('n1', { labels: { zone: 'a' } }), apiNode('n2', { labels: { zone: 'b' } })] };
  const zones = (attach: { readonly node: boolean }): unknown =>
    groupOf('endpoints', endpoints, { others, attach })?.targets.map((target) => [target['node_name'], target['node_label_zone']]);
  const none = [undefined, undefined];
  assert.deepEqual(zones({ node: true }), [['n1', 'a'], ['n2', 'b'], none, none]);
  assert.deepEqual(zones({ node: false }), [none, none, none, none]);
});

test('C-152 with namespace metadata endpoints have labels of their namespace', () => {
  const others = { namespaces: [apiObject('shop', { labels: { team: 'x' } })] };
  assert.equal(groupOf('endpoints', apiEndpoints('web', {}), { attach: { namespace: true }, others })?.labels['namespace_label_team'], 'x');
});
