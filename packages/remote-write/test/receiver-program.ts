import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_ATTEMPTS = 200;
const READY_PAUSE_MS = 50;

/** A real receiver that runs in a folder of its own, on 127.0.0.1. */
export interface ReceiverProgram {
  readonly url: string;
  /** GET of a path below the URL, as JSON. */
  json(path: string): Promise<unknown>;
  text(path: string): Promise<string>;
  stop(): Promise<void>;
}

/** The program by its variable or on the path, or why it is missing. */
export function findProgram(variable: string, name: string): { readonly path: string } | { readonly missing: string } {
  const path = process.env[variable] ?? name;
  const { error } = spawnSync(path, ['--version'], { stdio: 'ignore' });
  return error === undefined ? { path } : { missing: `${name} is not installed and ${variable} does not name it` };
}

/** What `node:test` is told where a program is missing: a reason to skip, unless a missing program is a failure. */
export function skipReason(program: { readonly missing: string } | { readonly path: string }): string | false {
  return 'missing' in program && process.env['LIMPET_REQUIRE_INTEROP'] !== '1' ? program.missing : false;
}

export async function startPrometheus(path: string): Promise<ReceiverProgram> {
  return start(path, (folder, port) => {
    writeFileSync(join(folder, 'prometheus.yml'), '');
    const flags = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
    return [...flags, `--web.listen-address=127.0.0.1:${port}`, '--web.enable-remote-write-receiver', '--log.level=error'];
  });
}

export async function startVictoriaMetrics(path: string): Promise<ReceiverProgram> {
  return start(path, (folder, port) => [
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-loggerLevel=ERROR',
    '-retentionPeriod=100y',
  ]);
}

async function start(path: string, flags: (folder: string, port: number) => readonly string[]): Promise<ReceiverProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-receiver-'));
  const port = await freePort();
  const child = spawn(path, flags(folder, port), { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await kill(child);
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await isReady(url, child))) {
    await stop();
    throw new Error(`${path} did not become ready: ${Buffer.concat(said).toString()}`);
  }
  const get = (below: string): Promise<Response> => fetch(url + below);
  return { url, stop, json: async (below) => (await get(below)).json(), text: async (below) => (await get(below)).text() };
}

async function isReady(url: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < READY_ATTEMPTS && child.exitCode === null; attempt++) {
    const isUp = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, READY_PAUSE_MS);
    });
  }
  return false;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
