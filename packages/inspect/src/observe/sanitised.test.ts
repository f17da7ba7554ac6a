import assert from 'node:assert/strict';
import test from 'node:test';
import { createActor, createMachine } from 'xstate';
import { safeText, sanitised } from './sanitised.ts';

class Hidden {
  toJSON(): string {
    return '<secret>';
  }
}

const cases: readonly { readonly name: string; readonly value: unknown; readonly shown: unknown }[] = [
  { name: 'data stays as it is', value: { a: 1, b: 'x', c: [true, null] }, shown: { a: 1, b: 'x', c: [true, null] } },
  { name: 'functions and undefined are left out', value: { a: () => 1, b: undefined, c: [() => 1] }, shown: { c: [null] } },
  { name: 'what JSON cannot hold becomes text', value: [Number.NaN, Infinity, 1n], shown: ['NaN', 'Infinity', '1'] },
  { name: 'a value that says how it is shown is asked', value: { a: new Hidden() }, shown: { a: '<secret>' } },
  {
    name: 'values under telling names are masked',
    value: { password: 'x', bearer_token: 'y', Authorization: { type: 'Bearer', value: 'z' }, apiKey: 'w', tokens: ['a'] },
    shown: { password: '<secret>', bearer_token: '<secret>', Authorization: '<secret>', apiKey: '<secret>', tokens: '<secret>' },
  },
  { name: 'counts and empty texts under such names say nothing', value: { token: 7, password: '' }, shown: { token: 7, password: '' } },
  { name: 'credentials in URLs are masked', value: 'GET https://u:p@h:1/x failed', shown: 'GET https://<secret>@h:1/x failed' },
  {
    name: 'credentials in query parameters are masked',
    value: 'http://h/?module=a&api_key=k1&access_token=t1#x',
    shown: 'http://h/?module=a&api_key=<secret>&access_token=<secret>#x',
  },
  { name: 'an error is its sentence', value: new Error('http://u:p@h'), shown: 'Error: http://<secret>@h' },
  { name: 'maps and bytes are named', value: { a: new Map(), b: new Uint8Array(2) }, shown: { a: '<Map>', b: '<Uint8Array>' } },
  { name: 'an actor is its id', value: createActor(createMachine({}), { id: 'pool:a' }), shown: '<actor pool:a>' },
  { name: 'depth is bounded', value: [[[[[[[['x']]]]]]]], shown: [[[[[['…']]]]]] },
];

for (const { name, value, shown } of cases) {
  test(`what is shown of a value: ${name}`, () => assert.deepEqual(sanitised(value), shown));
}

test('what is shown of a value: length is bounded', () => {
  assert.equal((sanitised(Array.from({ length: 1_000 }, () => 1)) as unknown[]).length, 51);
  const record = sanitised(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]))) as object;
  assert.equal(Object.keys(record).length, 51);
  assert.ok(safeText('x'.repeat(1e6)).length < 1_100);
});

test('what is shown of a value: one that holds itself comes to an end', () => {
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  assert.ok(JSON.stringify(sanitised(loop)).length < 200);
});
