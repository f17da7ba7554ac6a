import type { Config } from '@limpet/config';
import type { Appendable, Log, Result } from '@limpet/model';
import type { FanOut } from './consumer/fan-out.ts';
import type { EffectResult } from './root/agent-ports.ts';
import type { History } from './view/history.ts';

/** The embedded store as the agent uses it. */
export interface EmbeddedStore extends Appendable {
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
}

/**
 * Which consumers take batches: with `remote_write` the receivers, without it the embedded store. Library consumers
 * come and go on their own.
 */
export class StorageControl {
  readonly #options: StorageControlOptions;
  #store: EmbeddedStore | undefined;

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
    const stored = config.remoteWrite.length > 0 ? await this.#closeStore() : this.#openStore();
    if (!applied.ok) return { ok: false, error: `remote write: ${applied.error.message}` };
    return stored;
  }

  /** Delivers and stores what is left, then closes every consumer. Cut short by `signal`. */
  async flush(signal: AbortSignal): Promise<void> {
    const { fanOut, receivers } = this.#options;
    const delivered = receivers.close(signal);
    fanOut.remove(receivers);
    await fanOut.flush(signal);
    await delivered;
    await fanOut.close();
    this.#store = undefined;
  }

  #openStore(): EffectResult {
    const { openStore, fanOut, log } = this.#options;
    if (this.#store !== undefined || openStore === undefined) return { ok: true };
    try {
      this.#store = openStore();
    } catch (cause) {
      log.error('the embedded store could not be opened', { code: 'LIMPET_STORE_OPEN', cause: String(cause) });
      return { ok: false, error: `the embedded store could not be opened: ${String(cause)}` };
    }
    fanOut.add(this.#store);
    return { ok: true };
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
