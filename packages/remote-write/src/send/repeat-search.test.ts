import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RepeatSearch } from './repeat-search.ts';

test('whatever start of a batch the receiver has, it gets all the rest, and refuses no more than that start', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }), fc.nat(400), (sizes, known) => {
      const ring = sizes.flatMap((size, scrape) => Array.from({ length: size }, (_, item) => ({ scrape, id: `${scrape}/${item}` })));
      const has = new Set(ring.slice(0, known).map(({ id }) => id));
      const before = new Set(has);
      const all = ring.map(({ id }) => id);
      const search = new RepeatSearch(ring.length, (index) => ring[index]?.scrape);
      let requests = 0;
      let refusedCount = 0;
      while (!search.isDone) {
        const { from, count } = search.span;
        const items = ring.slice(from, from + count);
        assert.ok(items.length === count && ++requests < 1_000);
        // As Prometheus: a request with anything that it has from before is refused whole.
        const isAccepted = items.every(({ id }) => !before.has(id));
        if (isAccepted) for (const { id } of items) has.add(id);
        const { decided, refused } = search.answered(isAccepted);
        refusedCount += refused;
        ring.splice(0, decided);
      }
      assert.deepEqual([...has].toSorted(), all.toSorted());
      assert.equal(refusedCount, before.size);
      assert.ok(requests <= 2 * sizes.length + 10, `${requests} requests for ${sizes.length} scrapes`);
    }),
  );
});
