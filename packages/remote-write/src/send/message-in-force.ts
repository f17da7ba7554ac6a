import type { RemoteWriteConfig } from '@limpet/config';

/** Which message a receiver gets: the one that is configured, or 1.0 from the moment on at which it refuses 2.0 as unknown. */
export class MessageInForce {
  /** Whether 2.0 is asked for. */
  readonly isV2Wanted: boolean;
  #isV2: boolean;

  constructor({ protobufMessage }: Pick<RemoteWriteConfig, 'protobufMessage'>) {
    this.isV2Wanted = protobufMessage === 'io.prometheus.write.v2.Request';
    this.#isV2 = this.isV2Wanted;
  }

  get isV2(): boolean {
    return this.#isV2;
  }

  /** The receiver does not know 2.0. */
  fallBack(): void {
    this.#isV2 = false;
  }
}
