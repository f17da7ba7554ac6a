import { formatDuration } from '@limpet/model';
import { httpClientYaml } from './format-http-client.ts';
import { relabelYaml } from './format-relabel.ts';
import type { RemoteWriteConfig } from './remote-write-config.ts';
import { redactedUrl } from './url.ts';
import { mapping, unlessZero } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/** A receiver in upstream's field order, secrets masked. A name that was made from the hash is left out. */
export function remoteWriteYaml(config: RemoteWriteConfig): YamlObject {
  const { queue, metadata } = config;
  const isNamed = config.hash === '' || config.name !== config.hash.slice(0, 6);
  return {
    url: redactedUrl(config.url),
    remote_timeout: formatDuration(config.remoteTimeoutMs),
    headers: mapping(config.headers, (text) => text),
    write_relabel_configs: relabelYaml(config.writeRelabelConfigs),
    name: isNamed ? unlessZero(config.name) : undefined,
    send_exemplars: unlessZero(config.sendExemplars),
    send_native_histograms: unlessZero(config.sendNativeHistograms),
    round_robin_dns: unlessZero(config.roundRobinDns),
    protobuf_message: config.protobufMessage,
    ...httpClientYaml(config.httpClient),
    queue_config: {
      capacity: queue.capacity,
      max_shards: queue.maxShards,
      min_shards: queue.minShards,
      max_samples_per_send: queue.maxSamplesPerSend,
      batch_send_deadline: formatDuration(queue.batchSendDeadlineMs),
      min_backoff: formatDuration(queue.minBackoffMs),
      max_backoff: formatDuration(queue.maxBackoffMs),
      retry_on_http_429: unlessZero(queue.retryOnHttp429),
      sample_age_limit: queue.sampleAgeLimitMs === 0 ? undefined : formatDuration(queue.sampleAgeLimitMs),
    },
    metadata_config: {
      send: metadata.send,
      send_interval: formatDuration(metadata.sendIntervalMs),
      max_samples_per_send: metadata.maxSamplesPerSend,
    },
  };
}
