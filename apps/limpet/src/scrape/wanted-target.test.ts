import assert from 'node:assert/strict';
import test from 'node:test';
import { CommandError } from '../command-error.ts';
import { discoveredAs, wantedTarget } from './wanted-target.ts';

const rows = [
  { text: 'db:9104', address: 'db:9104' },
  { text: 'db', address: 'db' },
  { text: '[::1]:80', address: '[::1]:80' },
  { text: 'db:9104/stats', address: 'db:9104', path: '/stats' },
  { text: 'http://db', address: 'db', scheme: 'http' },
  { text: 'http://db:80/', address: 'db:80', scheme: 'http', path: '/' },
  { text: 'HTTPS://db/m?a=1&a=2&b=', address: 'db', scheme: 'https', path: '/m', params: { a: ['1', '2'], b: [''] } },
  { text: 'http://db?a=1', address: 'db', scheme: 'http', params: { a: ['1'] } },
  { text: 'http://me:s%40e@db/m', shown: 'http://db/m', address: 'db', scheme: 'http', path: '/m', user: { name: 'me', password: 's@e' } },
];

for (const { text, shown = text, address, scheme, path, params = {}, user } of rows) {
  test(`${text} is wanted as a target`, () => {
    assert.deepEqual(wantedTarget(text), { text: shown, address, scheme, path, params, user });
  });
}

for (const text of ['', 'ftp://db/', 'http://', 'file:///etc/passwd', 'a b']) {
  test(`'${text}' is no target`, () => {
    assert.throws(() => wantedTarget(text), CommandError);
  });
}

test('a target that no discovery knows has the labels that its URL gives it', () => {
  assert.deepEqual(discoveredAs(wantedTarget('https://db/m?a=1&a=2')), [
    ['__address__', 'db'],
    ['__metrics_path__', '/m'],
    ['__param_a', '1'],
    ['__scheme__', 'https'],
  ]);
});
