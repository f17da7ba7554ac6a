import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { parseText } from '@limpet/exposition';
import fc from 'fast-check';
import * as layout from './layout.ts';
import type { LineMemory } from './line-memory.ts';
import { LINE_KINDS, LineTable } from './line-table.ts';
import { openLineMemory } from './live-line-memory.ts';

function opened(): LineMemory {
  const memory = openLineMemory();
  assert.ok(memory.ok, memory.ok ? '' : memory.error.message);
  return memory.memory;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A table that knows some samples. */
function knowing(keys: readonly string[], memory = opened()): LineTable {
  const table = new LineTable(memory);
  table.begin();
  for (const [index, key] of keys.entries()) {
    const bytes = bytesOf(key);
    if (table.find(bytes, 0, bytes.length) < 0) table.add(LINE_KINDS.sample, index, 0);
  }
  return table;
}

/** The tags and values that the table reads from the start of a body, and where it stops. */
function read(
  table: LineTable,
  memory: LineMemory,
  text: string,
): { readonly values: [tag: number, value: number][]; readonly end: number } {
  const body = bytesOf(text);
  const values: [number, number][] = [];
  table.begin();
  const end = memory.load(body, 0);
  for (let at = 0; ;) {
    const status = table.run(at, end, true);
    at = table.runEnd;
    for (let index = 0; index < table.runCount; index++) values.push([table.tag(memory.runRows[index] ?? 0), memory.runValues[index] ?? 0]);
    if (status !== 'full') return { values, end: at };
  }
}

/** What the table makes of a token in the place of a value; `undefined`: it leaves it to the reference parser. */
function valueOf(table: LineTable, memory: LineMemory, token: string): number | undefined {
  return read(table, memory, `m ${token}\n`).values[0]?.[1];
}

test('E-030 numbers are read to the same bits as by the reference, and nearly all of them here', () => {
  const memory = opened();
  const table = knowing(['m'], memory);
  const bits = new DataView(new ArrayBuffer(8));
  const anyDouble = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((all) => {
    bits.setBigUint64(0, all);
    return bits.getFloat64(0);
  });
  const asText = fc.oneof(
    anyDouble.filter(Number.isFinite).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
    fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }), fc.integer({ min: -330, max: 320 }))
      .map(([digits, exponent]) => `${digits}e${exponent}`),
    fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('', '-', '+')).map(([whole, part, sign]) => `${sign}${whole}.${part}`),
  );
  let readHere = 0;
  let count = 0;
  fc.assert(
    fc.property(asText, (text) => {
      count++;
      const value = valueOf(table, memory, text);
      if (value === undefined) return;
      readHere++;
      assert.ok(Object.is(value, Number(text)), `${text}: ${value} instead of ${Number(text)}`);
    }),
    { numRuns: 20_000 },
  );
  // the rest is subnormal, out of range or too long
  assert.ok(readHere > 0.8 * count, `${readHere} of ${count}`);
});

test('E-031 E-032 no token is taken here that the reference refuses or reads otherwise', () => {
  const memory = opened();
  const table = knowing(['m'], memory);
  const pieces = [
    '0',
    '7',
    '12',
    '.',
    'e',
    'E',
    '+',
    '-',
    'Inf',
    'NaN',
    'inf',
    'nan',
    '_',
    'x',
    ' ',
    '\t',
    '\r',
    '{',
    '#',
    '\0',
    '9'.repeat(18),
    '0'.repeat(20),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }), (parts) => {
      const token = parts.join('');
      const value = valueOf(table, memory, token);
      if (value === undefined) return;
      const [entry] = [...parseText(bytesOf(`m ${token}\n`))];
      assert.ok(entry?.kind === 'sample' && Object.is(entry.value, value), JSON.stringify(token));
    }),
    { numRuns: 20_000 },
  );
  for (const [token, value] of [
    ['NaN', Number.NaN],
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['-0', -0],
    ['5.', 5],
    ['.5', 0.5],
  ] as const) {
    assert.ok(Object.is(valueOf(table, memory, token), value), token);
  }
});

test('a line is known by every one of its bytes, whatever its length', () => {
  const key = (length: number) => Array.from({ length }, (_, index) => String.fromCharCode(97 + ((index * 7) % 23))).join('');
  for (const length of [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 100, 1023, 1024, 1025, 2048, 3000, 65_536, 65_537, 200_000]) {
    const known = key(length);
    const table = knowing([known]);
    const find = (text: string) => {
      const bytes = bytesOf(text);
      table.begin();
      return table.find(bytes, 0, bytes.length);
    };
    assert.equal(find(known), 0, `${length}`);
    assert.equal(find(`${known}a`), -1);
    if (length > 1) assert.equal(find(known.slice(1)), -1);
    const step = Math.max(1, Math.floor(length / 50));
    for (let index = 0; index < length; index += step)
      assert.equal(find(`${known.slice(0, index)}~${known.slice(index + 1)}`), -1, `${length}: byte ${index}`);
  }
});

test('a key is the same in one piece and in several, and long ones leave no memory behind', () => {
  const memory = opened();
  const key = 'k'.repeat(150_000);
  const table = knowing([key], memory);
  assert.deepEqual(read(table, memory, `${key} 1\n`).values, [[0, 1]], 'hashed in the window as it was in pieces');
  const before = memory.reservedBytes;
  const long = bytesOf('l'.repeat(20_000_000));
  assert.equal(table.find(long, 0, long.length), -1);
  assert.equal(memory.reservedBytes, before);
});

test('lines are read in any order, and reading stops at the first that is not known', () => {
  const memory = opened();
  const table = knowing(['a', 'b{x="1"}', 'b{x="}\\" 2"}', 'c'], memory);
  assert.deepEqual(read(table, memory, 'a 1\nb{x="1"} 2\nb{x="}\\" 2"} 3\nc 4\n').values, [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  assert.deepEqual(read(table, memory, 'c 1\n\nb{x="}\\" 2"} 2\na 3\na 4\n').values, [
    [3, 1],
    [2, 2],
    [0, 3],
    [0, 4],
  ]);
  assert.deepEqual(read(table, memory, 'a 1\nnew 2\nc 3\n'), { values: [[0, 1]], end: 4 });
  assert.deepEqual(read(table, memory, 'a 1\nc 2'), { values: [[0, 1]], end: 4 }, 'a line without an end is not plain');
  assert.deepEqual(read(table, memory, 'a 1 # {}\n'), { values: [], end: 0 }, 'nor is one with an exemplar');
  assert.deepEqual(read(table, memory, 'a1 5\n').end, 0, 'a name that goes on is another name');
});

test('E-035 E-036 a time behind the value is read as the format has it, or left to the reference parser', () => {
  const memory = opened();
  const table = knowing(['m'], memory);
  const timeOf = (time: string, isText: boolean): number | undefined => {
    const body = bytesOf(`m 1 ${time}\n`);
    table.begin();
    const end = memory.load(body, 0);
    table.run(0, end, isText);
    return table.runCount === 1 ? memory.runTimes[0] : undefined;
  };
  const rows = [
    ['5', 5, 5000],
    ['1700000000123', 1_700_000_000_123, 1_700_000_000_123_000],
    ['1.005', undefined, 1004],
    ['-1.5', undefined, -1500],
    ['-0.0001', undefined, 0],
    ['1e3', undefined, 1_000_000],
    ['1234567890123456', undefined, 1_234_567_890_123_456_000],
    ['1e300', undefined, undefined],
    ['NaN', undefined, undefined],
    ['5 ', undefined, undefined],
    ['', undefined, undefined],
  ] as const;
  for (const [time, text, openMetrics] of rows) {
    assert.ok(Object.is(timeOf(time, true), text), `text: ${time}`);
    assert.ok(Object.is(timeOf(time, false), openMetrics), `OpenMetrics: ${time}`);
  }
  table.begin();
  table.run(0, memory.load(bytesOf('m 1\n'), 0), true);
  assert.ok(Number.isNaN(memory.runTimes[0]));
});

test('a body longer than the window is read in parts that end with a line', () => {
  const memory = opened();
  const line = `m{x="${'y'.repeat(90)}"} 1\n`;
  const body = bytesOf(line.repeat(Math.ceil((2.5 * layout.WINDOW_BYTES) / line.length)));
  let parts = 0;
  for (let at = 0; at < body.length; parts++) {
    const end = memory.load(body, at);
    assert.equal(end % line.length, 0);
    assert.ok(end > at && end - at <= layout.WINDOW_BYTES);
    at = end;
  }
  assert.equal(parts, 3);
  assert.equal(memory.load(bytesOf('x'.repeat(layout.WINDOW_BYTES + 1)), 0), 0, 'a line that does not fit is not loaded');
});

test('whatever is added and forgotten, what is known is found with its tag, and memory is used again', () => {
  const memory = opened();
  const step = fc.record({ keep: fc.integer({ min: 0, max: 7 }), add: fc.uniqueArray(fc.nat({ max: 400 }), { maxLength: 200 }) });
  const run = (steps: readonly { readonly keep: number; readonly add: readonly number[] }[]): void => {
    const model = new Map<string, number>();
    const table = knowing([], memory);
    for (const [mark, { keep, add }] of steps.entries()) {
      table.begin();
      for (const n of add) {
        const bytes = bytesOf(`key_${n}`);
        const row = table.find(bytes, 0, bytes.length);
        assert.equal(row >= 0 ? table.tag(row) : undefined, model.get(`key_${n}`));
        if (row >= 0) table.setMark(row, mark);
        else {
          table.add(LINE_KINDS.sample, n, mark);
          model.set(`key_${n}`, n);
        }
      }
      if (keep < 4) continue;
      const forgotten = new Set([...model.values()].filter((n) => !add.includes(n)));
      table.keepMarked(mark, (kind, tag) => assert.ok(kind === LINE_KINDS.sample && forgotten.delete(tag)));
      assert.equal(forgotten.size, 0);
      for (const n of model.values()) if (!add.includes(n)) model.delete(`key_${n}`);
      assert.equal(table.size, model.size);
    }
    table.clear((_, tag) => assert.ok(model.delete(`key_${tag}`)));
    assert.equal(model.size, 0);
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), run), { numRuns: 100 });
  assert.ok(memory.reservedBytes < 2 * 1024 * 1024, `${memory.reservedBytes} bytes`);
});

test('where the module is missing or unfit, that is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-lines-'));
  const file = join(folder, 'line-template.wasm');
  const missing = openLineMemory(file);
  assert.ok(!missing.ok && missing.error.message.includes('no such file'));
  writeFileSync(file, 'not a module');
  const unfit = openLineMemory(file);
  assert.ok(!unfit.ok && unfit.error.message.includes('does not run'));
  rmSync(folder, { recursive: true });
});

test('the parts of the memory follow one another', () => {
  const parts: readonly (readonly [start: number, bytes: number])[] = [
    [layout.HASH_KEYS, 2 * layout.HASH_KEY_BYTES],
    [layout.HASH_FACTORS, 32],
    [layout.MASKS, 64],
    [layout.POWERS_OF_TEN, 23 * 8],
    [layout.POWERS_OF_FIVE, 16 * (layout.POWER_OF_FIVE_MAX - layout.POWER_OF_FIVE_MIN + 1)],
    [layout.RUN_ROWS, 4 * layout.RUN_LINES_MAX],
    [layout.RUN_VALUES, 8 * layout.RUN_LINES_MAX],
    [layout.RUN_TIMES, 8 * layout.RUN_LINES_MAX],
    [layout.WINDOW, layout.WINDOW_BYTES + layout.WINDOW_PADDING],
    [layout.BLOCKS, 0],
  ];
  for (const [index, [start, bytes]] of parts.entries()) {
    assert.equal(start % 8, 0, `part ${index}`);
    const next = parts[index + 1]?.[0] ?? Infinity;
    assert.ok(start + bytes <= next, `part ${index} ends at ${start + bytes}, behind ${next}`);
  }
});
