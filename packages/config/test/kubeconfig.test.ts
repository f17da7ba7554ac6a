import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@limpet/model';
import { HTTP_CLIENT_DEFAULTS, parseKubeconfig } from '../src/index.ts';
import type { HttpClientConfig, Kubeconfig } from '../src/index.ts';

const FILE = '/home/me/.kube/config';

function text({ cluster, user, current = 'work' }: { readonly cluster: string; readonly user: string; readonly current?: string }): string {
  return `apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: ${current}
clusters:
- {name: other, cluster: {server: "https://other"}}
- {name: big, cluster: {${cluster}}}
contexts:
- {name: other, context: {cluster: other, user: runs}}
- {name: work, context: {cluster: big, user: me, namespace: mine}}
users:
- {name: runs, user: {exec: {command: aws}}}
- {name: me, user: {${user}}}
`;
}

function access(cluster: string, user: string): Kubeconfig {
  const parsed = parseKubeconfig({ file: FILE, text: text({ cluster, user }) });
  if (!parsed.ok) assert.fail(parsed.error.print());
  return parsed.value;
}

const client = (fields: Partial<HttpClientConfig>): HttpClientConfig => ({
  ...HTTP_CLIENT_DEFAULTS,
  proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, fromEnvironment: true },
  ...fields,
});

test('a kubeconfig says how its current context reaches the cluster; relative paths start at the file', () => {
  const fields = 'server: "https://k:6443/prefix", certificate-authority: ca.crt, tls-server-name: kube, proxy-url: "http://proxy"';
  assert.deepEqual(access(fields, 'client-certificate: /c.crt, client-key: c.key, token: t'), {
    server: 'https://k:6443/prefix',
    httpClient: {
      ...HTTP_CLIENT_DEFAULTS,
      authentication: { kind: 'authorization', type: 'Bearer', credentials: { from: 'value', value: new Secret('t') } },
      tls: {
        ...HTTP_CLIENT_DEFAULTS.tls,
        ca: { from: 'file', path: '/home/me/.kube/ca.crt' },
        cert: { from: 'file', path: '/c.crt' },
        key: { from: 'file', path: '/home/me/.kube/c.key' },
        serverName: 'kube',
      },
      proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, url: 'http://proxy' },
    },
  });
});

test('in a kubeconfig data goes before files, a token file before a token, and a token before a password', () => {
  const data = (plain: string): string => btoa(plain);
  const cluster = `server: "https://k", certificate-authority: ca.crt, certificate-authority-data: ${data('CA')}, insecure-skip-tls-verify: true`;
  const user = `client-certificate: c, client-certificate-data: ${data('CERT')}, client-key: k, client-key-data: ${data('KEY')}`;
  const { httpClient } = access(cluster, `${user}, token: t, tokenFile: tokens/t, username: u, password: p`);
  assert.deepEqual(httpClient.tls, {
    ...HTTP_CLIENT_DEFAULTS.tls,
    ca: { from: 'value', value: 'CA' },
    cert: { from: 'value', value: 'CERT' },
    key: { from: 'value', value: new Secret('KEY') },
    insecureSkipVerify: true,
  });
  assert.deepEqual(httpClient.authentication, {
    kind: 'authorization',
    type: 'Bearer',
    credentials: { from: 'file', path: '/home/me/.kube/tokens/t' },
  });
  const { httpClient: basic } = access('server: "http://k"', 'username: u, password: p');
  const password = { from: 'value', value: new Secret('p') } as const;
  assert.deepEqual(basic, client({ authentication: { kind: 'basic', username: { from: 'value', value: 'u' }, password } }));
  assert.deepEqual(access('server: "http://k"', '').httpClient, client({}));
});

for (const { name, text: source, words } of [
  { name: 'is no YAML', text: '{', words: /^/ },
  { name: 'is empty', text: '', words: /no current-context/ },
  { name: 'names no current context', text: text({ cluster: 'server: "http://k"', user: '', current: '' }), words: /no current-context/ },
  { name: 'names a context that it does not have', text: text({ cluster: '', user: '', current: 'x' }), words: /no context "x"/ },
  {
    name: 'has a context without its cluster',
    text: text({ cluster: '', user: '' }).replace('name: big', 'name: small'),
    words: /no cluster "big"/,
  },
  { name: 'has a context without its user', text: text({ cluster: '', user: '' }).replace('name: me', 'name: you'), words: /no user "me"/ },
  { name: 'has a cluster without a server', text: text({ cluster: '', user: '' }), words: /cluster "big" has no server/ },
  { name: 'runs a program', text: text({ cluster: 'server: "http://k"', user: 'exec: {command: hunter2}' }), words: /exec is not built/ },
  { name: 'acts as somebody', text: text({ cluster: 'server: "http://k"', user: 'as: hunter2' }), words: /as is not built/ },
  {
    name: 'has data that is no base64',
    text: text({ cluster: 'server: "http://k"', user: 'client-key-data: "hunter2!"' }),
    words: /is not base64/,
  },
  { name: 'has a token that is none', text: text({ cluster: 'server: "http://k"', user: 'token: [hunter2]' }), words: /cannot unmarshal/ },
]) {
  test(`a kubeconfig that ${name} is refused, and its secrets are not shown`, () => {
    const parsed = parseKubeconfig({ file: FILE, text: source });
    assert.ok(!parsed.ok);
    assert.match(parsed.error.errors[0]?.message ?? '', words);
    assert.doesNotMatch(parsed.error.print(), /hunter2/);
  });
}
