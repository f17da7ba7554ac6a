import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiObject, apiService } from '../../../test/kubernetes-objects.ts';

test('C-152 C-153 C-156 a service is one target for each port, by its name in the cluster', () => {
  const ports = [
    { name: 'web', port: 80, protocol: 'TCP' },
    { name: '', port: 53, protocol: 'UDP' },
  ];
  const service = apiService('web', { labels: { app: 'x' }, annotations: { a: 'b' } }, { ports });
  assert.deepEqual(groupOf('service', service), {
    source: 'svc/shop/web',
    targets: [
      {
        '!__address__': 'web.shop.svc:80',
        service_port_name: 'web',
        service_port_number: '80',
        service_port_protocol: 'TCP',
        service_type: 'ClusterIP',
        service_cluster_ip: '10.1.0.1',
      },
      {
        '!__address__': 'web.shop.svc:53',
        service_port_number: '53',
        service_port_protocol: 'UDP',
        service_type: 'ClusterIP',
        service_cluster_ip: '10.1.0.1',
      },
    ],
    labels: {
      namespace: 'shop',
      service_name: 'web',
      service_label_app: 'x',
      service_labelpresent_app: 'true',
      service_annotation_a: 'b',
      service_annotationpresent_a: 'true',
    },
  });
});

test('C-156 a service of an external name tells that name in place of its address', () => {
  const target = groupOf('service', apiService('web', {}, { type: 'ExternalName', externalName: 'other.test' }))?.targets[0];
  assert.equal(target?.['service_external_name'], 'other.test');
  assert.equal(target['service_cluster_ip'], undefined);
});

for (const { name, type, spec, ingress, found } of [
  {
    name: 'the addresses given',
    type: 'LoadBalancer',
    spec: '1.1.1.1',
    ingress: [{ ip: '2.2.2.2' }, { hostname: 'x' }, { ip: '3.3.3.3' }],
    found: '2.2.2.2,3.3.3.3',
  },
  {
    name: 'the address asked for where none was given',
    type: 'LoadBalancer',
    spec: '1.1.1.1',
    ingress: [{ hostname: 'x' }],
    found: '1.1.1.1',
  },
  { name: 'nothing where there is nothing', type: 'LoadBalancer', spec: '', ingress: [], found: undefined },
  { name: 'nothing for a service of another type', type: 'NodePort', spec: '1.1.1.1', ingress: [{ ip: '2.2.2.2' }], found: undefined },
]) {
  test(`C-156 of a load balancer a service tells ${name}`, () => {
    const service = { ...apiService('web', {}, { type, loadBalancerIP: spec }), status: { loadBalancer: { ingress } } };
    assert.equal(groupOf('service', service)?.targets[0]?.['service_loadbalancer_ip'], found);
  });
}

test('C-152 with namespace metadata a service has labels of its namespace', () => {
  const others = { namespaces: [apiObject('shop', { labels: { team: 'x' } })] };
  assert.equal(groupOf('service', apiService('web'), { attach: { namespace: true }, others })?.labels['namespace_label_team'], 'x');
});
