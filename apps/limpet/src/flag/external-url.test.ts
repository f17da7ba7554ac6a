import assert from 'node:assert/strict';
import test from 'node:test';
import { publicAddress } from './external-url.ts';
import { FlagError } from './run-options.ts';

const at = (externalUrl: string, routePrefix = '') => {
  const { externalUrl: url, routePrefix: prefix } = publicAddress({ externalUrl, routePrefix, hostName: 'box', port: 9090 });
  return [url.href, prefix];
};

test('A-070 the external URL defaults to the host, loses trailing slashes and gives the prefix', () => {
  assert.deepEqual(at(''), ['http://box:9090/', '']);
  assert.deepEqual(at('', 'p/'), ['http://box:9090/p', '/p']);
  assert.deepEqual(at('https://limpet.example/a/b//'), ['https://limpet.example/a/b', '/a/b']);
  assert.deepEqual(at('https://limpet.example/'), ['https://limpet.example/', '']);
});

test('A-013 a route prefix wins over the path of the external URL', () => {
  assert.equal(at('https://limpet.example/a', '/')[1], '');
  assert.equal(at('https://limpet.example/a', 'p/q/')[1], '/p/q');
});

test('A-070 quotes and missing schemes are refused with exit code 2', () => {
  for (const text of ['"http://a"', "http://a'", 'limpet.example', 'limpet:9090', '/a']) {
    assert.throws(
      () => at(text),
      (error: unknown) => error instanceof FlagError && error.exitCode === 2,
      text,
    );
  }
});
