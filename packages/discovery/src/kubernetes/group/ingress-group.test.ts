import assert from 'node:assert/strict';
import test from 'node:test';
import { groupOf } from '../../../test/kubernetes-group.ts';
import { apiObject } from '../../../test/kubernetes-objects.ts';

test('C-152 C-153 C-159 an ingress is one target for each path of each host', () => {
  const ingress = apiObject(
    'web',
    { namespace: 'shop', labels: { a: 'b' } },
    {
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['a.test'] }],
        rules: [
          { host: 'a.test', http: { paths: [{ path: '/x' }, { path: '' }] } },
          { host: 'b.test' },
          { host: 'c.test', http: { paths: [] } },
        ],
      },
    },
  );
  const target = (host: string, path: string, scheme: string): Record<string, string> => ({
    '!__address__': host,
    ingress_host: host,
    ingress_path: path,
    ingress_scheme: scheme,
  });
  assert.deepEqual(groupOf('ingress', ingress), {
    source: 'ingress/shop/web',
    targets: [
      target('a.test', '/x', 'https'),
      target('a.test', '/', 'https'),
      target('b.test', '/', 'http'),
      target('c.test', '/', 'http'),
    ],
    labels: { namespace: 'shop', ingress_name: 'web', ingress_class_name: 'nginx', ingress_label_a: 'b', ingress_labelpresent_a: 'true' },
  });
});

for (const { pattern, host, scheme } of [
  { pattern: 'a.test', host: 'a.test', scheme: 'https' },
  { pattern: 'a.test', host: 'b.test', scheme: 'http' },
  { pattern: '*.test', host: 'a.test', scheme: 'https' },
  { pattern: '*.test', host: 'b.a.test', scheme: 'http' },
  { pattern: '*.test', host: 'test', scheme: 'http' },
  { pattern: '*.a.test', host: 'b.a.test', scheme: 'https' },
  { pattern: '*.a.test', host: 'b.c.test', scheme: 'http' },
  { pattern: '*.a', host: 'b.a.test', scheme: 'http' },
  { pattern: 'b.*.test', host: 'b.a.test', scheme: 'http' },
  { pattern: '*', host: 'a', scheme: 'https' },
  { pattern: '', host: '', scheme: 'https' },
]) {
  test(`C-159 a certificate for ${JSON.stringify(pattern)} makes ${JSON.stringify(host)} ${scheme}`, () => {
    const ingress = apiObject('web', { namespace: 'shop' }, { spec: { tls: [{}, { hosts: ['other', pattern] }], rules: [{ host }] } });
    assert.equal(groupOf('ingress', ingress)?.targets[0]?.['ingress_scheme'], scheme);
  });
}
