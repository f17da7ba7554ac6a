import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiNode, apiObject, apiPod } from '../../../test/kubernetes-objects.ts';

const FULL = apiObject(
  'web-1',
  {
    namespace: 'shop',
    labels: { 'app.kubernetes.io/name': 'web', empty: '' },
    annotations: { 'prometheus.io/scrape': 'true' },
    controller: { kind: 'ReplicaSet', name: 'web-5d' },
  },
  {
    spec: {
      nodeName: 'n1',
      containers: [
        {
          name: 'app',
          image: 'app:1',
          ports: [
            { name: 'web', containerPort: 80, protocol: 'TCP' },
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
          ],
        },
        { name: 'side', image: 'side:2' },
      ],
      initContainers: [{ name: 'init', image: 'init:3', ports: [{ containerPort: 9000, protocol: 'TCP' }] }],
    },
    status: {
      podIP: '10.0.0.1',
      hostIP: '192.168.0.1',
      phase: 'Running',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: 'False' },
      ],
      containerStatuses: [{ name: 'app', containerID: 'containerd://a1' }],
      initContainerStatuses: [{ name: 'init', containerID: 'containerd://i1' }],
    },
  },
);

test('C-152 C-153 C-155 a pod is a group with what it is, its labels and annotations', () => {
  const { source, labels } = groupOf('pod', { ...FULL, metadata: { ...FULL.metadata, uid: 'u-1' } }) ?? {};
  assert.equal(source, 'pod/shop/web-1');
  assert.deepEqual(labels, {
    namespace: 'shop',
    pod_name: 'web-1',
    pod_ip: '10.0.0.1',
    pod_ready: 'false',
    pod_phase: 'Running',
    pod_node_name: 'n1',
    pod_host_ip: '192.168.0.1',
    pod_uid: 'u-1',
    pod_controller_kind: 'ReplicaSet',
    pod_controller_name: 'web-5d',
    pod_label_app_kubernetes_io_name: 'web',
    pod_labelpresent_app_kubernetes_io_name: 'true',
    pod_labelpresent_empty: 'true',
    pod_annotation_prometheus_io_scrape: 'true',
    pod_annotationpresent_prometheus_io_scrape: 'true',
  });
});

test('C-155 each port of a container is a target, a container without ports one of the bare address, init containers too', () => {
  const app = { pod_container_name: 'app', pod_container_id: 'containerd://a1', pod_container_image: 'app:1', pod_container_init: 'false' };
  const port = (name: string, number: string, protocol: string): Record<string, string> => ({
    ...(name === '' ? {} : { pod_container_port_name: name }),
    pod_container_port_number: number,
    pod_container_port_protocol: protocol,
  });
  assert.deepEqual(groupOf('pod', FULL)?.targets, [
    { '!__address__': '10.0.0.1:80', ...app, ...port('web', '80', 'TCP') },
    { '!__address__': '10.0.0.1:53', ...app, ...port('dns', '53', 'UDP') },
    { '!__address__': '10.0.0.1', pod_container_name: 'side', pod_container_image: 'side:2', pod_container_init: 'false' },
    {
      '!__address__': '10.0.0.1:9000',
      pod_container_name: 'init',
      pod_container_id: 'containerd://i1',
      pod_container_image: 'init:3',
      pod_container_init: 'true',
      ...port('', '9000', 'TCP'),
    },
  ]);
});

test('C-155 a pod without an address has no targets and no labels', () => {
  assert.deepEqual(groupOf('pod', apiPod('a', { ip: '' })), { source: 'pod/shop/a', labels: {}, targets: [] });
});

test('C-155 an address of IPv6 is put into brackets where it has a port', () => {
  const addresses = (ports: Record<string, number>): unknown =>
    groupOf('pod', apiPod('a', { ip: 'fd00::1', ports }))?.targets[0]?.['!__address__'];
  assert.deepEqual([addresses({ web: 80 }), addresses({})], ['[fd00::1]:80', 'fd00::1']);
});

test('C-155 a pod whose readiness is not known says so', () => {
  const pod = apiObject('a', { namespace: 'b' }, { status: { podIP: '10.0.0.1', conditions: [{ type: 'Initialized', status: 'True' }] } });
  assert.equal(groupOf('pod', pod)?.labels['pod_ready'], 'unknown');
});

test('C-152 C-155 with node metadata a pod has the labels of its node; without its node it has no targets', () => {
  const attach = { node: true };
  const node = apiNode('n1', { labels: { 'topology/zone': 'z' }, annotations: { a: 'b' } });
  const attached = groupOf('pod', apiPod('a', { nodeName: 'n1' }), { attach, others: { nodes: [node] } });
  assert.equal(attached?.targets.length, 1);
  assert.deepEqual(
    Object.entries(attached.labels).filter(([name]) => name.startsWith('node_')),
    [
      ['node_annotation_a', 'b'],
      ['node_annotationpresent_a', 'true'],
      ['node_label_topology_zone', 'z'],
      ['node_labelpresent_topology_zone', 'true'],
      ['node_name', 'n1'],
    ],
  );
  assert.deepEqual(groupOf('pod', apiPod('a', { nodeName: 'n2' }), { attach, others: { nodes: [node] } })?.targets, []);
  assert.equal(groupOf('pod', apiPod('a', { nodeName: 'n2' }), { others: { nodes: [node] } })?.targets.length, 1);
});

test('C-152 with namespace metadata a pod has labels and annotations of its namespace, not its name', () => {
  const others = { namespaces: [apiObject('shop', { labels: { team: 'x' }, annotations: { cost: '7' } })] };
  const { labels = {} } = groupOf('pod', apiPod('a'), { attach: { namespace: true }, others }) ?? {};
  assert.deepEqual(
    Object.entries(labels).filter(([name]) => name.startsWith('namespace')),
    [
      ['namespace', 'shop'],
      ['namespace_annotation_cost', '7'],
      ['namespace_annotationpresent_cost', 'true'],
      ['namespace_label_team', 'x'],
      ['namespace_labelpresent_team', 'true'],
    ],
  );
  assert.equal(groupOf('pod', apiPod('a'), { others })?.labels['namespace_label_team'], undefined);
});

const OWNERS = {
  replicasets: [
    apiObject('web-5d', { namespace: 'shop', controller: { kind: 'Deployment', name: 'web' } }),
    apiObject('bare', { namespace: 'shop' }),
  ],
  jobs: [
    apiObject('nightly-7', { namespace: 'shop', controller: { kind: 'CronJob', name: 'nightly' } }),
    apiObject('once', { namespace: 'shop' }),
  ],
};
const ALL = { deployment: true, job: true, cronjob: true };

for (const { name, controller, attach, labels } of [
  { name: 'of a deployment', controller: { kind: 'ReplicaSet', name: 'web-5d' }, attach: ALL, labels: { pod_deployment_name: 'web' } },
  {
    name: 'of a deployment, not asked for',
    controller: { kind: 'ReplicaSet', name: 'web-5d' },
    attach: { job: true, cronjob: true },
    labels: {},
  },
  { name: 'of a bare replica set', controller: { kind: 'ReplicaSet', name: 'bare' }, attach: ALL, labels: {} },
  { name: 'of a replica set that is not known', controller: { kind: 'ReplicaSet', name: 'x' }, attach: ALL, labels: {} },
  {
    name: 'of a cron job',
    controller: { kind: 'Job', name: 'nightly-7' },
    attach: ALL,
    labels: { pod_job_name: 'nightly-7', pod_cronjob_name: 'nightly' },
  },
  { name: 'of a job', controller: { kind: 'Job', name: 'once' }, attach: ALL, labels: { pod_job_name: 'once' } },
  {
    name: 'of a cron job, its job not asked for',
    controller: { kind: 'Job', name: 'nightly-7' },
    attach: { cronjob: true },
    labels: { pod_cronjob_name: 'nightly' },
  },
  { name: 'of a daemon set', controller: { kind: 'DaemonSet', name: 'web-5d' }, attach: ALL, labels: {} },
]) {
  test(`C-155 a pod ${name} names who made it as far as asked`, () => {
    const { labels: found = {} } = groupOf('pod', apiPod('a', { controller }), { attach, others: OWNERS }) ?? {};
    const makers = Object.entries(found).filter(([label]) => /^pod_(?:deployment|job|cronjob)_name$/.test(label));
    assert.deepEqual(Object.fromEntries(makers), labels);
    assert.deepEqual([found['pod_controller_kind'], found['pod_controller_name']], [controller.kind, controller.name]);
  });
}
