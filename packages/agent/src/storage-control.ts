import type { Config } from '@limpet/config';
import type { Appendable, Log, Result } from '@limpet/model';
import type { FanOut } from './consumer/fan-out.ts';
import type { EffectResult } from './root/agent-ports.ts';
import type { History } from './view/history.ts';

/** The embedded store as the agent uses it. */
export interface EmbeddedStore extends Appendable {
  /** Why it cannot write at present, if it cannot. */
  readonly trouble: string | undefined;
  readonly history: History;
}

/** Delivery to receivers as the agent uses it: `RemoteWrite` of the package `remote-write` is one. */
export interface Receivers extends Appendable {
  apply(config: Pick<Config, 'remoteWrite' | 'global'>): Promise<Result<unknown, Error>>;
  /** Delivers what was accepted without waiting for batches to fill, and ends; cut short by `signal`. */
  close(signal?: AbortSignal): Promise<void>;
}

export interface StorageControlOptions {
  readonly fanOut: FanOut;
  readonly receivers: Receivers;
  /** Opens the embedded store; undefined where nothing is to be stored. */
  readonly openStore: (() => EmbeddedStore) | undefined;
  readonly log: Log;
  /** See `AgentWorld.waitForConsumers`. */
  readonly waitForConsumers: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Which consumers take batches: with `remote_write` the receivers, without it the embedded store. Library consumers
 * come and go on their own.
 */
export class StorageControl {
  readonly #options: StorageControlOptions;
  #store: EmbeddedStore | undefined;
  #isFirst = true;

  constructor(options: StorageControlOptions) {
    this.#options = options;
    // Also without receivers: those that are ending still resolve series of the batches they hold.
    options.fanOut.add(options.receivers);
  }

  /** Read access to the embedded store; undefined while it is off. */
  get history(): History | undefined {
    return this.#store?.history;
  }

  /** Puts the receivers or the store of a configuration in force. */
  async apply(config: Config): Promise<EffectResult> {
    const applied = await this.#options.receivers.apply(config);
    const stored = config.remoteWrite.length > 0 ? await this.#closeStore() : await this.#openStore();
    this.#isFirst = false;
    if (!applied.ok) return { ok: false, error: `remote write: ${applied.error.message}` };
    return stored;
  }

  /** Delivers and stores what is left, then closes every consumer. Cut short by `signal`. */
  async flush(signal: AbortSignal): Promise<void> {
    const { fanOut, receivers, waitForConsumers } = this.#options;
    const delivered = receivers.close(signal);
    fanOut.remove(receivers);
    await waitForConsumers(() => fanOut.flush(signal));
    await delivered;
    await waitForConsumers(() => fanOut.close());
    this.#store = undefined;
  }

  /** A store that is in trouble may heal by itself, but nobody starts on one that cannot write. */
  async #openStore(): Promise<EffectResult> {
    const { openStore, fanOut } = this.#options;
    if (this.#store !== undefined || openStore === undefined) return { ok: true };
    let store: EmbeddedStore;
    try {
      store = openStore();
    } catch (cause) {
      return this.#storeRefused(String(cause));
    }
    if (this.#isFirst && store.trouble !== undefined) {
      await store.close();
      return this.#storeRefused(store.trouble);
    }
    this.#store = store;
    fanOut.add(store);
    return { ok: true };
  }

  #storeRefused(cause: string): EffectResult {
    this.#options.log.error('the embedded store could not be opened', { code: 'LIMPET_STORE_OPEN', cause });
    return { ok: false, error: `the embedded store could not be opened: ${cause}` };
  }

  async #closeStore(): Promise<EffectResult> {
    const store = this.#store;
    if (store === undefined) return { ok: true };
    this.#store = undefined;
    this.#options.fanOut.remove(store);
    await store.close();
    return { ok: true };
  }
}
