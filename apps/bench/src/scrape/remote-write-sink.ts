import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uncompress } from 'snappyjs';
import { countSamples } from './count-samples.ts';
import type { SinkReport } from './fixture-messages.ts';
import { serveFixture } from './serve-fixture.ts';
import type { Fixture } from './serve-fixture.ts';

/** A receiver of remote write 1.0 that counts samples and keeps nothing. */
async function startSink(): Promise<Fixture<SinkReport>> {
  const totals = { requests: 0, bodyBytes: 0, samples: 0 };
  const server = createServer((request, response) => {
    bodyOf(request).then(
      (body) => {
        totals.requests++;
        totals.bodyBytes += body.length;
        totals.samples += countSamples(uncompress(body));
        response.writeHead(204).end();
      },
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  server.keepAliveTimeout = 300_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ports: [(server.address() as AddressInfo).port], report: () => totals };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

serveFixture(startSink);
