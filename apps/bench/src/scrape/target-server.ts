import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expositionBody } from '../exposition-body.ts';
import { preciseWallMs } from './fixture-messages.ts';
import type { FixtureSettings, TargetReport } from './fixture-messages.ts';
import { serveFixture } from './serve-fixture.ts';
import type { Fixture } from './serve-fixture.ts';

/** Different bodies that each target serves in turn, and that targets begin with in turn. */
const BODY_COUNT = 8;
const REQUEST_END = '\r\n\r\n';

/**
 * Many targets in one process, each on a port of its own as in reality. Answers are rendered beforehand and written
 * whole, so that the fixture costs little beside the agent.
 */
async function startTargets({ targets, series }: FixtureSettings): Promise<Fixture<TargetReport>> {
  const bodies = Array.from({ length: BODY_COUNT }, (_, round) => expositionBody({ seriesCount: series, format: 'text', round }));
  const answers = bodies.map(answerWith);
  const arrivalsMs: number[][] = Array.from({ length: targets }, () => []);
  const ports: number[] = [];
  for (const [target, arrivals] of arrivalsMs.entries()) {
    const server = createServer((socket) =>
      answerRequests(socket, () => {
        arrivals.push(preciseWallMs());
        return answers[(target + arrivals.length) % BODY_COUNT] ?? Buffer.alloc(0);
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  return { ports, report: () => ({ arrivalsMs, bodyBytes: bodies[0]?.length ?? 0 }) };
}

function answerWith(body: Uint8Array): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Requests have no body, so each ends with its head. */
function answerRequests(socket: Socket, next: () => Buffer): void {
  let head = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    head += chunk.toString('latin1');
    for (let end = head.indexOf(REQUEST_END); end >= 0; end = head.indexOf(REQUEST_END)) {
      head = head.slice(end + REQUEST_END.length);
      socket.write(next());
    }
  });
}

serveFixture(startTargets);
