import assert from 'node:assert/strict';
import test from 'node:test';
import type { ServiceDiscoveryConfig } from '@limpet/config';
import type { TargetGroup } from '@limpet/model';
import { ProviderTable } from './provider-table.ts';

const group = (source: string, address: string): TargetGroup => ({ source, targets: [[['__address__', address]]], labels: [] });
const fixed = (address: string): ServiceDiscoveryConfig => ({ mechanism: 'static', groups: [group('0', address)] });
const file = (path: string): ServiceDiscoveryConfig => ({ mechanism: 'file', files: [path], refreshIntervalMs: 60_000 });

function told(table: ProviderTable, provider: string, groups: readonly TargetGroup[]): void {
  const update = table.nextUpdate(provider);
  table.stage(update, groups);
  table.merge(update);
}

test('D-020 D-022 D-023 a forecast has what kept providers told and what static sections say; the rest is to be discovered', () => {
  const table = new ProviderTable();
  table.adopt(new Map([['a', [file('/a.json'), file('/silent.json')]]]));
  told(table, 'file/0', [group('/a.json:0', 'h:1')]);
  const before = table.targetSets();
  const forecast = table.forecast(
    new Map([
      ['a', [file('/a.json')]],
      ['joins', [file('/a.json'), fixed('h:2')]],
      ['changed', [file('/b.json')]],
      ['waits', [file('/silent.json')]],
      ['empty', []],
    ]),
  );
  const addresses = [...forecast].map(([job, { groups, undiscovered }]) => [
    job,
    groups.map(({ targets }) => targets[0]?.[0]?.[1]),
    undiscovered.length,
  ]);
  assert.deepEqual(addresses, [
    ['a', ['h:1'], 0],
    ['joins', ['h:1', 'h:2'], 0],
    ['changed', [], 1],
    ['waits', [], 1],
    ['empty', [], 0],
  ]);
  assert.deepEqual(table.targetSets(), before, 'nothing was changed');
});

test('D-022 what comes true is what was forecast, where everything is known', () => {
  const table = new ProviderTable();
  table.adopt(new Map([['a', [fixed('h:1'), file('/a.json')]]]));
  told(table, 'static/0', [group('0', 'h:1')]);
  told(table, 'file/1', [group('/a.json:0', 'h:9'), group('/a.json:1', 'h:8')]);
  const wanted = new Map([
    ['b', [file('/a.json')]],
    ['a', [fixed('h:1')]],
  ]);
  const forecast = table.forecast(wanted);
  table.adopt(wanted);
  assert.deepEqual(new Map([...forecast].map(([job, { groups }]) => [job, groups])), table.targetSets());
});
