import { hash } from 'node:crypto';
import { redactedUrl } from '@limpet/config';
import type { RemoteWriteConfig } from '@limpet/config';

const HASH_DIGITS = 12;
const WORD_LENGTH_MAX = 40;

/**
 * Names each receiver's place in the durable log, in the order given. A receiver with a name has it by that, so its URL
 * may change; another by what makes it another receiver. Tuning of the queue and secrets never move a receiver.
 */
export function logPlaces(configs: readonly RemoteWriteConfig[]): readonly string[] {
  const counts = new Map<string, number>();
  return configs.map((config) => {
    const place = placeOf(config);
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    return count === 1 ? place : `${place}-${count}`;
  });
}

/** A modulus of `hashmod` is a bigint, which JSON does not have. */
function withoutBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function placeOf(config: RemoteWriteConfig): string {
  const { name, url, headers, writeRelabelConfigs, protobufMessage } = config;
  const isNamed = name !== config.hash.slice(0, name.length);
  const identity = isNamed
    ? { name }
    : { url: redactedUrl(url), headers: Object.keys(headers).sort(), writeRelabelConfigs, protobufMessage };
  const word = isNamed ? name.replaceAll(/[^\w.-]+/g, '_').slice(0, WORD_LENGTH_MAX) : 'remote';
  return `${word}-${hash('sha256', JSON.stringify(identity, withoutBigints)).slice(0, HASH_DIGITS)}`;
}
