import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProxyConfig } from '@limpet/config';
import { exclusion, proxyChoice } from './proxy-choice.ts';
import { parseRequestUrl } from './request-url.ts';

function urlOf(text: string): NonNullable<ReturnType<typeof parseRequestUrl>> {
  const url = parseRequestUrl(text);
  assert.ok(url);
  return url;
}

const exclusions: readonly { readonly noProxy: string; readonly url: string; readonly excluded: boolean }[] = [
  { noProxy: '', url: 'http://example.com/', excluded: false },
  { noProxy: '', url: 'http://localhost:9090/', excluded: true },
  { noProxy: '', url: 'http://127.3.2.1/', excluded: true },
  { noProxy: '', url: 'http://[::1]/', excluded: true },
  { noProxy: '*', url: 'http://example.com/', excluded: true },
  { noProxy: 'example.com', url: 'http://example.com/', excluded: true },
  { noProxy: 'example.com', url: 'http://a.example.com/', excluded: true },
  { noProxy: 'example.com', url: 'http://badexample.com/', excluded: false },
  { noProxy: '.example.com', url: 'http://example.com/', excluded: false },
  { noProxy: '*.example.com', url: 'http://a.example.com/', excluded: true },
  { noProxy: '*.example.com', url: 'http://example.com/', excluded: false },
  { noProxy: ' Example.COM , other.org', url: 'http://EXAMPLE.com/', excluded: true },
  { noProxy: 'example.com:8080', url: 'http://example.com:8080/', excluded: true },
  { noProxy: 'example.com:8080', url: 'http://example.com/', excluded: false },
  { noProxy: 'example.com:443', url: 'https://example.com/', excluded: true },
  { noProxy: '10.0.0.0/8', url: 'http://10.9.8.7:9100/', excluded: true },
  { noProxy: '10.0.0.0/8', url: 'http://11.9.8.7:9100/', excluded: false },
  { noProxy: '10.0.0.0/99', url: 'http://10.9.8.7/', excluded: false },
  { noProxy: 'fd00::/8', url: 'http://[fd12::1]:9100/', excluded: true },
  { noProxy: '10.0.0.1', url: 'http://10.0.0.1:9100/', excluded: true },
  { noProxy: '10.0.0.1:80', url: 'http://10.0.0.1:9100/', excluded: false },
  { noProxy: '[fd00::1]:9100', url: 'http://[fd00:0::1]:9100/', excluded: true },
];

for (const { noProxy, url, excluded } of exclusions) {
  test(`no_proxy "${noProxy}" ${excluded ? 'leaves out' : 'lets in'} ${url}`, () => {
    assert.equal(exclusion(noProxy)(urlOf(url)), excluded);
  });
}

const NONE: ProxyConfig = { url: undefined, noProxy: '', fromEnvironment: false, connectHeaders: {} };

function chosen(config: Partial<ProxyConfig>, environment: Record<string, string>, url: string): string | undefined {
  const choice = proxyChoice({ ...NONE, ...config }, environment);
  assert.ok(choice.ok);
  return choice.value(urlOf(url))?.href;
}

test('a proxy_url without no_proxy is used for everything, the own host included', () => {
  assert.equal(chosen({ url: 'http://p:1' }, {}, 'http://localhost/'), 'http://p:1/');
  assert.equal(chosen({ url: 'http://p:1', noProxy: 'x' }, {}, 'http://localhost/'), undefined);
  assert.equal(chosen({}, { HTTP_PROXY: 'http://p:1' }, 'http://example.com/'), undefined);
});

test('proxy_from_environment takes the variable of the scheme, upper case first, and NO_PROXY', () => {
  const environment = { HTTP_PROXY: 'upper:1', http_proxy: 'lower:1', https_proxy: 'http://secure:1', no_proxy: 'internal' };
  assert.equal(chosen({ fromEnvironment: true }, environment, 'http://example.com/'), 'http://upper:1/');
  assert.equal(chosen({ fromEnvironment: true }, environment, 'https://example.com/'), 'http://secure:1/');
  assert.equal(chosen({ fromEnvironment: true }, environment, 'https://db.internal/'), undefined);
  assert.equal(chosen({ fromEnvironment: true }, {}, 'https://example.com/'), undefined);
});

test('a proxy URL that cannot be used is refused without being printed', () => {
  for (const url of ['ftp://user:hunter2@p', 'http://user:hunter2@:x']) {
    const choice = proxyChoice({ ...NONE, url }, {});
    assert.ok(!choice.ok);
    assert.equal(choice.error.code, 'LIMPET_HTTP_CLIENT_PROXY');
    assert.doesNotMatch(choice.error.message, /hunter2/);
  }
});
