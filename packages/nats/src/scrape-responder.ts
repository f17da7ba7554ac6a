import type { Agent, AskedScrape } from '@limpet/agent';
import type { MessageBus } from './message-bus.ts';
import { whenAborted } from './pump.ts';
import type { Pump } from './pump.ts';

/** Longest body that an answer carries, bytes; what is longer is cut, and said to be. */
const SHOWN_BYTES_MAX = 262_144;

/** What a request on `<prefix>.scrape` asks for, as JSON. */
export interface ScrapeOrder {
  /** Id of the target, as events and the API name it. */
  readonly target: string;
  /** `view` where it is left out. */
  readonly purpose?: 'view' | 'commit';
}

/** Scrapes targets for those who ask on the bus. The answer is JSON; a request that cannot be obeyed is answered too. */
export class ScrapeResponder implements Pump {
  readonly #agent: Pick<Agent, 'scrapeNow'>;
  readonly #prefix: string;

  constructor({ agent, prefix }: { readonly agent: Pick<Agent, 'scrapeNow'>; readonly prefix: string }) {
    this.#agent = agent;
    this.#prefix = prefix;
  }

  async run(bus: MessageBus, signal: AbortSignal): Promise<void> {
    bus.serve(`${this.#prefix}.scrape`, async (payload) => new TextEncoder().encode(JSON.stringify(await this.answer(payload))));
    await whenAborted(signal);
  }

  /** Nothing waits. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  async answer(payload: Uint8Array): Promise<object> {
    const order = orderOf(payload);
    if (order === undefined) return { ok: false, error: 'a request is {"target": "<id>", "purpose": "view" | "commit"}' };
    return shown(await this.#agent.scrapeNow(order.target, { purpose: order.purpose ?? 'view', by: 'nats' }));
  }
}

function orderOf(payload: Uint8Array): ScrapeOrder | undefined {
  try {
    const order = JSON.parse(new TextDecoder().decode(payload)) as Partial<ScrapeOrder> | null;
    const { target, purpose } = order ?? {};
    if (typeof target !== 'string' || ![undefined, 'view', 'commit'].includes(purpose)) return undefined;
    return { target, ...(purpose !== undefined && { purpose }) };
  } catch {
    return undefined;
  }
}

function shown({ body, ...result }: AskedScrape): object {
  if (body === undefined) return result;
  const isBodyCut = body.length > SHOWN_BYTES_MAX;
  return { ...result, body: new TextDecoder().decode(body.subarray(0, SHOWN_BYTES_MAX)), isBodyCut };
}
