import { Secret } from '@limpet/model';
import type { Config, ScrapeConfig, ServiceDiscoveryConfig } from './config.ts';
import type { RemoteWriteConfig } from './remote-write-config.ts';

/** Whatever of a configuration is compared: all of it, a job, a provider, a receiver. */
export type ComparableConfig = Config | ScrapeConfig | ServiceDiscoveryConfig | RemoteWriteConfig;

/** Whether two configurations are equal in everything, secrets included (C-013, C-100, C-180). */
export function equalConfigs<Kind extends ComparableConfig>(left: Kind, right: Kind): boolean {
  return equalValues(left, right);
}

/**
 * Whether a loop of the old job can hand its series cache to one of the new: the jobs are equal but for interval,
 * timeout, sample limit and HTTP client (S-024).
 */
export function isCacheReusable(oldJob: ScrapeConfig, newJob: ScrapeConfig): boolean {
  const { scrapeIntervalMs, scrapeTimeoutMs, sampleLimit, httpClient } = oldJob;
  return equalValues(oldJob, { ...newJob, scrapeIntervalMs, scrapeTimeoutMs, sampleLimit, httpClient });
}

/** Deep equality of plain data and secrets. A field that is `undefined` equals one that is absent. */
export function equalValues(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (left instanceof Secret || right instanceof Secret) return left instanceof Secret && right instanceof Secret && left.equals(right);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => equalValues(item, right[index]))
    );
  }
  return isEqualObject(left, right);
}

function isEqualObject(left: object, right: object): boolean {
  const [leftFields, rightFields] = [definedFields(left), definedFields(right)];
  return (
    leftFields.size === rightFields.size &&
    [...leftFields].every(([name, value]) => rightFields.has(name) && equalValues(value, rightFields.get(name)))
  );
}

function definedFields(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
}
