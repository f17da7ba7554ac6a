import assert from 'node:assert/strict';
import test from 'node:test';
import { createMachine } from 'xstate';
import { statechartMarkdown } from './statechart-markdown.ts';

test('a page holds name, description, picture and a table of the states', () => {
  const machine = createMachine({
    id: 'provider',
    description: 'Asks for targets now and then.',
    initial: 'refreshing',
    on: { targetsFound: { actions: 'keep' } },
    states: {
      refreshing: {
        description: 'A request is running;\nit has a deadline.',
        tags: ['busy'],
        entry: 'note',
        exit: ['count', 'tell'],
        invoke: { src: 'refresh', onDone: 'resting' },
      },
      resting: { on: { stop: {}, go: {}, poke: { guard: 'a|b', actions: 'note' } }, after: { refreshInterval: 'refreshing' } },
    },
  });
  assert.equal(
    statechartMarkdown(machine),
    [
      '# provider',
      '',
      'Asks for targets now and then.',
      '',
      '```mermaid',
      'stateDiagram-v2',
      '    [*] --> refreshing',
      '    refreshing',
      '    state "resting" as resting',
      '    resting : poke [a|b] / note',
      '    refreshing --> resting : done refresh',
      '    resting --> refreshing : after refreshInterval',
      '```',
      '',
      '| State | Meaning | Tags | Does | Without leaving |',
      '| --- | --- | --- | --- | --- |',
      '| any |  |  |  | `targetsFound`: `keep` |',
      '| `refreshing` | A request is running; it has a deadline. | `busy` | entry `note`; invokes `refresh`; exit `count`, `tell` |  |',
      '| `resting` |  |  |  | `poke [a\\|b]`: `note`; ignores `stop`, `go` |',
      '',
    ].join('\n'),
  );
});

test('columns in which no state has anything are left out', () => {
  const machine = createMachine({ id: 'm', initial: 'a', states: { a: { description: 'One.' }, b: { description: 'Two.' } } });
  const table = statechartMarkdown(machine).split('\n\n').at(-1);
  assert.equal(table, '| State | Meaning |\n| --- | --- |\n| `a` | One. |\n| `b` | Two. |\n');
});
