import assert from 'node:assert/strict';
import test from 'node:test';
import { equalConfigs, formatScrapeConfig, HTTP_CLIENT_DEFAULTS } from '../src/index.ts';
import type { KubernetesDiscoveryConfig } from '../src/index.ts';
import { isFieldSelector, isLabelSelector } from '../src/kubernetes/kubernetes-selector.ts';
import { assertRefused, loadJob } from './loading.ts';

const IN_CLUSTER: KubernetesDiscoveryConfig = {
  mechanism: 'kubernetes',
  role: 'pod',
  apiServer: undefined,
  kubeconfigFile: '',
  httpClient: HTTP_CLIENT_DEFAULTS,
  namespaces: { ownNamespace: false, names: [] },
  selectors: [],
  attachMetadata: { node: false, namespace: false, deployment: false, job: false, cronjob: false },
};

function section(fields: string): KubernetesDiscoveryConfig {
  const [config] = loadJob(`kubernetes_sd_configs: [{${fields}}]`).serviceDiscovery;
  assert.equal(config?.mechanism, 'kubernetes');
  return config;
}

test('a kubernetes section needs a role alone: it looks everywhere in the cluster around it', () => {
  assert.deepEqual(section('role: pod'), IN_CLUSTER);
  for (const role of ['pod', 'service', 'endpoints', 'endpointslice', 'node', 'ingress']) assert.equal(section(`role: ${role}`).role, role);
});

test('a kubernetes section holds what its fields say', () => {
  assert.deepEqual(section('role: endpoints, kubeconfig_file: kube/config, namespaces: {names: [a, b]}'), {
    ...IN_CLUSTER,
    role: 'endpoints',
    kubeconfigFile: '/etc/prom/kube/config',
    namespaces: { ownNamespace: false, names: ['a', 'b'] },
  });
  const full = section(`role: pod, api_server: "https://k:6443", bearer_token_file: token, follow_redirects: false,
    selectors: [{role: node, label: "a in (b,c), !d"}, {role: pod, field: "spec.nodeName=x", label: e}],
    attach_metadata: {node: true, namespace: true, deployment: true, job: true, cronjob: true}`);
  assert.equal(full.apiServer, 'https://k:6443');
  assert.deepEqual(full.httpClient, {
    ...HTTP_CLIENT_DEFAULTS,
    followRedirects: false,
    authentication: { kind: 'authorization', type: 'Bearer', credentials: { from: 'file', path: '/etc/prom/token' } },
  });
  assert.deepEqual(full.selectors, [
    { role: 'node', label: 'a in (b,c), !d', field: '' },
    { role: 'pod', label: 'e', field: 'spec.nodeName=x' },
  ]);
  assert.deepEqual(full.attachMetadata, { node: true, namespace: true, deployment: true, job: true, cronjob: true });
  assert.deepEqual(section('role: pod, namespaces: {own_namespace: true}').namespaces, { ownNamespace: true, names: [] });
  assert.deepEqual(section('role: pod, namespaces: ~, selectors: ~, attach_metadata: ~, api_server: ~'), IN_CLUSTER);
});

const refused = (fields: string): string => `scrape_configs:\n- job_name: a\n  kubernetes_sd_configs:\n  - {${fields}}`;
const API = "api_server: 'https://k'";

for (const { name, fields, words } of [
  {
    name: 'no role',
    fields: 'api_server: http://k',
    words: 'role missing (one of: pod, service, endpoints, endpointslice, node, ingress)',
  },
  { name: 'a role of null', fields: 'role: §~', words: 'role missing' },
  { name: 'an unknown role', fields: 'role: §pods', words: 'unknown Kubernetes SD role "pods"' },
  { name: 'a role in capitals', fields: 'role: §Pod', words: 'unknown Kubernetes SD role "Pod"' },
  {
    name: 'an unknown field',
    fields: 'role: pod, §refresh_interval: 1m',
    words: 'field refresh_interval not found in type kubernetes_sd_config',
  },
  { name: 'an API server that is no URL', fields: "role: pod, api_server: §'https://k:x'", words: 'parse URL: invalid port after host' },
  {
    name: 'an API server beside a kubeconfig file',
    fields: `role: pod, ${API}, kubeconfig_file: §a`,
    words: "cannot use 'kubeconfig_file' and 'api_server' simultaneously",
  },
  {
    name: 'an HTTP client beside a kubeconfig file',
    fields: 'role: pod, kubeconfig_file: §a, bearer_token: x',
    words: "cannot use a custom HTTP client configuration together with 'kubeconfig_file'",
  },
  {
    name: 'an HTTP client without an API server',
    fields: 'role: pod, follow_redirects: false',
    words: "please provide the 'api_server' URL explicitly",
  },
  {
    name: 'a client block that contradicts itself',
    fields: `role: pod, ${API}, bearer_token: §a, bearer_token_file: b`,
    words: 'at most one of bearer_token',
  },
  {
    name: 'the own namespace beside an API server',
    fields: `role: pod, ${API}, namespaces: §{own_namespace: true}`,
    words: "cannot use 'api_server' and 'namespaces.own_namespace' simultaneously",
  },
  {
    name: 'the own namespace beside a kubeconfig file',
    fields: 'role: pod, kubeconfig_file: a, namespaces: §{own_namespace: true}',
    words: "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously",
  },
  {
    name: 'an unknown field of namespaces',
    fields: 'role: pod, namespaces: {§name: [a]}',
    words: 'field name not found in type namespaces',
  },
  {
    name: 'an unknown field of metadata',
    fields: 'role: pod, attach_metadata: {§pod: true}',
    words: 'field pod not found in type attach_metadata',
  },
  {
    name: 'an unknown field of a selector',
    fields: 'role: pod, selectors: [{role: pod, §labels: a}]',
    words: 'field labels not found in type selector',
  },
  { name: 'an unknown role of a selector', fields: 'role: pod, selectors: [{role: §x}]', words: 'unknown Kubernetes SD role "x"' },
  {
    name: 'two selectors of one role',
    fields: 'role: pod, selectors: [{role: pod}, §{role: pod}]',
    words: 'duplicated selector role: pod',
  },
  { name: 'a selector of no role', fields: 'role: node, selectors: [§{label: a}]', words: 'node role supports only node selectors' },
  {
    name: 'a selector of pods for services',
    fields: 'role: service, selectors: [§{role: pod}]',
    words: 'service role supports only service selectors',
  },
  {
    name: 'a selector of endpoints for slices',
    fields: 'role: endpointslice, selectors: [§{role: endpoints}]',
    words: 'endpointslice role supports only pod, service, endpointslice selectors',
  },
  {
    name: 'a selector of nodes for endpoints',
    fields: 'role: endpoints, selectors: [§{role: node}]',
    words: 'endpoints role supports only pod, service, endpoints selectors',
  },
  {
    name: 'a selector of pods for ingresses',
    fields: 'role: ingress, selectors: [§{role: pod}]',
    words: 'ingress role supports only ingress selectors',
  },
  {
    name: 'a selector of services for pods',
    fields: 'role: pod, selectors: [§{role: service}]',
    words: 'pod role supports only pod, node selectors',
  },
  {
    name: 'a label selector that does not parse',
    fields: 'role: pod, selectors: [{role: pod, label: §a=b=c}]',
    words: "invalid selector: 'a=b=c'",
  },
  {
    name: 'a field selector that does not parse',
    fields: 'role: pod, selectors: [{role: pod, field: §metadata.name}]',
    words: "invalid selector: 'metadata.name'",
  },
]) {
  test(`kubernetes discovery with ${name} is refused at its place`, () => {
    const text = refused(fields);
    assertRefused({ name, words, text: fields.includes('§') ? text : text.replace('- {role', '- §{role').replace('- {api', '- §{api') });
  });
}

test('C-006 a null kubernetes section is refused', () => {
  assertRefused({
    name: 'null',
    text: 'scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [§~]',
    words: 'empty or null section in kubernetes_sd_configs',
  });
});

test('label selectors are those of the API server', () => {
  const valid = [
    '',
    ' ',
    'a',
    '!a',
    'a=b',
    'a==b',
    'a != b',
    'a=',
    'a in (b)',
    'a notin (b, c),d',
    'x.io/a-b_c.d=e',
    'a>1',
    'a < -2',
    'a in (b,),c',
  ];
  const invalid = [
    '=b',
    'a=b=c',
    'a in b',
    'a in ()',
    'a,',
    ',a',
    'a b',
    '-a',
    'a-',
    'a'.repeat(64),
    'X/a',
    'a/b/c',
    'a=b c',
    'a>x',
    'a=-',
    '(a)',
  ];
  for (const text of valid) assert.ok(isLabelSelector(text), text);
  for (const text of invalid) assert.ok(!isLabelSelector(text), text);
});

test('field selectors are those of the API server', () => {
  const valid = ['', 'a=b', 'a==b', 'a!=b', 'metadata.name=x,spec.nodeName!=y', 'a=', 'a=b\\,c', 'a=b\\=c', 'a=b\\\\,c=d', ',a=b,'];
  const invalid = ['a', 'a=b=c', 'a=b,c', 'a=\\x', 'a!b', 'a=b\\'];
  for (const text of valid) assert.ok(isFieldSelector(text), text);
  for (const text of invalid) assert.ok(!isFieldSelector(text), text);
});

test('A-050 a kubernetes section is written in field order, what is not set left out', () => {
  const text = formatScrapeConfig(
    loadJob(`kubernetes_sd_configs:
- role: node
- {role: pod, api_server: "https://u:hunter2@k", bearer_token: hunter2, namespaces: {names: [a]}, selectors: [{role: pod, label: x}, {role: node, field: y=z}], attach_metadata: {node: true}}`),
  );
  const written = `
kubernetes_sd_configs:
- role: node
  kubeconfig_file: ""
  follow_redirects: true
  enable_http2: true
- api_server: https://u:xxxxx@k
  role: pod
  kubeconfig_file: ""
  authorization:
    type: Bearer
    credentials: <secret>
  follow_redirects: true
  enable_http2: true
  namespaces:
    own_namespace: false
    names:
    - a
  selectors:
  - role: pod
    label: x
  - role: node
    field: y=z
  attach_metadata:
    node: true
    namespace: false
    deployment: false
    job: false
    cronjob: false
`;
  assert.ok(text.endsWith(written), text);
});

test('C-100 kubernetes sections are equal where everything in them is, secrets included', () => {
  const token = section(`role: pod, ${API}, bearer_token: a`);
  assert.ok(equalConfigs(token, section(`role: pod, ${API}, authorization: {credentials: a}, namespaces: {}`)));
  assert.ok(!equalConfigs(token, section(`role: pod, ${API}, bearer_token: b`)));
  assert.ok(!equalConfigs(section('role: pod'), section('role: pod, attach_metadata: {node: true}')));
});
