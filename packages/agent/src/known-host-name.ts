import type { Clock } from '@limpet/driver';
import { fullHostName } from './full-host-name.ts';
import type { HostNames } from './full-host-name.ts';

/** Milliseconds for finding the full name: a resolver that is silent must not hold a configuration up. */
export const HOST_NAME_MS_MAX = 2_000;

export interface KnownHostNameOptions {
  /** Instead of whatever could be found. */
  readonly given: string | undefined;
  readonly names: HostNames;
  readonly clock: Clock;
}

/** The name of this machine for the jitter of scrapes, as found last (S-010, S-011). */
export class KnownHostName {
  readonly #options: KnownHostNameOptions;
  #found: string | undefined;

  constructor(options: KnownHostNameOptions) {
    this.#options = options;
  }

  get current(): string {
    const { given, names } = this.#options;
    return given ?? this.#found ?? names.hostName();
  }

  /** Looks the name up, unless it is given; one that is not found in time stays what it was. Never rejects. */
  async look(): Promise<void> {
    const { given, names, clock } = this.#options;
    if (given !== undefined) return;
    const late = Promise.withResolvers<undefined>();
    const timer = clock.setTimeout(() => late.resolve(undefined), HOST_NAME_MS_MAX);
    const found = await Promise.race([fullHostName(names), late.promise]);
    clock.clearTimeout(timer);
    this.#found = found ?? this.#found;
  }
}
