import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { makeCertificate } from './program/certificate.ts';
import { getText } from './program/http-get.ts';
import { limpet, startSender } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { startSink } from './sink/remote-write-sink.ts';
import { startGuardedTarget } from './target/guarded-target.ts';
import type { GuardedRequest } from './target/guarded-target.ts';
import { waitUntil } from './wait-until.ts';

const DEADLINE_MS = 30_000;
const SCRAPES = 3;

/** What a rotation of everything led to. */
interface Rotated extends AsyncDisposable {
  readonly requests: readonly GuardedRequest[];
  readonly ups: readonly string[];
  readonly output: string;
  /** Value of the gauge, before and behind. */
  readonly lastReload: readonly [before: string, behind: string];
}

/** Replaces a file in one step, as tools that renew certificates do. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

async function rotateAll(): Promise<Rotated> {
  const resources = new AsyncDisposableStack();
  try {
    return await rotateWith(resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function rotateWith(resources: AsyncDisposableStack): Promise<Rotated> {
  const folder = resources.use(await temporaryFolder());
  const [made, files] = [join(folder.path, 'made'), join(folder.path, 'files')];
  await Promise.all([made, files].map((path) => mkdir(path)));
  const servers = { first: makeCertificate(made, 'server-1'), second: makeCertificate(made, 'server-2') };
  const clientAuthority = makeCertificate(made, 'clients');
  const clients = { first: makeCertificate(made, 'client-1', clientAuthority), second: makeCertificate(made, 'client-2', clientAuthority) };
  const target = resources.use(await startGuardedTarget(servers.first, 'server-1', clientAuthority));
  const [ca, client, token] = ['ca.pem', 'client.pem', 'token'].map((name) => join(files, name)) as [string, string, string];
  await replace(ca, servers.first.cert);
  await replace(client, clients.first.cert + clients.first.key);
  await replace(token, 'one\n');
  const sink = resources.use(await startSink());
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'guarded',
        scheme: 'https',
        authorization: { credentials_file: token },
        tls_config: { ca_file: ca, cert_file: client, key_file: client },
        static_configs: [{ targets: [target.address] }],
      },
    ],
    remote_write: [{ url: sink.url, queue_config: { batch_send_deadline: '250ms' } }],
  };
  const agent = resources.use(await startSender({ sender: limpet, folder: join(folder.path, 'limpet'), config }));
  const lastReload = async (): Promise<string> =>
    /^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m.exec(await getText(`http://${agent.address}/metrics`))?.[1] ?? '';
  const scrapedWith = (wanted: Partial<GuardedRequest>): Promise<void> =>
    waitUntil({
      what: `${SCRAPES} scrapes with ${JSON.stringify(wanted)}`,
      until: () => {
        const fits = (request: GuardedRequest): boolean =>
          Object.entries(wanted).every(([field, value]) => request[field as keyof GuardedRequest] === value);
        return target.requests.slice(-SCRAPES).filter(fits).length === SCRAPES;
      },
      timeoutMs: DEADLINE_MS,
      seen: () => `${JSON.stringify(target.requests.slice(-SCRAPES))}\n${agent.program.output()}`,
    });
  await scrapedWith({ authorization: 'Bearer one', client: 'client-1', server: 'server-1' });
  const reloadedBefore = await lastReload();
  await replace(token, 'two\n');
  await scrapedWith({ authorization: 'Bearer two', client: 'client-1' });
  await replace(client, clients.second.cert + clients.second.key);
  await scrapedWith({ authorization: 'Bearer two', client: 'client-2' });
  // as a server's certificate is renewed: first trust both, then show the new one, then trust that alone
  await replace(ca, servers.first.cert + servers.second.cert);
  await scrapedWith({ server: 'server-1' });
  target.present(servers.second, 'server-2');
  await scrapedWith({ server: 'server-2' });
  await replace(ca, servers.second.cert);
  await scrapedWith({ server: 'server-2', client: 'client-2', authorization: 'Bearer two' });
  const lastReloads = [reloadedBefore, await lastReload()] as const;
  const ups = (): readonly string[] => sink.delivery.values({ __name__: 'up' });
  await waitUntil({ what: 'the samples', until: () => ups().length >= 6 * SCRAPES - 2, timeoutMs: DEADLINE_MS, seen: () => ups().join() });
  return {
    requests: target.requests,
    ups: ups(),
    output: agent.program.output(),
    lastReload: lastReloads,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

suite('certificates and tokens that change under a running agent', () => {
  let rotated: Rotated;

  before(async () => {
    rotated = await onCalmMachine(rotateAll, (stalled) => stalled[Symbol.asyncDispose]());
  });
  after(() => rotated?.[Symbol.asyncDispose]());

  test('C-062 C-063 token, client certificate and authority are followed without a restart or a reload, and no scrape fails', () => {
    assert.deepEqual(new Set(rotated.ups), new Set(['1']), rotated.output);
    const [before, behind] = rotated.lastReload;
    assert.ok(before !== '' && before === behind, `${before}, then ${behind}`);
    const steps = rotated.requests.map(({ authorization, client, server }) => `${authorization} ${client} ${server}`);
    const order = steps.filter((step, index) => step !== steps[index - 1]);
    assert.deepEqual(order, [
      'Bearer one client-1 server-1',
      'Bearer two client-1 server-1',
      'Bearer two client-2 server-1',
      'Bearer two client-2 server-2',
    ]);
  });

  test('C-068 every scrape of a target that speaks HTTP/2 alone is HTTP/2', () => {
    assert.deepEqual(new Set(rotated.requests.map(({ httpVersion }) => httpVersion)), new Set(['2.0']));
  });

  test('C-013 neither tokens nor keys are in the log', () => {
    for (const secret of ['Bearer', 'PRIVATE', ' two']) assert.ok(!rotated.output.includes(secret), secret);
  });
});
