import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { HOSTILE } from './hostile-behaviour.ts';

/** The first byte of a TLS connection. */
const HANDSHAKE = 0x16;

/** Every behaviour behind one port, by path. In a thread of its own: floods must not slow the healthy targets down. */
const server = createServer((socket) => {
  let request = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (bytes[0] === HANDSHAKE && request === '') return;
    request += bytes.toString('latin1');
    const end = request.indexOf('\r\n\r\n');
    if (end < 0) return;
    answer(socket, request.slice(0, end));
    request = '';
  });
});

function answer(socket: Socket, request: string): void {
  const name = /^GET \/(\S+) /.exec(request)?.[1] ?? '';
  HOSTILE[name]?.answer(socket);
}

server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
