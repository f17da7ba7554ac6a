import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { BatchPayload } from '@limpet/nats';
import { freePort } from './program/free-port.ts';
import { findPeer } from './program/peer-program.ts';
import { startProgram } from './program/running-program.ts';
import type { RunningProgram } from './program/running-program.ts';
import { limpet, startSender } from './program/sender.ts';
import { temporaryFolder } from './program/temporary-folder.ts';
import { text } from './target/answer.ts';
import { startScriptServer } from './target/script-server.ts';
import { waitUntil } from './wait-until.ts';

const peer = findPeer({ variable: 'NATS_SERVER_BIN', program: 'nats-server' });
const DEADLINE_MS = 30_000;

/** A NATS server with JetStream, on a port and a folder that outlive it. */
class Server {
  readonly port: number;
  readonly #folder: string;
  #program: RunningProgram | undefined;

  constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const args = ['--addr', '127.0.0.1', '--port', String(this.port), '--jetstream', '--store_dir', this.#folder];
    const user = ['--user', 'limpet', '--pass', 'a secret'];
    const program = startProgram({ name: 'nats-server', command: peer.command, args: [...args, ...user] });
    this.#program = program;
    await waitUntil({
      what: 'nats-server',
      until: () => program.output().includes('Server is ready'),
      timeoutMs: DEADLINE_MS,
      seen: program.output,
    });
  }

  async kill(): Promise<void> {
    this.#program?.signal('SIGKILL');
    await this.#program?.exited;
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }
}

/** Every message of a stream, oldest first. */
async function stored(
  port: number,
  stream: string,
): Promise<readonly { readonly id: string; readonly subject: string; readonly json: unknown }[]> {
  const connection = await connect({ servers: `127.0.0.1:${port}`, user: 'limpet', pass: 'a secret' });
  try {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(stream);
    if (state.messages === 0) return [];
    const consumer = await jetstream(connection).consumers.get(stream);
    const messages = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 5_000 })) {
      const isGzip = message.headers?.get('Content-Encoding') === 'gzip';
      const json: unknown = JSON.parse((isGzip ? gunzipSync(message.data) : Buffer.from(message.data)).toString());
      messages.push({ id: message.headers?.get('Nats-Msg-Id') ?? '', subject: message.subject, json });
    }
    return messages;
  } finally {
    await connection.close();
  }
}

suite('events and batches arrive at a NATS server that is killed and comes back', { skip: peer.skip }, () => {
  test('every event in order and every scrape once, and scraping goes on meanwhile', async () => {
    await using resources = new AsyncDisposableStack();
    const { path: folder } = resources.use(await temporaryFolder());
    const target = resources.use(
      await startScriptServer({ scripts: new Map([['/metrics', [text('a 1', 'b NaN')]]]), clientOf: () => 'any', baseMs: () => 0 }),
    );
    const server = new Server(await freePort(), join(folder, 'nats'));
    await server.start();
    resources.defer(() => server.stop());
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'a job', static_configs: [{ targets: [target.address] }] }],
    };
    const url = `nats://limpet:a%20secret@127.0.0.1:${server.port}`;
    const flags = [`--nats.url=${url}`, '--nats.batches', '--nats.requests', '--scrape.reload-on-startup', '--web.enable-lifecycle'];
    const agent = resources.use(await startSender({ sender: limpet, folder: join(folder, 'agent'), config, flags }));
    const batches = () => stored(server.port, 'LIMPET_BATCHES');
    const seen = () => agent.program.output().slice(-3_000);
    await waitUntil({ what: 'batches', until: async () => (await batches()).length >= 3, timeoutMs: DEADLINE_MS, seen });
    await server.kill();
    await sleep(3_000);
    assert.equal((await fetch(`http://${agent.address}/-/reload`, { method: 'POST' })).status, 200);
    await server.start();
    const before = await fetch(`http://${agent.address}/metrics`).then((answer) => answer.text());
    const scraped = Number(/^limpet_scrape_outcomes_total\{.*outcome="scraped".*\} (\d+)$/m.exec(before)?.[1]);
    assert.ok(scraped >= 5, `${scraped} scrapes: they do not wait for the server`);
    await waitUntil({ what: 'what has waited', until: async () => (await batches()).length >= scraped + 3, timeoutMs: DEADLINE_MS, seen });
    const [{ id } = { id: '' }] = await targetsOf(agent.address);
    const answer = await asked(server.port, { target: id });
    assert.deepEqual([answer['ok'], answer['body']], [true, 'a 1\nb NaN\n']);
    const shown = await (await fetch(`http://${agent.address}/api/v1/status/flags`)).text();
    assert.match(shown, /nats:\/\/<secret>@127/);
    await agent.program.stop();

    const events = await stored(server.port, 'LIMPET_EVENTS');
    const [run = ''] = events[0]?.id.split('-') ?? [];
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => `${run}-${index + 1}`),
      'no event is missing, none is there twice',
    );
    const types = events.map(({ subject }) => subject.slice('limpet.events.'.length));
    assert.equal(types.filter((type) => type === 'config.applied').length, 2, 'the reload of the outage has been told');
    assert.deepEqual([types.includes('target.up'), types.at(-1)], [true, 'agent.stopped']);
    const payloads = (await batches()).map(({ json }) => json as BatchPayload);
    const ticks = payloads.map(({ tick }) => tick);
    assert.deepEqual(
      ticks,
      [...new Set(ticks)].toSorted((a, b) => a - b),
      'each scrape once, in order',
    );
    assert.equal((ticks.at(-1) ?? 0) - (ticks[0] ?? 0), ticks.length - 1, 'no scrape is missing');
    assert.deepEqual(
      payloads[0]?.samples.slice(0, 2).map(({ labels, value }) => [labels['__name__'], labels['job'], value]),
      [
        ['a', 'a job', 1],
        ['b', 'a job', 'NaN'],
      ],
    );
    assert.doesNotMatch(agent.program.output() + shown, /a(?:%20| )secret/, 'the password is nowhere to be seen');
  });
});

async function targetsOf(address: string): Promise<readonly { readonly id: string }[]> {
  const { data } = (await (await fetch(`http://${address}/api/v1/targets`)).json()) as {
    readonly data: { readonly activeTargets: readonly { readonly limpet: { readonly id: string } }[] };
  };
  return data.activeTargets.map(({ limpet: { id } }) => ({ id }));
}

/** Asks for a scrape on the bus. */
async function asked(port: number, order: object): Promise<Readonly<Record<string, unknown>>> {
  const connection = await connect({ servers: `127.0.0.1:${port}`, user: 'limpet', pass: 'a secret' });
  try {
    const answer = await connection.request('limpet.scrape', JSON.stringify(order), { timeout: 10_000 });
    return answer.json<Record<string, unknown>>();
  } finally {
    await connection.close();
  }
}
