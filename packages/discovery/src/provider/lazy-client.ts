import type { HttpClientConfig } from '@limpet/config';
import type { TimerHandle } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { HttpClientOpened } from '../ports.ts';
import type { ProviderPorts } from './provider-ports.ts';

/** Milliseconds for reading the files that a client needs: a file system that has gone away never answers. */
export const OPENING_MS_MAX = 30_000;
/** Openings that hang at the same time, each of which may hold a thread of the pool. */
export const HANGING_OPENINGS_MAX = 2;

/**
 * The HTTP client of a provider, opened when it is first needed and its files are in order. Until then the provider
 * counts as one that could not be created (D-008).
 */
export class LazyClient {
  readonly #provider: string;
  readonly #ports: ProviderPorts;
  readonly #config: HttpClientConfig;
  #client: HttpClient | undefined;
  #opening: Promise<HttpClientOpened> | undefined;
  #deadline: TimerHandle | undefined;
  /** Openings that missed their deadline and have not come to an end since. */
  #hangingCount = 0;
  #hasEnded = false;

  constructor(provider: string, ports: ProviderPorts, config: HttpClientConfig) {
    this.#provider = provider;
    this.#ports = ports;
    this.#config = config;
  }

  /** The client, always the same one; otherwise why there is none. Never rejects. */
  open(): Promise<HttpClientOpened> {
    // A refresh that is given up leaves the opening to the next one.
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Closes the client and everything that is connected through it. */
  end(): void {
    this.#hasEnded = true;
    if (this.#deadline !== undefined) this.#ports.driver.clock.clearTimeout(this.#deadline);
    this.#client?.close();
    this.#ports.failedProviders.delete(this.#provider);
  }

  async #open(): Promise<HttpClientOpened> {
    if (this.#client !== undefined) return succeeded(this.#client);
    if (this.#hangingCount >= HANGING_OPENINGS_MAX) {
      return failed({ message: 'the HTTP client cannot be opened: earlier attempts still hang' });
    }
    const opened = await this.#openInTime();
    if (opened === undefined) return failed({ message: `the HTTP client could not be opened within ${OPENING_MS_MAX / 1000} s` });
    if (this.#hasEnded) {
      if (opened.ok) opened.value.close();
      return failed({ message: 'the provider has ended' });
    }
    if (!opened.ok) {
      this.#ports.failedProviders.add(this.#provider);
      return opened;
    }
    this.#ports.failedProviders.delete(this.#provider);
    this.#client = opened.value;
    return opened;
  }

  /** What opening gives, or undefined where it hangs: what comes of that later is closed, and the next call tries anew. */
  async #openInTime(): Promise<HttpClientOpened | undefined> {
    const { clock } = this.#ports.driver;
    const opening = this.#ports.openHttpClient(this.#config);
    const late = Promise.withResolvers<undefined>();
    this.#deadline = clock.setTimeout(() => late.resolve(undefined), OPENING_MS_MAX);
    const opened = await Promise.race([opening, late.promise]);
    clock.clearTimeout(this.#deadline);
    if (opened === undefined) {
      this.#hangingCount++;
      const forget = (late?: HttpClientOpened): void => {
        this.#hangingCount--;
        if (late?.ok) late.value.close();
      };
      opening.then(forget, () => forget());
    }
    return opened;
  }
}
