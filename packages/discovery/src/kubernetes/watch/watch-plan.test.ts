import assert from 'node:assert/strict';
import test from 'node:test';
import type { KubernetesRole } from '@limpet/config';
import { kubernetesSection, NO_METADATA } from '../../../test/sections.ts';
import { watchesOf } from './watch-plan.ts';

const ALL = { node: true, namespace: true, deployment: true, job: true, cronjob: true };
const CORE = '/api/v1';
const WATCHES: Readonly<Record<KubernetesRole, { readonly bare: readonly string[]; readonly attached: readonly string[] }>> = {
  pod: { bare: [`${CORE}/pods`], attached: [`${CORE}/nodes`, '/apis/apps/v1/replicasets', '/apis/batch/v1/jobs', `${CORE}/namespaces`] },
  service: { bare: [`${CORE}/services`], attached: [`${CORE}/namespaces`] },
  endpoints: {
    bare: [`${CORE}/endpoints`, `${CORE}/services`, `${CORE}/pods`],
    attached: [`${CORE}/nodes`, '/apis/apps/v1/replicasets', '/apis/batch/v1/jobs', `${CORE}/namespaces`],
  },
  endpointslice: {
    bare: ['/apis/discovery.k8s.io/v1/endpointslices', `${CORE}/services`, `${CORE}/pods`],
    attached: [`${CORE}/nodes`, '/apis/apps/v1/replicasets', '/apis/batch/v1/jobs', `${CORE}/namespaces`],
  },
  node: { bare: [`${CORE}/nodes`], attached: [] },
  ingress: { bare: ['/apis/networking.k8s.io/v1/ingresses'], attached: [`${CORE}/namespaces`] },
};

for (const [role, { bare, attached }] of Object.entries(WATCHES)) {
  test(`C-150 role ${role} watches its objects and those that its groups speak of, and no others`, () => {
    const paths = (attachMetadata: typeof ALL): readonly string[] =>
      watchesOf(kubernetesSection({ role: role as KubernetesRole, attachMetadata }), '').map(({ path }) => path);
    assert.deepEqual(paths(NO_METADATA), bare);
    assert.deepEqual(paths(ALL), [...bare, ...attached]);
  });
}

test('a job that is only named needs no watch of jobs', () => {
  const watches = watchesOf(kubernetesSection({ attachMetadata: { ...NO_METADATA, job: true } }), '');
  assert.deepEqual(
    watches.map(({ name }) => name),
    ['pods'],
  );
});

test('C-151 the own namespace joins those that are named, each once; the cluster has no namespace', () => {
  const watches = (names: readonly string[], ownNamespace: boolean): readonly string[] =>
    watchesOf(kubernetesSection({ attachMetadata: { ...NO_METADATA, node: true }, namespaces: { names, ownNamespace } }), 'own').map(
      ({ path }) => path,
    );
  assert.deepEqual(watches([], false), ['/api/v1/pods', '/api/v1/nodes']);
  assert.deepEqual(watches([], true), ['/api/v1/namespaces/own/pods', '/api/v1/nodes']);
  assert.deepEqual(watches(['a/b', 'own'], true), ['/api/v1/namespaces/a%2Fb/pods', '/api/v1/namespaces/own/pods', '/api/v1/nodes']);
});
