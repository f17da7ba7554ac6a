import type { Socket } from 'node:net';

/** One chunk of the chunked coding. */
export function chunked(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** The head of a good answer in the text format. */
export function head(...lines: readonly string[]): string {
  return `${['HTTP/1.1 200 OK', 'Content-Type: text/plain; version=0.0.4', ...lines].join('\r\n')}\r\n\r\n`;
}

/** Writes the same bytes again and again, as fast as they are read, `count` times or for ever. */
export function pour(socket: Socket, bytes: Uint8Array, count = Infinity): void {
  let left = count;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left--;
      if (!socket.write(bytes)) return;
    }
  };
  socket.on('drain', more);
  more();
}

/** Writes one byte of a text per second, and from its start when it has ended. */
export function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 1000);
  socket.on('close', () => clearInterval(timer));
}
