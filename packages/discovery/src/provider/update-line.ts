import type { GroupUpdate } from '../merge-groups.ts';
import type { ProviderPorts } from './provider-ports.ts';

/**
 * The way of one provider's updates into the machines: every update is one input of the driver, waits in the table
 * and is named by its number. Once closed nothing comes through, not even what was accepted before.
 */
export class UpdateLine {
  readonly #ports: ProviderPorts;
  readonly #provider: string;
  #isClosed = false;

  constructor(ports: ProviderPorts, provider: string) {
    this.#ports = ports;
    this.#provider = provider;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Stages an update and hands its number to `deliver`, within one `push` input. */
  push(update: GroupUpdate, deliver: (rev: number) => void): void {
    if (this.#isClosed) return;
    const handle = this.#ports.table.nextUpdate(this.#provider);
    this.#ports.driver.accept({ kind: 'push', key: `provider:${this.#provider}#${handle.rev}` }, () => {
      if (this.#isClosed) return;
      this.#ports.table.stage(handle, update);
      deliver(handle.rev);
    });
  }

  /** Delivers something that carries no groups, within one `effect` input. */
  tell(key: string, deliver: () => void): void {
    if (this.#isClosed) return;
    this.#ports.driver.accept({ kind: 'effect', key: `${key}:${this.#provider}` }, () => {
      if (!this.#isClosed) deliver();
    });
  }
}
