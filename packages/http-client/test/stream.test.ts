import assert from 'node:assert/strict';
import { createSecureServer } from 'node:http2';
import type { Http2ServerResponse } from 'node:http2';
import type { ServerResponse } from 'node:http';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import { BodyBudget } from '../src/index.ts';
import type { BodyStream } from '../src/index.ts';
import { selfSigned } from './certificate.ts';
import { eventually, listen, opened, send, serve } from './local-server.ts';

/** Collects pieces as text behind a `>` for the head, copying each: they are on loan. */
function collector(): { readonly texts: string[]; readonly stream: BodyStream } {
  const texts: string[] = [];
  return { texts, stream: { begin: () => texts.push('>'), take: (piece) => texts.push(Buffer.from(piece).toString()) } };
}

test('a body is told piece by piece as it comes, and is neither collected nor counted', async (t) => {
  let answer: ServerResponse | undefined;
  const server = await serve((_, response) => {
    answer = response;
    response.writeHead(200).write('one\n');
  });
  t.after(server.close);
  const budget = new BodyBudget();
  const client = await opened({}, {}, budget);
  t.after(() => client.close());
  const { texts, stream } = collector();
  const outcome = send(client.connect(server.url), { url: server.url, stream, bodyLimitBytes: 5 });
  await eventually(() => texts.length === 2);
  answer?.write('two\n');
  await eventually(() => texts.length === 3);
  assert.equal(budget.heldBytes, 0);
  answer?.end();
  const ended = await outcome;
  assert.ok(ended.ok, 'the limit of collected bodies is not that of streams');
  assert.deepEqual(texts, ['>', 'one\n', 'two\n']);
  assert.equal(ended.body.byteLength, 0);
  assert.equal(ended.wireBytes, 8);
});

test('a stream comes by HTTP/2 as well', async (t) => {
  let answer: Http2ServerResponse | undefined;
  const http2 = createSecureServer(selfSigned('IP:127.0.0.1'), (_, response) => {
    answer = response;
    response.writeHead(200);
    response.write('one\n');
  });
  const server = await listen(http2, [], { scheme: 'https' });
  t.after(server.close);
  const client = await opened({ tls: { ...HTTP_CLIENT_DEFAULTS.tls, insecureSkipVerify: true } });
  t.after(() => client.close());
  const { texts, stream } = collector();
  const outcome = send(client.connect(server.url), { url: server.url, stream });
  await eventually(() => texts.length === 2);
  answer?.end('two\n');
  assert.ok((await outcome).ok);
  assert.deepEqual(texts, ['>', 'one\n', 'two\n']);
});

test('an answer that is no success is collected, whoever waits for pieces', async (t) => {
  const server = await serve((_, response) => response.writeHead(403).end('forbidden'));
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const { texts, stream } = collector();
  const outcome = await send(client.connect(server.url), { url: server.url, stream });
  assert.ok(outcome.ok);
  assert.equal(Buffer.from(outcome.body).toString(), 'forbidden');
  assert.deepEqual(texts, []);
});

test('a stream ends with its signal and with its socket, and nothing is told afterwards', async (t) => {
  const answers: ServerResponse[] = [];
  const server = await serve((_, response) => {
    answers.push(response);
    response.writeHead(200).write('one\n');
  });
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const aborted = collector();
  const controller = new AbortController();
  const first = send(client.connect(server.url), { url: server.url, stream: aborted.stream, signal: controller.signal });
  await eventually(() => aborted.texts.length === 2);
  controller.abort();
  answers[0]?.write('two\n');
  const outcome = await first;
  assert.equal(outcome.ok ? '' : outcome.reason, 'aborted');
  const cut = collector();
  const second = send(client.connect(server.url), { url: server.url, stream: cut.stream });
  await eventually(() => cut.texts.length === 2);
  answers[1]?.destroy();
  const broken = await second;
  assert.equal(broken.ok ? '' : broken.reason, 'connectionReset');
  await eventually(() => server.sockets.open === 0);
  assert.deepEqual(
    [aborted.texts, cut.texts],
    [
      ['>', 'one\n'],
      ['>', 'one\n'],
    ],
  );
});
