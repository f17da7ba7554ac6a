import assert from 'node:assert/strict';
import { configText, createAgent } from '@limpet/agent';
import type { Agent } from '@limpet/agent';
import { settled, VirtualClock } from '@limpet/driver';
import { listen } from '../src/index.ts';
import type { Listener, ListenOptions } from '../src/index.ts';
import { silentLog } from '@limpet/model';
import type { Log } from '@limpet/model';
import { apiAround, fakeAgent } from './fake-agent.ts';

const config = (honorLabels: boolean) => `
global: { scrape_interval: 10s }
scrape_configs:
  - job_name: node
    honor_labels: ${honorLabels}
    static_configs: [{ targets: ['a:80', 'b:80'] }]
`;

interface WatchedParts {
  readonly clock: VirtualClock;
  readonly agent: Agent;
  readonly listener: Listener;
  readonly ticks: Set<() => void>;
  readonly faults: readonly string[];
  readonly change: () => void;
}

/** A whole agent in virtual time whose targets answer at once, behind a listener that lets it be watched. */
export class WatchedAgent implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly agent: Agent;
  readonly listener: Listener;
  readonly #ticks: Set<() => void>;
  readonly #change: () => void;
  readonly #faults: readonly string[];

  private constructor({ clock, agent, listener, ticks, faults, change }: WatchedParts) {
    this.clock = clock;
    this.#change = change;
    this.#faults = faults;
    this.agent = agent;
    this.listener = listener;
    this.#ticks = ticks;
  }

  static async start(over: Partial<ListenOptions> & { readonly isRemoteAllowed?: boolean } = {}): Promise<WatchedAgent> {
    const clock = new VirtualClock();
    const ticks = new Set<() => void>();
    let isHonoring = false;
    const body = new TextEncoder().encode('heat 1\n');
    const answer = {
      ok: true as const,
      status: 200,
      statusText: 'OK',
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body,
      wireBytes: body.length,
    };
    const client = { connect: () => ({ send: () => Promise.resolve(answer), close: () => {} }), close: () => {} };
    const agent = createAgent({
      config: configText(() => config(isHonoring)),
      reloadOnStartup: true,
      hostName: 'box',
      ports: { clock, openHttpClient: () => Promise.resolve({ ok: true, value: client }) },
    });
    const { isRemoteAllowed = false, ...listening } = over;
    const faults: string[] = [];
    const log: Log = { ...silentLog, error: (message, fields) => faults.push(`${message} ${JSON.stringify(fields)}`) };
    const { api } = apiAround(fakeAgent(), {
      log,
      agent,
      inspect: { isRemoteAllowed },
      wall: () => clock.wall(),
      every: (_, run) => {
        ticks.add(run);
        return () => ticks.delete(run);
      },
    });
    const options = { addresses: ['127.0.0.1:0'], readTimeoutMs: 5_000, maxConnections: 50, log: silentLog, ...listening };
    const listener = await listen(api, options);
    const watched = new WatchedAgent({ clock, agent, listener, ticks, faults, change: () => (isHonoring = !isHonoring) });
    const started = agent.start();
    await watched.pass(1);
    await started;
    await watched.pass(20_000);
    return watched;
  }

  get address(): string {
    return this.listener.addresses[0] ?? '';
  }

  /** Path of the first loop. */
  get loopPath(): string {
    const loop = [...this.agent.actors()].find(({ _parent }) => _parent?.id === 'loops');
    return `agent/scrape/pool:node/loops/${loop?.id ?? ''}`;
  }

  /** Whether somebody watches: timers of viewers are set. */
  get isWatched(): boolean {
    return this.#ticks.size > 0;
  }

  /** Changes the configuration in a way that every loop is followed by another one. */
  async restartLoops(): Promise<void> {
    this.#change();
    const reloaded = this.agent.reload();
    await this.pass(20_000);
    await reloaded;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceSettled(ms, settled);
    for (const tick of this.#ticks) tick();
    await settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.agent.stop();
    await this.pass(120_000);
    await stopped;
    await this.listener.close();
    assert.deepEqual(this.#faults, []);
  }
}

/** Reads server-sent events from an answer until enough have come. */
export async function readEvents(
  response: Response,
  isEnough: (events: readonly InspectEvent[]) => boolean,
): Promise<readonly InspectEvent[]> {
  const events: InspectEvent[] = [];
  assert.ok(response.body !== null);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!isEnough(events)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(part.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
      events.push({
        type: fields.get('event') ?? '',
        id: fields.get('id'),
        data: JSON.parse(fields.get('data') ?? '{}') as InspectEvent['data'],
      });
    }
  }
  await reader.cancel();
  return events;
}

export interface InspectEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}
