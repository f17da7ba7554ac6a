import assert from 'node:assert/strict';
import test from 'node:test';
import type { HttpClientConfig } from '@limpet/config';
import { Secret } from '@limpet/model';
import { eventually, opened, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer } from './local-server.ts';

/** Redirects `/to?<url>` there, and tells everything else. */
async function redirector(status = 302): Promise<LocalServer> {
  return await serve((request, response) => {
    const [path, location] = request.url.split('?');
    if (path === '/to') response.writeHead(status, { Location: decodeURIComponent(location ?? '') }).end('moved');
    else response.end(`${request.method} ${request.url} ${request.body}`);
  });
}

const to = (location: string): string => `/to?${encodeURIComponent(location)}`;
const secret = (text: string): { readonly values: []; readonly secrets: Secret[]; readonly files: [] } => ({
  values: [],
  secrets: [new Secret(text)],
  files: [],
});
const CREDENTIALS: Partial<HttpClientConfig> = {
  authentication: { kind: 'authorization', type: 'Bearer', credentials: { from: 'value', value: new Secret('t') } },
  httpHeaders: { Cookie: secret('c'), 'X-Scope': secret('x') },
};

test('C-067 a redirect is followed on the same connection, or is the answer where that is not wanted', async (t) => {
  const server = await redirector();
  t.after(server.close);
  const url = `${server.url}${to('/metrics')}`;
  assert.equal(textOf(await sendOnce({}, { url })), 'GET /metrics ');
  assert.equal(server.sockets.accepted, 1);
  const outcome = await sendOnce({ followRedirects: false }, { url });
  assert.equal(outcome.ok && outcome.status, 302);
});

test('C-067 ten redirects are followed and no more', async (t) => {
  const server = await serve((request, response) => {
    const left = Number(request.url.slice(1));
    if (left === 0) response.end('arrived');
    else response.writeHead(301, { Location: `/${left - 1}` }).end();
  });
  t.after(server.close);
  assert.equal(textOf(await sendOnce({}, { url: `${server.url}/10` })), 'arrived');
  assert.equal(textOf(await sendOnce({}, { url: `${server.url}/11` })), `redirect: Get "${server.url}/1": stopped after 10 redirects`);
});

test('C-067 a POST is repeated at 307 and becomes a GET at 302', async (t) => {
  for (const { status, text } of [
    { status: 307, text: 'POST /x body' },
    { status: 302, text: 'GET /x ' },
  ]) {
    const server = await redirector(status);
    t.after(server.close);
    const headers = { 'Content-Type': 'text/plain' };
    assert.equal(textOf(await sendOnce({}, { method: 'POST', url: `${server.url}${to('/x')}`, body: Buffer.from('body'), headers })), text);
    assert.equal(server.requests[1]?.headers['content-type'], status === 307 ? 'text/plain' : undefined);
  }
});

test('C-067 a redirect without or with a bad location, or to another scheme', async (t) => {
  const server = await redirector();
  t.after(server.close);
  const outcome = await sendOnce({}, { url: `${server.url}/to` });
  assert.equal(outcome.ok && outcome.status, 302);
  assert.match(
    textOf(await sendOnce({}, { url: `${server.url}${to('http://[')}` })),
    /^redirect: Get ".*": failed to parse Location header "http:\/\/\["$/,
  );
  assert.equal(
    textOf(await sendOnce({}, { url: `${server.url}${to('ftp://x/y')}` })),
    'unsupportedScheme: Get "ftp://x/y": unsupported protocol scheme "ftp"',
  );
});

test('C-067 another port of the same host keeps credentials', async (t) => {
  const [first, second] = [await redirector(), await redirector()];
  t.after(first.close);
  t.after(second.close);
  assert.equal(textOf(await sendOnce(CREDENTIALS, { url: `${first.url}${to(`${second.url}/m`)}` })), 'GET /m ');
  const headers = second.requests[0]?.headers;
  assert.deepEqual(
    [headers?.authorization, headers?.cookie, headers?.['x-scope'], headers?.host],
    ['Bearer t', 'c', 'x', `127.0.0.1:${second.port}`],
  );
});

test('C-067 another host gets no credentials, and they stay stripped on the way back', async (t) => {
  const [first, second] = [
    await redirector(),
    await serve((_, response) => response.writeHead(302, { Location: `${first.url}/back` }).end(), '127.0.0.2'),
  ];
  t.after(first.close);
  t.after(second.close);
  const headers = { 'Proxy-Authorization': 'p', 'X-Consul-Token': 't', Accept: '*/*' };
  assert.equal(textOf(await sendOnce(CREDENTIALS, { url: `${first.url}${to(second.url)}`, headers })), 'GET /back ');
  const seen = [first.requests[0], second.requests[0], first.requests[1]].map((request) => {
    const {
      authorization,
      cookie,
      accept,
      'proxy-authorization': proxy,
      'x-consul-token': token,
      'x-scope': scope,
    } = request?.headers ?? {};
    return [authorization, cookie, proxy, token, scope, accept];
  });
  const stripped = [undefined, undefined, undefined, undefined, 'x', '*/*'];
  assert.deepEqual(seen, [['Bearer t', 'c', 'p', 't', 'x', '*/*'], stripped, stripped]);
});

test('redirects to ever more origins leave only a few connections open', async (t) => {
  const far = await Promise.all(Array.from({ length: 8 }, () => redirector()));
  const near = await redirector();
  for (const server of [...far, near]) t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(near.url);
  for (const server of far) assert.equal(textOf(await send(connection, { url: `${near.url}${to(`${server.url}/f`)}` })), 'GET /f ');
  await eventually(() => far.reduce((sum, { sockets }) => sum + sockets.open, 0) <= 4);
  assert.equal(near.sockets.accepted, 1);
});

test('an abort in the middle of redirects ends the request', async (t) => {
  const controller = new AbortController();
  const server = await serve((request, response) => {
    if (request.url === '/2') controller.abort();
    response.writeHead(302, { Location: `/${Number(request.url.slice(1)) + 1}` }).end();
  });
  t.after(server.close);
  assert.match(textOf(await sendOnce({}, { url: `${server.url}/0`, signal: controller.signal })), /^aborted: /);
});
