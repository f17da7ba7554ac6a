import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { FLAP_SCRAPES, FlapWindow } from './flap-window.ts';

const verdicts = (window: FlapWindow, changes: readonly boolean[]) => changes.map((hasChanged) => window.scraped(hasChanged));

test('the fifth change within twenty scrapes makes a target flap, and it is told once', () => {
  const window = new FlapWindow();
  const seen = verdicts(window, [true, false, true, false, true, true, false, true, true]);
  assert.deepEqual(seen, [undefined, undefined, undefined, undefined, undefined, undefined, undefined, 'flapping', undefined]);
});

test('it is steady when nineteen of twenty scrapes left its health as it was', () => {
  const window = new FlapWindow();
  verdicts(window, [true, true, true, true, true]);
  const seen = verdicts(
    window,
    Array.from({ length: FLAP_SCRAPES }, () => false),
  );
  assert.equal(seen.indexOf('steady'), FLAP_SCRAPES - 2);
  assert.equal(seen.filter((verdict) => verdict !== undefined).length, 1);
});

test('changes that lie far apart are no flapping', () => {
  const window = new FlapWindow();
  const rare = Array.from({ length: 500 }, (_, index) => index % 5 === 0);
  assert.deepEqual(new Set(verdicts(window, rare)), new Set([undefined]));
});

test('verdicts alternate, and the count is that of the last scrapes', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (changes) => {
      const window = new FlapWindow();
      const told = verdicts(window, changes).filter((verdict) => verdict !== undefined);
      assert.ok(told.every((verdict, index) => verdict === (index % 2 === 0 ? 'flapping' : 'steady')));
      assert.equal(window.changeCount, changes.slice(-FLAP_SCRAPES).filter(Boolean).length);
    }),
  );
});
