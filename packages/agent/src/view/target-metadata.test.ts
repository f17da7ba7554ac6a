import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import { emptyTables, newLoopEntry } from '@limpet/scrape';
import type { Target } from '@limpet/scrape';
import { targetMetadata } from './target-metadata.ts';

function targetOf(address: string): Target {
  const publicLabels = labelsFrom([['instance', address]]);
  return {
    key: address,
    labels: publicLabels,
    publicLabels,
    discovered: { target: [], group: [] },
    url: `http://${address}/metrics`,
    instance: address,
    intervalMs: 1,
    timeoutMs: 1,
    socketPath: '',
    scrapeNativeHistograms: false,
    convertClassicHistogramsToNhcb: false,
    alwaysScrapeClassicHistograms: false,
  };
}

test('A-041 metadata is what each loop remembers, in the order of the targets, without loops that are ending', () => {
  const tables = emptyTables();
  for (const address of ['b:1', 'a:1', 'gone:1']) {
    const entry = newLoopEntry({ id: address, job: 'node', target: targetOf(address) });
    entry.cache.metadata.setType(`from_${address.slice(0, 1)}`, 'counter', 1);
    tables.loops.set(address, entry);
  }
  const found = targetMetadata(tables, (id) => (id === 'gone:1' ? 'marking' : 'idle.waiting'));
  assert.deepEqual(
    found.map(({ labels }) => labels),
    [[['instance', 'a:1']], [['instance', 'b:1']]],
  );
  const family = { family: 'from_a', type: 'counter', help: '', unit: '' };
  assert.deepEqual([found[0]?.list(), found[0]?.get('from_a'), found[0]?.get('from_b')], [[family], family, undefined]);
});
