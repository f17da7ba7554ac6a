import assert from 'node:assert/strict';
import test from 'node:test';
import { KUBERNETES_ROLES } from '@limpet/config';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiNode, apiObject } from '../../../test/kubernetes-objects.ts';
import { sourceOf } from './object-group.ts';

for (const role of KUBERNETES_ROLES) {
  test(`C-150 C-153 the source of a ${role} that is gone is the one that it had`, () => {
    const object = role === 'node' ? apiNode('x') : apiObject('x', { namespace: 'shop' });
    assert.equal(sourceOf(role, role === 'node' ? 'x' : 'shop/x'), groupOf(role, object)?.source);
  });
}
