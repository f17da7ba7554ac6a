import assert from 'node:assert/strict';
import test from 'node:test';
import type { ScrapeConfig } from '@limpet/config';
import { labelsFrom, silentLog } from '@limpet/model';
import { newLoopEntry } from '@limpet/scrape';
import type { LoopEntry } from '@limpet/scrape';
import { EventHub } from './event-hub.ts';
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

function heard(config?: Partial<ScrapeConfig>): { readonly events: TargetEvents; readonly told: object[] } {
  const hub = new EventHub({ log: silentLog, wall: () => 7 });
  const told: object[] = [];
  hub.onAny((event) => {
    const { eventId, ...rest } = event;
    assert.match(eventId, /^7-\d+$/);
    told.push(rest);
  });
  return { events: new TargetEvents(hub, () => config as ScrapeConfig | undefined), told };
}

const IDENTITY = { atMs: 7, id: 'one', pool: 'a', url: 'http://h:1/metrics', labels: { instance: 'h:1' } };

test('a target is told of when it is found, when its health changes, and when it is gone', () => {
  const { events, told } = heard();
  const entry = entryOf('one');
  events.started(entry);
  events.appended(Object.assign(entry, { health: 'up' }));
  events.appended(entry);
  events.appended(Object.assign(entry, { health: 'down', lastError: 'connection refused', lastFailureReason: 'connectionRefused' }));
  events.appended(entry);
  events.appended(Object.assign(entry, { health: 'up', lastError: '', lastFailureReason: undefined }));
  events.ended('one');
  assert.deepEqual(told, [
    { type: 'target.discovered', ...IDENTITY },
    { type: 'target.up', ...IDENTITY },
    { type: 'target.down', ...IDENTITY, error: 'connection refused', reason: 'connectionRefused' },
    { type: 'target.stale', ...IDENTITY, cause: 'scrapeFailed' },
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

test('a target that goes up and down is told of as flapping, and again when it is steady', () => {
  const { events, told } = heard();
  const entry = entryOf('one');
  events.started(entry);
  for (let scrape = 0; scrape < 6; scrape++) events.appended(Object.assign(entry, { health: scrape % 2 === 0 ? 'up' : 'down' }));
  assert.deepEqual(told.at(-1), { type: 'target.flapping', ...IDENTITY, changeCount: 5, scrapeCount: 20 });
  for (let scrape = 0; scrape < 20; scrape++) events.appended(entry);
  assert.deepEqual(told.at(-1), { type: 'target.steady', ...IDENTITY });
});

test('coming near a limit and exceeding it are told once each', () => {
  const { events, told } = heard({ sampleLimit: 100, bodySizeLimit: 0 });
  const entry = entryOf('one', { health: 'up', lastSamplesScraped: 50 });
  events.started(entry);
  for (const lastSamplesScraped of [50, 95, 97]) events.appended(Object.assign(entry, { lastSamplesScraped }));
  for (let scrape = 0; scrape < 2; scrape++) events.appended(Object.assign(entry, { lastFailureReason: 'sampleLimit' }));
  events.appended(Object.assign(entry, { lastFailureReason: undefined, lastSamplesScraped: 50 }));
  assert.deepEqual(told.slice(2), [
    { type: 'target.limitNear', ...IDENTITY, limit: 'sample_limit', max: 100, value: 95 },
    { type: 'target.limitExceeded', ...IDENTITY, limit: 'sample_limit', max: 100 },
  ]);
});

test('end-of-run markers are told of before the end', () => {
  const { events, told } = heard();
  events.started(entryOf('one'));
  events.marked('one');
  events.marked('unknown');
  events.ended('one');
  assert.deepEqual(told.slice(1), [
    { type: 'target.stale', ...IDENTITY, cause: 'targetRemoved' },
    { type: 'target.removed', ...IDENTITY },
  ]);
});
