import assert from 'node:assert/strict';
import test from 'node:test';
import { isSameDomain, redirectStep } from './redirect.ts';

const domains: readonly { readonly first: string; readonly next: string; readonly same: boolean }[] = [
  { first: 'example.com', next: 'example.com', same: true },
  { first: 'example.com', next: 'EXAMPLE.com', same: true },
  { first: 'example.com', next: 'a.example.com', same: true },
  { first: 'example.com', next: 'a.b.example.com', same: true },
  { first: 'a.example.com', next: 'example.com', same: false },
  { first: 'example.com', next: 'badexample.com', same: false },
  { first: 'example.com', next: 'example.org', same: false },
  { first: '127.0.0.1', next: '127.0.0.1', same: true },
  { first: '0.0.1.1', next: '127.0.0.1', same: false },
  { first: '[::1]', next: '[::1]', same: true },
  { first: '[::1]', next: '[::2]', same: false },
  { first: 'localhost', next: '127.0.0.1', same: false },
];

for (const { first, next, same } of domains) {
  test(`C-067 credentials for ${first} ${same ? 'may' : 'may not'} go to ${next}`, () => {
    assert.equal(isSameDomain({ hostname: first }, { hostname: next }), same);
  });
}

test('C-067 a redirect keeps method and body at 307 and 308 only', () => {
  const from = { url: 'http://a.test/x/y?z=1', method: 'POST' as const };
  for (const status of [301, 302, 303]) {
    assert.deepEqual(redirectStep(from, status, '../w'), { url: 'http://a.test/w', method: 'GET', keepsBody: false });
  }
  for (const status of [307, 308]) {
    assert.deepEqual(redirectStep(from, status, '//b.test/'), { url: 'http://b.test/', method: 'POST', keepsBody: true });
  }
  assert.equal(redirectStep(from, 301, 'http://['), undefined);
});
