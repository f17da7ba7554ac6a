import assert from 'node:assert/strict';
import test from 'node:test';
import { RELABEL_DEFAULTS } from '@limpet/relabel';
import { receiverConfig } from '../../test/bench.ts';
import { logPlaces } from './log-place.ts';

function placeOf(overrides: Parameters<typeof receiverConfig>[0], queue = {}): string | undefined {
  return logPlaces([receiverConfig({ hash: 'abc123ff', name: 'abc123', ...overrides }, queue)])[0];
}

test('a receiver without a name has its place by what makes it another receiver, not by tuning or secrets', () => {
  const place = placeOf({});
  assert.match(place ?? '', /^remote-[0-9a-f]{12}$/);
  assert.equal(placeOf({ hash: 'fff999', name: 'fff999', remoteTimeoutMs: 1 }, { maxShards: 3 }), place);
  assert.equal(placeOf({ url: 'http://user:other@receiver.test/' }), placeOf({ url: 'http://user:secret@receiver.test/' }));
  const rule = { ...RELABEL_DEFAULTS, action: 'hashmod', modulus: 8n, sourceLabels: ['a'], targetLabel: 'b' } as const;
  for (const other of [{ url: 'http://elsewhere/' }, { headers: { tenant: 'x' } }, { writeRelabelConfigs: [rule] }])
    assert.notEqual(placeOf(other), place);
});

test('a receiver with a name has its place by that, as a file name; equal receivers have places of their own', () => {
  const named = placeOf({ name: 'EU / west' });
  assert.match(named ?? '', /^EU_west-[0-9a-f]{12}$/);
  assert.equal(placeOf({ name: 'EU / west', url: 'http://elsewhere/' }), named);
  assert.notEqual(placeOf({ name: 'EU ? west' }), named);
  const twice = logPlaces([receiverConfig({ hash: 'abc123ff', name: 'abc123' }), receiverConfig({ hash: 'abc123ff', name: 'abc123' })]);
  assert.equal(new Set(twice).size, 2);
});
