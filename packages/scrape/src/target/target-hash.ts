import { encodeLabels, fnv1a64, xxhash64 } from '@limpet/model';
import type { Labels } from '@limpet/model';

/**
 * The identity of a target as 16 hex digits: FNV-1a 64 over the decimal hash of all its labels, padded to 16 places,
 * and its URL. Source: Prometheus 3.14, scrape/target.go, (*Target).hash (S-040).
 */
export function targetKey(labels: Labels, url: string): string {
  const labelHash = xxhash64(encodeLabels(labels)).toString().padStart(16, '0');
  return hex64(fnv1a64(labelHash + url));
}

/** The hash behind a key. */
export function targetHash(key: string): bigint {
  return BigInt(`0x${key}`);
}

/** Unsigned 64 bits as 16 hex digits. */
export function hex64(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

/** Identity of a target for people and for storage: `<instance>#<first 6 hex digits of the key>`. */
export function targetId(target: { readonly key: string; readonly instance: string }): string {
  return `${target.instance}#${target.key.slice(0, 6)}`;
}
