import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { EVERY_MACHINE } from '../src/machine/every-machine.ts';
import { statechartMarkdown } from '@limpet/inspect';

import { assertGolden, redrawCommand, repositoryPath } from './golden-file.ts';

const FOLDER = 'docs/statecharts';
const NOTE = `Drawn from the machine; do not edit. \`${redrawCommand('apps/limpet/test/statecharts.test.ts')}\` draws it anew.`;

for (const [name, { machine, about }] of EVERY_MACHINE) {
  test(`the statechart of ${name} in the documents is that of the machine`, () => {
    const [title, ...rest] = statechartMarkdown(machine).split('\n');
    const meaning = machine.root.description === undefined ? ['', `The life of ${about}.`] : [];
    assertGolden(`${FOLDER}/${name}.md`, [title, '', `> ${NOTE}`, ...meaning, ...rest].join('\n'));
  });
}

test('the index of the statecharts names every machine', () => {
  const rows = [...EVERY_MACHINE].map(([name, { about }]) => `| [${name}](${name}.md) | ${about} |`);
  const lines = [
    '# Statecharts',
    '',
    `The machines of Limpet, parents before children. ${NOTE.replace('the machine', 'the machines')}`,
    '',
  ];
  assertGolden(`${FOLDER}/README.md`, [...lines, '| Machine | The life of |', '| --- | --- |', ...rows, ''].join('\n'));
});

test('no statechart is left over from a machine that is gone', () => {
  const expected = ['README.md', ...[...EVERY_MACHINE.keys()].map((name) => `${name}.md`)];
  assert.deepEqual(readdirSync(repositoryPath(FOLDER)).toSorted(), expected.toSorted());
});
