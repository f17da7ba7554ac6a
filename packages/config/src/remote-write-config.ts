import type { RelabelConfig } from '@limpet/relabel';
import type { HttpClientConfig } from './http-client-config.ts';

/** One receiver (config.md section 8). */
export interface RemoteWriteConfig {
  /** May hold a password: never print it, see `redactedUrl`. */
  readonly url: string;
  /** Given, or the first six hex digits of the entry's hash (C-181). */
  readonly name: string;
  /** MD5 of the entry's canonical form, secrets as `<secret>`: the same hash keeps the queue (C-181). */
  readonly hash: string;
  readonly remoteTimeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly writeRelabelConfigs: readonly RelabelConfig[];
  readonly sendExemplars: boolean;
  readonly sendNativeHistograms: boolean;
  readonly roundRobinDns: boolean;
  readonly protobufMessage: 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request';
  readonly queue: QueueConfig;
  readonly metadata: MetadataConfig;
  readonly httpClient: HttpClientConfig;
}

export interface QueueConfig {
  /** Samples per shard that may wait. */
  readonly capacity: number;
  readonly maxShards: number;
  readonly minShards: number;
  readonly maxSamplesPerSend: number;
  readonly batchSendDeadlineMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly retryOnHttp429: boolean;
  /** 0 = off. */
  readonly sampleAgeLimitMs: number;
}

export interface MetadataConfig {
  readonly send: boolean;
  readonly sendIntervalMs: number;
  readonly maxSamplesPerSend: number;
}
