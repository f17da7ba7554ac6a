import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import test from 'node:test';
import { eventually, listen, opened, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer } from './local-server.ts';

/** A server that gets the socket and the bytes of each read. */
async function serveBytes(answer: (socket: Socket, text: string) => void): Promise<LocalServer> {
  const server = createServer((socket) => {
    socket.on('data', (data) => answer(socket, data.toString('latin1')));
    socket.on('error', () => {});
  });
  return await listen(server, [], { scheme: 'http' });
}

async function failureOf(url: string): Promise<string> {
  return textOf(await sendOnce({}, { url }));
}

test('S-171 a refused connection and an unknown host speak as Go does', async () => {
  assert.equal(
    await failureOf('http://127.0.0.1:1/metrics'),
    'connectionRefused: Get "http://127.0.0.1:1/metrics": dial tcp 127.0.0.1:1: connect: connection refused',
  );
  assert.match(await failureOf('http://[::1]:1/'), /^connectionRefused: Get "http:\/\/\[::1\]:1\/": dial tcp \[::1\]:1: connect: /);
  assert.equal(
    await failureOf('http://none.invalid/'),
    'hostNotFound: Get "http://none.invalid/": dial tcp: lookup none.invalid: no such host',
  );
});

test('S-171 a scheme that is not HTTP is not supported', async () => {
  assert.equal(
    await failureOf('gopher://127.0.0.1/'),
    'unsupportedScheme: Get "gopher://127.0.0.1/": unsupported protocol scheme "gopher"',
  );
  assert.match(await failureOf('http://127.0.0.1:99999/'), /^protocol: .*invalid URL$/);
});

test('S-171 a peer that ends the connection before, in and around an answer', async (t) => {
  const answers: Record<string, (socket: Socket) => void> = {
    '/end': (socket) => socket.end(),
    '/reset': (socket) => socket.resetAndDestroy(),
    '/head': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    '/body': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
    '/chunk': (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'),
  };
  const server = await serveBytes((socket, text) => answers[text.split(' ')[1] ?? '']?.(socket));
  t.after(server.close);
  assert.match(await failureOf(`${server.url}/end`), /^connectionReset: Get ".*": EOF$/);
  assert.match(await failureOf(`${server.url}/reset`), /^connectionReset: Get ".*": read: connection reset by peer$/);
  assert.match(await failureOf(`${server.url}/head`), /^connectionReset: Get ".*": EOF$/);
  assert.equal(await failureOf(`${server.url}/body`), 'connectionReset: unexpected EOF');
  assert.equal(await failureOf(`${server.url}/chunk`), 'connectionReset: unexpected EOF');
});

test('a body without length ends with its connection', async (t) => {
  const server = await serveBytes((socket) => socket.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nup 1\n'));
  t.after(server.close);
  assert.equal(await failureOf(server.url), 'up 1\n');
});

test('S-171 something that is not HTTP is a failure, not a crash', async (t) => {
  const server = await serveBytes((socket, text) =>
    socket.end(text.startsWith('GET /long') ? `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}\r\n\r\n` : 'SSH-2.0-OpenSSH\r\n'),
  );
  t.after(server.close);
  assert.match(
    await failureOf(server.url),
    /^protocol: Get ".*": net\/http: HTTP\/1.x transport connection broken: malformed HTTP response/,
  );
  assert.match(await failureOf(`${server.url}/long`), /^protocol: Get ".*": net\/http: server response headers exceeded/);
});

const floods: readonly { readonly name: string; readonly bytes: string; readonly failure: RegExp }[] = [
  {
    name: 'one endless header',
    bytes: `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(60_000)}`,
    failure: /^protocol: .*headers exceeded 16384 bytes; aborted$/,
  },
  {
    name: 'many headers',
    bytes: `HTTP/1.1 200 OK\r\n${'X-Y: 1\r\n'.repeat(6_000)}`,
    failure: /^protocol: .*headers exceeded 16384 bytes; aborted$/,
  },
  {
    name: 'informational answers',
    bytes: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(6),
    failure: /^protocol: Get ".*": net\/http: too many 1xx informational responses$/,
  },
  {
    name: 'chunks of a byte',
    bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\n#\r\n'.repeat(5_000)}`,
    failure: /^protocol: chunked encoding contains too much non-data$/,
  },
  {
    name: 'a length and chunks',
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nup 1\n\r\n0\r\n\r\n',
    failure: /^protocol: .*malformed HTTP response \(contradictory body length\)$/,
  },
  {
    name: 'two lengths',
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nup 1\n\n',
    failure: /^protocol: .*malformed HTTP response/,
  },
];

for (const { name, bytes, failure } of floods) {
  test(`S-171 a server that sends ${name} is not listened to any further`, async (t) => {
    const server = await serveBytes((socket) => socket.write(bytes));
    t.after(server.close);
    assert.match(await failureOf(server.url), failure);
    await eventually(() => server.sockets.open === 0);
  });
}

test('a few informational answers come before the real one', async (t) => {
  const early = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5);
  const server = await serveBytes((socket) => socket.end(`${early}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nup 1\n`));
  t.after(server.close);
  assert.equal(await failureOf(server.url), 'up 1\n');
});

test('a head that arrives byte by byte is read right', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nX-Long: abcdefghijklmnop\r\nContent-Length: 5\r\n\r\n';
  const server = await serveBytes((socket) => {
    socket.setNoDelay(true);
    let at = 0;
    const next = (): void => {
      if (at < head.length) socket.write(head.slice(at, (at += 7)), () => setImmediate(next));
      else socket.write('up 1\n');
    };
    next();
  });
  t.after(server.close);
  const outcome = await sendOnce({}, { url: server.url });
  assert.ok(outcome.ok);
  assert.equal(outcome.headers['content-type'], 'text/plain; version=0.0.4');
  assert.equal(outcome.headers['x-long'], 'abcdefghijklmnop');
  assert.equal(textOf(outcome), 'up 1\n');
});

test('a GET is sent once more when the peer closes a kept connection under it, a POST is not', async (t) => {
  let onSocket = 0;
  const server = await serveBytes((socket) => {
    if (++onSocket === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    else {
      onSocket = 0;
      socket.destroy();
    }
  });
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  assert.equal(textOf(await send(connection, { url: server.url })), 'ok');
  assert.equal(textOf(await send(connection, { url: server.url })), 'ok');
  assert.equal(server.sockets.accepted, 2);
  assert.match(textOf(await send(connection, { url: server.url, method: 'POST', body: Buffer.from('x') })), /^connectionReset: Post /);
});

test('a password in a URL is in no error', async () => {
  const text = await failureOf('http://ann:hunter2@127.0.0.1:1/metrics');
  assert.match(text, /^connectionRefused: Get "http:\/\/ann:\*\*\*@127.0.0.1:1\/metrics": /);
});

test('an abort ends the request and its socket at once, whatever it waits for', async (t) => {
  const silent = await serveBytes(() => {});
  t.after(silent.close);
  const slow = await serve((_, response) => response.write('up '));
  t.after(slow.close);
  const client = await opened();
  t.after(() => client.close());
  for (const server of [silent, slow]) {
    const controller = new AbortController();
    const connection = client.connect(server.url);
    const sent = send(connection, { url: server.url, signal: controller.signal });
    await eventually(() => server.sockets.open === 1 && (server === silent || server.requests.length === 1));
    controller.abort();
    assert.match(textOf(await sent), /^aborted: Get ".*": context canceled$/);
    await eventually(() => server.sockets.open === 0);
  }
  assert.match(textOf(await send(client.connect(silent.url), { url: silent.url, signal: AbortSignal.abort() })), /^aborted: /);
});

test('an abort while connecting frees the socket, and the connection goes on with the next request', async (t) => {
  const server = await serve((_, response) => response.end('ok'));
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const controller = new AbortController();
  const sent = send(connection, { url: server.url, signal: controller.signal });
  controller.abort();
  assert.match(textOf(await sent), /^aborted: /);
  assert.equal(textOf(await send(connection, { url: server.url })), 'ok');
  await eventually(() => server.sockets.open === 1);
  assert.equal(server.requests.length, 1);
});

test('an abort of a request that waits for another leaves the other alone', async (t) => {
  const answers: (() => void)[] = [];
  const server = await serve((request, response) => answers.push(() => response.end(request.url)));
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const first = send(connection, { url: `${server.url}/1` });
  const controller = new AbortController();
  const second = send(connection, { url: `${server.url}/2`, signal: controller.signal });
  await eventually(() => answers.length === 1);
  controller.abort();
  assert.match(textOf(await second), /^aborted: /);
  answers[0]?.();
  assert.equal(textOf(await first), '/1');
  const third = send(connection, { url: `${server.url}/3` });
  await eventually(() => answers.length === 2);
  answers[1]?.();
  assert.equal(textOf(await third), '/3');
  assert.equal(server.sockets.accepted, 1);
});

test('closing fails what is in flight and what comes later, once and for all', async (t) => {
  const server = await serve(() => {});
  t.after(server.close);
  const client = await opened();
  const connection = client.connect(server.url);
  const other = client.connect(server.url);
  const sent = [send(connection, { url: server.url }), send(other, { url: server.url })];
  await eventually(() => server.requests.length === 2);
  connection.close();
  connection.close();
  client.close();
  client.close();
  for (const outcome of await Promise.all(sent)) assert.match(textOf(outcome), /^closed: /);
  assert.match(textOf(await send(connection, { url: server.url })), /^closed: /);
  assert.match(textOf(await send(client.connect(server.url), { url: server.url })), /^closed: /);
  await eventually(() => server.sockets.open === 0);
});
