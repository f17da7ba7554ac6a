import assert from 'node:assert/strict';
import test from 'node:test';
import { capture, jsonLines } from '../../test/captured-run.ts';
import { EVERY_MACHINE } from '../machine/every-machine.ts';

test('machines prints every statechart for Mermaid, each under its name', async (t) => {
  const { exitCode, out } = await capture(t, ['machines']);
  assert.equal(exitCode, 0);
  const names = [...out.matchAll(/^%% (.*)\nstateDiagram-v2\n/gm)].map(([, name]) => name);
  assert.deepEqual(names, [...EVERY_MACHINE.keys()]);
});

test('machines prints the machines asked for, in their order', async (t) => {
  const { out } = await capture(t, ['machines', 'shard', 'agent', '--format=json']);
  const charts = jsonLines(out) as { readonly machine: string; readonly nodes: readonly unknown[] }[];
  assert.deepEqual(
    charts.map(({ machine }) => machine),
    ['shard', 'agent'],
  );
  assert(charts.every(({ nodes }) => nodes.length > 2));
});
