import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@limpet/model';
import { makeLog } from './make-log.ts';

function logged(format: 'json' | 'logfmt', level = 'info'): { lines: string[]; log: ReturnType<typeof makeLog> } {
  const lines: string[] = [];
  return { lines, log: makeLog({ level, format, write: (line) => lines.push(line) }) };
}

test('a logfmt line quotes only what would be misread', () => {
  const { lines, log } = logged('logfmt');
  log.warn('scrape failed', { code: 'LIMPET_X', error: 'a "b"', count: 3, list: [1] });
  assert.match(lines[0] ?? '', /^time=\S+ level=WARN msg="scrape failed" code=LIMPET_X error="a \\"b\\"" count=3 list=\[1\]\n$/);
});

test('levels below the chosen one are not printed, and a secret stays one', () => {
  const { lines, log } = logged('json');
  log.debug('nothing');
  log.error('x', { password: new Secret('hunter2') });
  assert.equal(lines.length, 1);
  assert.equal((JSON.parse(lines[0] ?? '{}') as { password: string }).password, '<secret>');
});
