import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { Oauth2Config } from '@limpet/config';
import { Secret } from '@limpet/model';
import { eventually, opened, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer, SeenRequest } from './local-server.ts';

function oauth(server: LocalServer, config: Partial<Oauth2Config> = {}): { readonly authentication: Oauth2Config } {
  const { tls, proxy } = HTTP_CLIENT_DEFAULTS;
  const clientSecret = { from: 'value', value: new Secret('s3/cret') } as const;
  return {
    authentication: {
      kind: 'oauth2',
      clientId: 'limpet',
      clientSecret,
      scopes: [],
      tokenUrl: `${server.url}/token`,
      endpointParams: {},
      tls,
      proxy,
      ...config,
    },
  };
}

const basic = `Basic ${Buffer.from('limpet:s3%2Fcret').toString('base64')}`;

/** Gives out tokens `t1`, `t2` … and tells the authorization of everything else. */
async function serveTokens(
  answer: (request: SeenRequest, count: number) => object | number = (_, count) => ({ access_token: `t${count}`, expires_in: 60 }),
): Promise<LocalServer> {
  let count = 0;
  return await serve((request, response) => {
    if (request.url !== '/token') return void response.end(String(request.headers.authorization));
    const body = answer(request, ++count);
    if (typeof body === 'number') response.writeHead(body).end();
    else response.end(JSON.stringify(body));
  });
}

const tokenRequests = (server: LocalServer): SeenRequest[] => server.requests.filter(({ url }) => url === '/token');

test('C-069 a token is asked for with client credentials and used until shortly before it expires', async (t) => {
  let nowMs = 1_000;
  const server = await serveTokens();
  t.after(server.close);
  const client = await opened(oauth(server, { scopes: ['a', 'b'], endpointParams: { audience: 'x' } }), { monoMs: () => nowMs });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const text = async (): Promise<string> => textOf(await send(connection, { url: server.url }));
  assert.deepEqual(await Promise.all([text(), text()]), ['Bearer t1', 'Bearer t1']);
  const [request] = tokenRequests(server);
  assert.equal(request?.method, 'POST');
  assert.equal(request?.headers.authorization, basic);
  assert.equal(request?.headers['user-agent'], 'Limpet/test');
  assert.equal(request?.body, 'grant_type=client_credentials&scope=a+b&audience=x');
  nowMs += 49_999;
  assert.equal(await text(), 'Bearer t1');
  nowMs += 1;
  assert.equal(await text(), 'Bearer t2');
});

test('C-069 a token without an expiry stays, and its type is used', async (t) => {
  const server = await serveTokens((_, count) => ({ access_token: `t${count}`, token_type: 'MAC' }));
  t.after(server.close);
  const client = await opened(oauth(server));
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (let time = 0; time < 3; time++) assert.equal(textOf(await send(connection, { url: server.url })), 'MAC t1');
});

test('C-069 a changed secret file discards the token', async (t) => {
  const server = await serveTokens();
  t.after(server.close);
  let secret = ' one\n';
  const readFile = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(secret));
  const client = await opened(oauth(server, { clientSecret: { from: 'file', path: '/secret' } }), { readFile });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const text = async (): Promise<string> => textOf(await send(connection, { url: server.url }));
  assert.equal(await text(), 'Bearer t1');
  assert.equal(await text(), 'Bearer t1');
  secret = 'two';
  assert.equal(await text(), 'Bearer t2');
  assert.equal(tokenRequests(server)[1]?.headers.authorization, `Basic ${Buffer.from('limpet:two').toString('base64')}`);
});

test('C-069 an endpoint that wants the secret in the body gets it there, and is asked so from then on', async (t) => {
  const server = await serveTokens((request, count) =>
    request.headers.authorization === undefined ? { access_token: `t${count}`, expires_in: 1 } : 401,
  );
  t.after(server.close);
  const client = await opened(oauth(server));
  t.after(() => client.close());
  const connection = client.connect(server.url);
  assert.equal(textOf(await send(connection, { url: server.url })), 'Bearer t2');
  assert.equal(tokenRequests(server)[1]?.body, 'grant_type=client_credentials&client_id=limpet&client_secret=s3%2Fcret');
  assert.equal(textOf(await send(connection, { url: server.url })), 'Bearer t3');
});

test('C-069 a token that cannot be had fails the request without telling secrets', async (t) => {
  for (const answer of [401, 500, {}, []]) {
    const server = await serveTokens(() => answer);
    t.after(server.close);
    const text = textOf(await sendOnce(oauth(server), { url: `${server.url}/metrics` }));
    assert.match(text, /^credentials: Get ".*\/metrics": oauth2: cannot fetch token: /);
    assert.doesNotMatch(text, /cret/);
  }
  const server = await serveTokens();
  t.after(server.close);
  const gone = oauth(server, { tokenUrl: 'http://127.0.0.1:1/token' });
  assert.match(
    textOf(await sendOnce(gone, { url: server.url })),
    /^credentials: Get ".*": Post "http:\/\/127.0.0.1:1\/token": dial tcp .*connection refused$/,
  );
});

test('C-069 a token endpoint that hangs holds a request no longer than its signal, and nobody else', async (t) => {
  let isHanging = true;
  const server = await serve((request, response) => {
    if (request.url === '/token' && isHanging) return;
    response.end('{"access_token":"t"}');
  });
  t.after(server.close);
  const client = await opened(oauth(server));
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const [first, second] = [new AbortController(), new AbortController()];
  const sent = [first, second].map(({ signal }) => send(connection, { url: server.url, signal }));
  await eventually(() => server.requests.length === 1);
  first.abort();
  assert.match(textOf((await sent[0]) ?? assert.fail()), /^aborted: /);
  assert.equal(server.sockets.open, 1);
  second.abort();
  assert.match(textOf((await sent[1]) ?? assert.fail()), /^aborted: /);
  await eventually(() => server.sockets.open === 0);
  isHanging = false;
  assert.equal(textOf(await send(connection, { url: server.url })), '{"access_token":"t"}');
});
