import assert from 'node:assert/strict';
import test from 'node:test';
import { equalConfigs, formatScrapeConfig, HTTP_CLIENT_DEFAULTS } from '../src/index.ts';
import type { ConsulDiscoveryConfig, DockerDiscoveryConfig, ServiceDiscoveryConfig } from '../src/index.ts';
import { Secret } from '@limpet/model';
import { load, loadJob } from './loading.ts';

function sections(fields: string): readonly ServiceDiscoveryConfig[] {
  return loadJob(fields).serviceDiscovery;
}

const DOCKER: DockerDiscoveryConfig = {
  mechanism: 'docker',
  host: 'unix:///run/docker.sock',
  port: 80,
  filters: [],
  hostNetworkingHost: 'localhost',
  matchFirstNetwork: true,
  refreshIntervalMs: 60_000,
  httpClient: HTTP_CLIENT_DEFAULTS,
};

const CONSUL: ConsulDiscoveryConfig = {
  mechanism: 'consul',
  server: 'localhost:8500',
  pathPrefix: '',
  token: new Secret(''),
  datacenter: '',
  namespace: '',
  partition: '',
  tagSeparator: ',',
  scheme: 'http',
  allowStale: true,
  refreshIntervalMs: 30_000,
  services: [],
  tags: [],
  nodeMeta: {},
  filter: '',
  healthFilter: '',
  httpClient: HTTP_CLIENT_DEFAULTS,
};

test('C-160 a docker section has its defaults, and every field of it is read', () => {
  const written = `docker_sd_configs:
- host: unix:///run/docker.sock
- host: https://docker.test:2376
  port: 8080
  filters: [{name: label, values: [a, b=c]}, {name: network}]
  host_networking_host: dock.test
  match_first_network: false
  refresh_interval: 5s
  follow_redirects: false
`;
  assert.deepEqual(sections(written), [
    DOCKER,
    {
      mechanism: 'docker',
      host: 'https://docker.test:2376',
      port: 8080,
      filters: [
        { name: 'label', values: ['a', 'b=c'] },
        { name: 'network', values: [] },
      ],
      hostNetworkingHost: 'dock.test',
      matchFirstNetwork: false,
      refreshIntervalMs: 5_000,
      httpClient: { ...HTTP_CLIENT_DEFAULTS, followRedirects: false },
    },
  ]);
});

test('C-004 C-160 null fields of a docker section are zero', () => {
  const written = 'docker_sd_configs: [{host: unix:///x, port: ~, filters: ~, host_networking_host: ~, match_first_network: ~}]';
  assert.deepEqual(sections(written), [{ ...DOCKER, host: 'unix:///x', port: 0, hostNetworkingHost: '', matchFirstNetwork: false }]);
});

test('A-050 C-160 a docker section is written in field order with its defaults, the password of its host masked', () => {
  const text = formatScrapeConfig(
    loadJob('docker_sd_configs: [{host: "https://u:hunter2@d:1", filters: [{name: a, values: [b]}]}, {host: unix:///x}]'),
  );
  const written = `
docker_sd_configs:
- follow_redirects: true
  enable_http2: true
  host: https://u:xxxxx@d:1
  port: 80
  filters:
  - name: a
    values:
    - b
  host_networking_host: localhost
  refresh_interval: 1m
  match_first_network: true
- follow_redirects: true
  enable_http2: true
  host: unix:///x
  port: 80
  filters: []
  host_networking_host: localhost
  refresh_interval: 1m
  match_first_network: true
`;
  assert.ok(text.endsWith(written), text);
});

test('C-140 a consul section has its defaults, and every field of it is read', () => {
  const written = `consul_sd_configs:
- {}
- server: c.test:8501
  path_prefix: /consul
  datacenter: dc1
  namespace: team
  partition: part
  tag_separator: ";"
  scheme: https
  allow_stale: false
  refresh_interval: 1m
  services: [web, db]
  tags: [a, b]
  node_meta: {rack: 1, zone: z}
  filter: x
  health_filter: y
  token: hunter2
  tls_config: {insecure_skip_verify: true}
`;
  assert.deepEqual(sections(written), [
    CONSUL,
    {
      ...CONSUL,
      server: 'c.test:8501',
      pathPrefix: '/consul',
      datacenter: 'dc1',
      namespace: 'team',
      partition: 'part',
      tagSeparator: ';',
      scheme: 'https',
      allowStale: false,
      refreshIntervalMs: 60_000,
      services: ['web', 'db'],
      tags: ['a', 'b'],
      nodeMeta: { rack: '1', zone: 'z' },
      filter: 'x',
      healthFilter: 'y',
      token: new Secret('hunter2'),
      httpClient: { ...HTTP_CLIENT_DEFAULTS, tls: { ...HTTP_CLIENT_DEFAULTS.tls, insecureSkipVerify: true } },
    },
  ]);
  const [, section] = sections(written);
  assert.equal(section?.mechanism === 'consul' ? section.token.reveal() : undefined, 'hunter2');
});

test('C-140 user name and password of a consul section become its basic authentication, and a bearer token may stand beside a token', () => {
  const [user, password, bearer] = sections(`consul_sd_configs:
- {username: u, password: hunter2}
- {password: hunter2}
- {token: x, bearer_token: y}
`);
  assert.ok(user?.mechanism === 'consul' && password?.mechanism === 'consul' && bearer?.mechanism === 'consul');
  assert.deepEqual(user.httpClient.authentication, {
    kind: 'basic',
    username: { from: 'value', value: 'u' },
    password: { from: 'value', value: new Secret('hunter2') },
  });
  assert.deepEqual(password.httpClient.authentication?.kind, 'basic');
  assert.equal(bearer.httpClient.authentication?.kind, 'authorization');
});

test('C-004 C-140 null fields of a consul section are zero; without a scheme it is http', () => {
  assert.deepEqual(sections('consul_sd_configs: [{tag_separator: ~, allow_stale: ~, scheme: ~, services: ~, node_meta: ~, token: ~}]'), [
    { ...CONSUL, tagSeparator: '', allowStale: false },
  ]);
});

test('A-050 C-140 a consul section is written in field order, its secrets masked, and loads again', () => {
  const job = loadJob(`consul_sd_configs:
- {server: "u:hunter2@c.test:8500", token: hunter3, tag_separator: "", services: [a], tags: [t], node_meta: {k: v}, filter: f, health_filter: h,
   path_prefix: /p, datacenter: d, namespace: n, partition: q}
- {username: u, password: hunter4}
`);
  const text = formatScrapeConfig(job);
  assert.ok(
    text.endsWith(`
consul_sd_configs:
- server: u:xxxxx@c.test:8500
  path_prefix: /p
  token: <secret>
  datacenter: d
  namespace: "n"
  partition: q
  tag_separator: ""
  scheme: http
  allow_stale: true
  refresh_interval: 30s
  services:
  - a
  tags:
  - t
  node_meta:
    k: v
  filter: f
  health_filter: h
  follow_redirects: true
  enable_http2: true
- server: localhost:8500
  tag_separator: ","
  scheme: http
  allow_stale: true
  refresh_interval: 30s
  basic_auth:
    username: u
    password: <secret>
  follow_redirects: true
  enable_http2: true
`),
    text,
  );
  const again = load(`scrape_configs:\n${text.replace(/^/gm, '  ').replace('  job_name', '- job_name')}`).scrapeConfigs[0];
  assert.ok(again !== undefined);
  assert.equal(formatScrapeConfig(again), text);
});

test('C-100 docker and consul sections are equal if all of their data is, secrets included', () => {
  const only = (fields: string): ServiceDiscoveryConfig => sections(fields)[0] ?? assert.fail();
  assert.ok(equalConfigs(only('docker_sd_configs: [{host: unix:///x}]'), only('docker_sd_configs: [{host: unix:///x, port: 80}]')));
  assert.ok(!equalConfigs(only('docker_sd_configs: [{host: unix:///x}]'), only('docker_sd_configs: [{host: unix:///y}]')));
  assert.ok(equalConfigs(only('consul_sd_configs: [{token: a}]'), only('consul_sd_configs: [{token: a, refresh_interval: 30s}]')));
  assert.ok(!equalConfigs(only('consul_sd_configs: [{token: a}]'), only('consul_sd_configs: [{token: b}]')));
});

test('C-049 consul, dns, docker, file, http and static sections stand in that order', () => {
  const order = sections(`static_configs: [{targets: [a]}]
http_sd_configs: [{url: "http://h"}]
file_sd_configs: [{files: [a.json]}]
docker_sd_configs: [{host: unix:///x}]
dns_sd_configs: [{names: [a]}]
consul_sd_configs: [{}]
`);
  assert.deepEqual(
    order.map(({ mechanism }) => mechanism),
    ['consul', 'dns', 'docker', 'file', 'http', 'static'],
  );
});
