import type { Agent, RegistrationResult } from '@limpet/agent';
import type { MessageBus } from './message-bus.ts';
import { whenAborted } from './pump.ts';
import type { Pump } from './pump.ts';

/** What a request on `<prefix>.targets.<section>.<source>` asks for, as JSON. */
export type TargetOrder =
  /** Registers, or renews: target groups in the form of HTTP discovery. */
  { readonly groups: readonly object[]; readonly ttlMs: number } | { readonly withdraw: true };

/** Lets targets register at sections of `push_sd_configs` on the bus. A request that cannot be obeyed is answered too. */
export class TargetResponder implements Pump {
  readonly #agent: Pick<Agent, 'registerTargets' | 'withdrawTargets'>;
  readonly #prefix: string;

  constructor({ agent, prefix }: { readonly agent: Pick<Agent, 'registerTargets' | 'withdrawTargets'>; readonly prefix: string }) {
    this.#agent = agent;
    this.#prefix = prefix;
  }

  async run(bus: MessageBus, signal: AbortSignal): Promise<void> {
    bus.serve(`${this.#prefix}.targets.*.*`, (payload, subject) => {
      return Promise.resolve(new TextEncoder().encode(JSON.stringify(this.answer(payload, subject))));
    });
    await whenAborted(signal);
  }

  /** Nothing waits. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  answer(payload: Uint8Array, subject: string): RegistrationResult {
    const [name = '', source = ''] = subject.slice(this.#prefix.length).split('.').slice(2);
    const order = orderOf(payload);
    if (order === undefined) {
      return { ok: false, reason: 'invalid', error: 'a request is {"groups": […], "ttlMs": 60000} or {"withdraw": true}' };
    }
    if ('withdraw' in order) return this.#agent.withdrawTargets({ name, source });
    return this.#agent.registerTargets({ name, source, groups: JSON.stringify(order.groups), ttlMs: order.ttlMs });
  }
}

function orderOf(payload: Uint8Array): TargetOrder | undefined {
  try {
    const order = JSON.parse(new TextDecoder().decode(payload)) as { groups?: unknown; ttlMs?: unknown; withdraw?: unknown } | null;
    if (order?.withdraw === true) return { withdraw: true };
    const { groups, ttlMs } = order ?? {};
    return Array.isArray(groups) && typeof ttlMs === 'number' ? { groups, ttlMs } : undefined;
  } catch {
    return undefined;
  }
}
