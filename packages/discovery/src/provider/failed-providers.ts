import type { Metrics } from '@limpet/model';
import { MANAGER_NAME, METRICS } from '../metrics.ts';

/**
 * Providers that could not be created (D-008), for example because a certificate is missing. They try again with each
 * refresh, so the gauge falls when the cause is gone, without a reload.
 */
export class FailedProviders {
  readonly #names = new Set<string>();
  readonly #metrics: Metrics;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#show();
  }

  add(provider: string): void {
    this.#names.add(provider);
    this.#show();
  }

  /** The provider was created after all, or has ended. */
  delete(provider: string): void {
    if (this.#names.delete(provider)) this.#show();
  }

  #show(): void {
    this.#metrics.set(METRICS.failedConfigs, [MANAGER_NAME], this.#names.size);
  }
}
