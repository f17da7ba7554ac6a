import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { configText, createAgent } from '@limpet/agent';
import { liveClock } from '@limpet/driver';
import { silentLog } from '@limpet/model';
import { natsBus, publishToNats } from '@limpet/nats';

const PROGRAM = process.env['NATS_SERVER_BIN'] ?? 'nats-server';
const isThere = spawnSync(PROGRAM, ['--version']).status === 0;
const isRequired = process.env['LIMPET_REQUIRE_INTEROP'] === '1';
const skip = isThere || isRequired ? false : `${PROGRAM} is not installed`;
if (skip !== false) process.stderr.write(`SKIPPED: ${skip}\n`);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('the consumer example takes the batches of an embedded agent from NATS, each once', { skip }, async () => {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'limpet-example-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const probe = createTcpServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  const server = spawn(PROGRAM, ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder]);
  resources.defer(async () => {
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
  });
  const target = createServer((_, response) => response.setHeader('content-type', 'text/plain').end('a 1\n'));
  const targetPort = await listening(target);
  resources.defer(() => target.close().closeAllConnections());

  const agent = createAgent({
    config: configText(`
      global: { scrape_interval: 1s, scrape_timeout: 1s }
      scrape_configs: [{ job_name: example, static_configs: [{ targets: ['127.0.0.1:${targetPort}'] }] }]
    `),
    reloadOnStartup: true,
  });
  const stream = { name: 'LIMPET_BATCHES', subjects: ['limpet.batches.>'], bytesMax: 1e8, ageMsMax: 3_600_000 };
  const connect = natsBus({ servers: [`nats://127.0.0.1:${port}`], name: 'example', streams: [stream] });
  const link = publishToNats({ agent, connect, clock: liveClock, log: silentLog, source: 'urn:example', withBatches: true });
  resources.defer(() => link.close());
  resources.defer(async () => void (await agent.stop()));
  await agent.start();

  const script = fileURLToPath(new URL('nats-consumer.ts', import.meta.url));
  const until = liveClock.mono() + 20_000;
  while (link.state() !== 'publishing' && liveClock.mono() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  const { stdout } = await promisify(execFile)(process.execPath, [script, `nats://127.0.0.1:${port}`, '3'], { timeout: 30_000 });
  const ticks = [...stdout.matchAll(/^127\.0\.0\.1:.* tick (\d+): 6 samples$/gm)].map(([, tick]) => Number(tick));
  const [first = 0] = ticks;
  assert.deepEqual(ticks, [first, first + 1, first + 2], stdout);
});
