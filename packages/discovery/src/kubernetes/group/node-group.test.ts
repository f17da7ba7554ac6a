import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiNode, apiObject } from '../../../test/kubernetes-objects.ts';

function nodeWith(...addresses: readonly (readonly [type: string, address: string])[]): ReturnType<typeof apiObject> {
  return apiObject(
    'n1',
    {},
    {
      status: {
        addresses: addresses.map(([type, address]) => ({ type, address })),
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
  );
}

test('C-152 C-153 C-154 a node is its kubelet, with its labels, conditions, provider and addresses', () => {
  const node = apiObject(
    'n1',
    { labels: { 'a.b/c': 'd' }, annotations: { e: 'f' } },
    {
      spec: { providerID: 'aws:///i-1' },
      status: {
        addresses: [
          { type: 'Hostname', address: 'n1.local' },
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'InternalIP', address: 'fd00::1' },
        ],
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'MemoryPressure', status: 'Unknown' },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
  );
  assert.deepEqual(groupOf('node', node), {
    source: 'node/n1',
    targets: [
      { '!__address__': '10.0.0.1:10250', '!instance': 'n1', node_address_Hostname: 'n1.local', node_address_InternalIP: '10.0.0.1' },
    ],
    labels: {
      node_name: 'n1',
      node_provider_id: 'aws:///i-1',
      node_condition_ready: 'true',
      node_condition_memorypressure: 'unknown',
      node_label_a_b_c: 'd',
      node_labelpresent_a_b_c: 'true',
      node_annotation_e: 'f',
      node_annotationpresent_e: 'true',
    },
  });
});

test('C-154 addresses are preferred from the internal to the host name', () => {
  const order = ['InternalIP', 'InternalDNS', 'ExternalIP', 'ExternalDNS', 'LegacyHostIP', 'Hostname'].map(
    (type) => [type, `a-${type}`] as const,
  );
  for (const [index, [, address]] of order.entries()) {
    assert.equal(groupOf('node', nodeWith(...order.slice(index).reverse()))?.targets[0]?.['!__address__'], `${address}:10250`);
  }
});

test('C-154 a node without an address tells nothing', () => {
  assert.equal(groupOf('node', nodeWith()), undefined);
  assert.equal(groupOf('node', nodeWith(['Unheard', 'x'])), undefined);
});

test('C-154 an address of IPv6 is put into brackets', () => {
  assert.equal(groupOf('node', apiNode('n1', {}, 'fd00::1'))?.targets[0]?.['!__address__'], '[fd00::1]:10250');
});
