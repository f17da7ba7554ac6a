import assert from 'node:assert/strict';
import test from 'node:test';
import type { Exemplar } from '@limpet/model';
import { acceptExemplars } from './exemplars.ts';

const exemplar = (label: string, value: number, timestampMs?: number): Exemplar => ({ labels: [['t', label]], value, timestampMs });

test('S-128 exemplars are stored in order of time, value, labels', () => {
  const given = [exemplar('a', 2, 20), exemplar('b', 1, 10), exemplar('c', 1, 20), exemplar('b', 1, 20)];
  const { accepted } = acceptExemplars(given, { before: undefined, timestampMs: 15, needsOwnTime: false });
  assert.deepEqual(
    accepted.map(({ exposed, atMs }) => `${exposed.labels[0]?.[1]} ${exposed.value} ${atMs}`),
    ['b 1 10', 'b 1 20', 'c 1 20', 'a 2 20'],
  );
});

test('S-128 E-115 an exemplar without a time is dropped on a native histogram, and has the time of other samples', () => {
  const given = [exemplar('a', 1), exemplar('b', 1, 7)];
  const times = (needsOwnTime: boolean) =>
    acceptExemplars(given, { before: undefined, timestampMs: 5, needsOwnTime }).accepted.map(({ atMs }) => atMs);
  assert.deepEqual([times(true), times(false)], [[7], [5, 7]]);
});

test('S-128 exemplars out of order count only where all of the entry are', () => {
  const last = { exposed: exemplar('z', 1, 10), atMs: 10 };
  const outOfOrder = (...given: Exemplar[]) =>
    acceptExemplars(given, { before: last, timestampMs: 5, needsOwnTime: false }).outOfOrderCount;
  assert.equal(outOfOrder(exemplar('a', 1, 8), exemplar('a', 1, 9)), 2);
  assert.equal(outOfOrder(exemplar('a', 1, 8), exemplar('a', 1, 11)), 0);
});
