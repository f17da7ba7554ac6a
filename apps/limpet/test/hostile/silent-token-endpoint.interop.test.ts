import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { getJson } from '../interop/program/http-get.ts';
import { limpet, startSender } from '../interop/program/sender.ts';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';
import { waitUntil } from '../interop/wait-until.ts';
import { startHealthyTargets } from './healthy-targets.ts';

const DEADLINE_MS = 30_000;

interface ActiveTarget {
  readonly scrapePool: string;
  readonly health: string;
  readonly lastError: string;
  readonly limpet: { readonly lastFailureReason: string; readonly scrapesTotal: number };
}

/** Takes connections and requests, and never says a word. */
async function startSilentServer(): Promise<AsyncDisposable & { readonly url: string; readonly requestCount: () => number }> {
  const sockets = new Set<Socket>();
  let requestCount = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => requestCount++);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requestCount: () => requestCount,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

test('S-104 C-069 A-076 a token endpoint that never answers: its target is down after the timeout, and the process stops in time', async () => {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const tokens = resources.use(await startSilentServer());
  const targets = resources.use(await startHealthyTargets());
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '500ms' },
    scrape_configs: [
      {
        job_name: 'waiting',
        oauth2: { client_id: 'limpet', client_secret: 'hidden', token_url: tokens.url },
        static_configs: [{ targets: [targets.address] }],
      },
      { job_name: 'other', metrics_path: '/other', static_configs: [{ targets: [targets.address] }] },
    ],
  };
  const sender = resources.use(await startSender({ sender: limpet, folder: join(folder.path, 'limpet'), config }));
  let active: readonly ActiveTarget[] = [];
  const isSeen = (pool: string, health: string): boolean =>
    active.some((target) => target.scrapePool === pool && target.health === health && target.limpet.scrapesTotal >= 3);
  await waitUntil({
    what: 'both targets to be scraped three times',
    until: async () => {
      const { data } = (await getJson(`http://${sender.address}/api/v1/targets`)) as { data: { activeTargets: ActiveTarget[] } };
      active = data.activeTargets;
      return isSeen('waiting', 'down') && isSeen('other', 'up');
    },
    timeoutMs: DEADLINE_MS,
    seen: () => `${JSON.stringify(active)}\n${sender.program.output()}`,
  });
  const waiting = active.find(({ scrapePool }) => scrapePool === 'waiting');
  assert.match(waiting?.lastError ?? '', /^Get "http:\/\/\S+\/metrics": context deadline exceeded$/);
  assert.equal(waiting?.limpet.lastFailureReason, 'timeout');
  assert.ok(tokens.requestCount() >= 2, 'each scrape asks anew');
  assert.equal(targets.requestsOf('/metrics').length, 0, 'without a token nothing is asked of the target');
  const asked = Date.now();
  assert.deepEqual(await sender.program.stop(), { code: 0, signal: null }, sender.program.output());
  assert.ok(Date.now() - asked < 5_000, `took ${Date.now() - asked} ms`);
  assert.ok(!sender.program.output().includes('hidden'));
});
