import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsObject } from '@limpet/model';
import type { ScriptedInstance } from '../../test/scripted-consul.ts';
import { readCatalog, readInstances } from './consul-answer.ts';
import { consulGroup, healthOf, wantedServices } from './consul-group.ts';
import { consulServer } from './consul-server.ts';

const SERVICE = { name: 'web', datacenter: 'dc1', tagSeparator: ',' };

function targetsOf(instances: readonly ScriptedInstance[], tagSeparator = ','): readonly Record<string, string>[] {
  return consulGroup({ ...SERVICE, tagSeparator }, readInstances(instances)).targets.map(labelsObject);
}

test('C-143 a group is named by its service and carries service and datacenter', () => {
  assert.deepEqual(consulGroup(SERVICE, []), {
    source: 'web',
    targets: [],
    labels: [
      ['__meta_consul_dc', 'dc1'],
      ['__meta_consul_service', 'web'],
    ],
  });
});

test('C-143 a target has all labels of its node, its service and its checks', () => {
  const instance = {
    Node: {
      Node: 'node-1',
      Address: '10.0.0.1',
      Datacenter: 'dc1',
      Meta: { 'rack-id': '7', 'consul-network-segment': '' },
      TaggedAddresses: { lan: '10.0.0.1', 'wan-v6': '2001:db8::1' },
    },
    Service: {
      ID: 'web-1',
      Address: '10.9.9.9',
      Port: 8080,
      Tags: ['a', 'b'],
      Meta: { 'v.x': '1' },
      Namespace: 'team',
      Partition: 'part',
      TaggedAddresses: { lan_ipv4: { Address: '10.9.9.9', Port: 8080 } },
    },
    Checks: [{ CheckID: 'c', Status: 'warning' }],
  };
  assert.deepEqual(targetsOf([instance]), [
    {
      __address__: '10.9.9.9:8080',
      __meta_consul_address: '10.0.0.1',
      __meta_consul_health: 'warning',
      __meta_consul_metadata_rack_id: '7',
      __meta_consul_namespace: 'team',
      __meta_consul_node: 'node-1',
      __meta_consul_partition: 'part',
      __meta_consul_service_address: '10.9.9.9',
      __meta_consul_service_id: 'web-1',
      __meta_consul_service_metadata_v_x: '1',
      __meta_consul_service_port: '8080',
      __meta_consul_tagged_address_lan: '10.0.0.1',
      __meta_consul_tagged_address_wan_v6: '2001:db8::1',
      __meta_consul_tags: ',a,b,',
    },
  ]);
});

test('C-143 without an address of its own a service is reached at its node, IPv6 in brackets', () => {
  const [target] = targetsOf([{ Node: { Node: 'n', Address: '2001:db8::5' }, Service: { Port: 90 } }]);
  assert.equal(target?.['__address__'], '[2001:db8::5]:90');
  assert.equal('__meta_consul_service_address' in (target ?? {}), false);
});

test('C-143 tags stand between separators, first and last one included; without tags there are two', () => {
  const [some, none] = targetsOf([{ Service: { Tags: ['x', 'y'] } }, {}], ';');
  assert.equal(some?.['__meta_consul_tags'], ';x;y;');
  assert.equal(none?.['__meta_consul_tags'], ';;');
});

for (const [checks, health] of [
  [[], 'passing'],
  [['a=passing'], 'passing'],
  [['a=passing', 'b=warning'], 'warning'],
  [['a=critical', 'b=warning'], 'critical'],
  [['_node_maintenance=critical', 'b=critical'], 'maintenance'],
  [['_service_maintenance:web-1=critical', 'b=passing'], 'maintenance'],
  [['a=passing', 'b=unheard'], ''],
] as const) {
  test(`C-143 checks [${checks.join(' ')}] make the health ${JSON.stringify(health)}`, () => {
    const read = checks.map((check) => {
      const [id = '', status = ''] = check.split('=');
      return { id, status };
    });
    assert.equal(healthOf(read), health);
  });
}

test('C-141 a service qualifies if it is named, or none is, and has every tag', () => {
  const catalog = readCatalog({ web: ['a', 'b'], db: ['a'], bare: null });
  assert.deepEqual(wantedServices(catalog, { services: [], tags: [] }), ['web', 'db', 'bare']);
  assert.deepEqual(wantedServices(catalog, { services: ['db', 'none'], tags: [] }), ['db']);
  assert.deepEqual(wantedServices(catalog, { services: [], tags: ['a'] }), ['web', 'db']);
  assert.deepEqual(wantedServices(catalog, { services: [], tags: ['b', 'a'] }), ['web']);
  assert.deepEqual(wantedServices(catalog, { services: ['db'], tags: ['b'] }), []);
});

for (const { server, scheme = 'http', pathPrefix = '', baseUrl, socketPath = '' } of [
  { server: 'localhost:8500', baseUrl: 'http://localhost:8500' },
  { server: ' c.test:8500 ', scheme: 'https', baseUrl: 'https://c.test:8500' },
  { server: 'c.test', pathPrefix: 'consul/x/', baseUrl: 'http://c.test/consul/x' },
  { server: 'c.test', pathPrefix: '/consul', baseUrl: 'http://c.test/consul' },
  { server: 'https://c.test', baseUrl: 'https://c.test' },
  { server: 'http://c.test', scheme: 'https', baseUrl: 'https://c.test' },
  { server: 'http://c.test/behind/proxy', pathPrefix: 'unused', baseUrl: 'http://c.test/behind/proxy' },
  { server: 'unix:///run/consul.sock', baseUrl: 'http://localhost', socketPath: '/run/consul.sock' },
]) {
  test(`C-140 the server ${server.trim()} with scheme ${scheme} and prefix ${JSON.stringify(pathPrefix)} is ${baseUrl}`, () => {
    assert.deepEqual(consulServer({ server, scheme, pathPrefix }), { ok: true, value: { baseUrl, socketPath } });
  });
}
