import assert from 'node:assert/strict';
import test from 'node:test';
import { globalUrl } from './global-url.ts';

test('A-034 A-035 a loopback address is replaced by that of the external URL', () => {
  const vectors: [url: string, external: string, own: string, expected: string][] = [
    ['http://127.0.0.1:9090', 'https://prometheus.io', '127.0.0.1:9090', 'https://prometheus.io'],
    ['http://localhost:8080', 'https://prometheus.io', '127.0.0.1:9090', 'http://prometheus.io:8080'],
    ['http://localhost', 'https://prometheus.io', '127.0.0.1:9090', 'http://prometheus.io'],
    ['http://example.com', 'https://prometheus.io', '127.0.0.1:9090', 'http://example.com'],
    ['http://[::1]:8080', 'https://prometheus.io', '127.0.0.1:9090', 'http://prometheus.io:8080'],
    ['http://localhost:9091', 'http://[::1]', '[::1]:9090', 'http://[::1]:9091'],
    ['http://localhost:9091', 'http://[::1]:9090', '[::1]:9090', 'http://[::1]:9091'],
    ['http://localhost:8080/a/b?c=d', 'https://prometheus.io', '127.0.0.1:9090', 'http://prometheus.io:8080/a/b?c=d'],
  ];
  for (const [url, external, ownAddress, expected] of vectors) {
    assert.equal(globalUrl(url, { externalUrl: new URL(external), ownAddress }), expected, `${url} seen from ${external}`);
  }
});
