import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { freePort } from '../interop/program/free-port.ts';
import { getText } from '../interop/program/http-get.ts';
import { limpet, startSender } from '../interop/program/sender.ts';
import type { Sender } from '../interop/program/sender.ts';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';
import { waitUntil } from '../interop/wait-until.ts';

const PASSWORD = 'Pa55-of-a-URL';
const DEADLINE_MS = 30_000;
/** What shows something of the configuration, of discovery, of receivers or of targets. */
const PLACES = [
  '/metrics',
  '/api/v1/status/config',
  '/api/v1/status/flags',
  '/api/v1/status/runtimeinfo',
  '/api/v1/targets',
  '/api/v1/scrape_pools',
  '/api/v1/targets/metadata',
];

suite('a password in a URL', { concurrency: false }, () => {
  const resources = new AsyncDisposableStack();
  const authorizations = new Map<string, IncomingHttpHeaders['authorization']>();
  let sender: Sender;
  let written = 0;

  before(async () => {
    const server = createServer((request, response) => {
      const { url = '' } = request;
      authorizations.set(url, request.headers.authorization);
      request.resume();
      if (url === '/sd') response.setHeader('content-type', 'application/json').end(JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));
      else if (url === '/metrics') response.setHeader('content-type', 'text/plain').end('up_to_date 1\n');
      else if (url === '/write') response.writeHead(++written % 2 === 0 ? 204 : 500).end('away');
      else response.writeHead(500).end('away');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    resources.defer(() => {
      server.close();
      server.closeAllConnections();
    });
    const folder = resources.use(await temporaryFolder());
    const at = (path: string, atPort = port): string => `http://user:${PASSWORD}@127.0.0.1:${atPort}${path}`;
    const closed = await freePort();
    const config = {
      global: { scrape_interval: '500ms' },
      scrape_configs: [
        { job_name: 'discovered', http_sd_configs: [{ url: at('/sd'), refresh_interval: '1s' }] },
        { job_name: 'refused', http_sd_configs: [{ url: at('/gone'), refresh_interval: '1s' }] },
        { job_name: 'unreachable', http_sd_configs: [{ url: at('/sd', closed), refresh_interval: '1s' }] },
        { job_name: 'proxied', proxy_url: at('', closed), static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
        {
          job_name: 'oauth',
          oauth2: { client_id: 'a', client_secret: PASSWORD, token_url: at('/token', closed) },
          static_configs: [{ targets: [`127.0.0.1:${port}`] }],
        },
      ],
      remote_write: [
        { url: at('/write'), queue_config: { batch_send_deadline: '250ms', min_backoff: '10ms', max_backoff: '50ms' } },
        { url: at('/write', closed), queue_config: { batch_send_deadline: '250ms', min_backoff: '10ms', max_backoff: '50ms' } },
        { url: at('/nowhere'), queue_config: { batch_send_deadline: '250ms', min_backoff: '10ms', max_backoff: '50ms' } },
      ],
    };
    sender = resources.use(
      await startSender({
        sender: limpet,
        folder: join(folder.path, 'limpet'),
        config,
        flags: ['--log.level=debug', '--storage.remote.flush-deadline=1s'],
      }),
    );
    const says = (text: string) => async (): Promise<boolean> => (await getText(`http://${sender.address}/api/v1/targets`)).includes(text);
    await waitUntil({
      what: 'a target discovered and down, and samples written',
      until: async () => written >= 4 && authorizations.has('/gone') && authorizations.has('/nowhere') && (await says('"up"')()),
      timeoutMs: DEADLINE_MS,
      seen: sender.program.output,
    });
  });
  after(() => resources.disposeAsync());

  test('is used: discovery and remote write send it', () => {
    const expected = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;
    for (const path of ['/sd', '/gone', '/write', '/nowhere']) assert.equal(authorizations.get(path), expected, path);
  });

  for (const place of PLACES) {
    test(`C-013 A-050 S-171 is not shown at ${place}`, async () => {
      const text = await getText(`http://${sender.address}${place}`);
      assert.ok(text.length > 10, text);
      assert.ok(!text.includes(PASSWORD), text.slice(Math.max(0, text.indexOf(PASSWORD) - 200), text.indexOf(PASSWORD) + 50));
    });
  }

  test('C-013 D-004 is in no line of the log, whatever fails and however much is logged', async () => {
    const output = sender.program.output();
    assert.match(output, /targets cannot be refreshed/);
    assert.ok(!output.includes(PASSWORD), output.slice(Math.max(0, output.indexOf(PASSWORD) - 300), output.indexOf(PASSWORD) + 50));
    assert.deepEqual(await sender.program.stop(), { code: 0, signal: null }, output);
    assert.ok(!sender.program.output().includes(PASSWORD));
  });
});
