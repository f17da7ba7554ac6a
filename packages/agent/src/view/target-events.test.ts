import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom, silentLog } from '@limpet/model';
import { newLoopEntry } from '@limpet/scrape';
import type { LoopEntry } from '@limpet/scrape';
import { EventHub } from '../event/event-hub.ts';
import { TargetEvents } from './target-events.ts';

function entryOf(id: string, changes: Partial<LoopEntry> = {}): LoopEntry {
  const publicLabels = labelsFrom([['instance', 'h:1']]);
  const target = {
    key: '1',
    labels: publicLabels,
    publicLabels,
    discovered: { target: [], group: [] },
    url: 'http://h:1/metrics',
    instance: 'h:1',
    intervalMs: 1,
    timeoutMs: 1,
    socketPath: '',
    scrapeNativeHistograms: false,
    convertClassicHistogramsToNhcb: false,
    alwaysScrapeClassicHistograms: false,
  };
  return Object.assign(newLoopEntry({ id, job: 'a', target }), changes);
}

function heard(): { readonly events: TargetEvents; readonly told: object[] } {
  const hub = new EventHub({ log: silentLog, wall: () => 7 });
  const told: object[] = [];
  hub.onAny((event) => told.push(event));
  return { events: new TargetEvents(hub), told };
}

const IDENTITY = { atMs: 7, id: 'one', pool: 'a', url: 'http://h:1/metrics', labels: { instance: 'h:1' } };

test('a target is told of when it is found, when its health changes, and when it is gone', () => {
  const { events, told } = heard();
  const entry = entryOf('one');
  events.started(entry);
  events.appended(Object.assign(entry, { health: 'up' }));
  events.appended(entry);
  events.appended(Object.assign(entry, { health: 'down', lastError: 'connection refused' }));
  events.appended(entry);
  events.appended(Object.assign(entry, { health: 'up', lastError: '' }));
  events.ended('one');
  assert.deepEqual(told, [
    { type: 'target.discovered', ...IDENTITY },
    { type: 'target.up', ...IDENTITY },
    { type: 'target.down', ...IDENTITY, error: 'connection refused' },
    { type: 'target.up', ...IDENTITY },
    { type: 'target.removed', ...IDENTITY },
  ]);
});

test('a loop that nobody was told of is not told of when it ends', () => {
  const { events, told } = heard();
  events.appended(entryOf('unknown', { health: 'up' }));
  events.ended('unknown');
  events.started(entryOf('one'));
  events.ended('one');
  events.ended('one');
  assert.deepEqual(
    told.map((event) => (event as { type: string }).type),
    ['target.discovered', 'target.removed'],
  );
});
