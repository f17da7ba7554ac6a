import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { OutputClosed } from './command-io.ts';
import type { CommandIo } from './command-io.ts';

const COLUMN_COUNT_DEFAULT = 100;

/** The process itself as a command sees it. */
export function liveIo(): CommandIo {
  const { stdout, stderr, stdin } = process;
  // Each write learns of a closed pipe by its callback; without a listener the event would end the process.
  stdout.on('error', () => {});
  stderr.on('error', () => {});
  return {
    writeOut: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          if (error === null || error === undefined) resolve();
          else reject('code' in error && error.code === 'EPIPE' ? new OutputClosed('nobody reads the output', { cause: error }) : error);
        });
      }),
    writeErr: (text) => {
      stderr.write(text);
    },
    readStdin: () => stdin,
    readFile: (path) => createReadStream(resolve(process.cwd(), path)),
    cwd: process.cwd(),
    env: process.env,
    isTerminal: stdout.isTTY,
    columnCount: stdout.isTTY ? stdout.columns : COLUMN_COUNT_DEFAULT,
    onSignal: (name, listener) => {
      process.on(name, listener);
      return () => {
        process.off(name, listener);
      };
    },
  };
}
