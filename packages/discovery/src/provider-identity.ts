import type { ServiceDiscoveryConfig } from '@limpet/config';
import { Secret } from '@limpet/model';

/**
 * What makes a provider the same as another (C-100): its configuration as a text with sorted keys, in which secrets
 * are masked, and the secrets beside it. The text may be a Map key or be logged; equality asks for the secrets too.
 */
export interface ProviderIdentity {
  readonly text: string;
  readonly secrets: readonly Secret[];
}

export function providerIdentity(config: ServiceDiscoveryConfig): ProviderIdentity {
  const secrets: Secret[] = [];
  return { text: describe(config, secrets), secrets };
}

/** Whether two configurations are equal in every field, secrets included (D-020). */
export function identitiesEqual(left: ProviderIdentity, right: ProviderIdentity): boolean {
  return (
    left.text === right.text &&
    left.secrets.length === right.secrets.length &&
    left.secrets.every((secret, index) => right.secrets[index]?.equals(secret) === true)
  );
}

/** JSON with sorted keys; fields that are `undefined` count as missing. Secrets are collected in the order met. */
function describe(value: unknown, secrets: Secret[]): string {
  if (value instanceof Secret) {
    secrets.push(value);
    return '<secret>';
  }
  if (Array.isArray(value)) return `[${value.map((element) => describe(element, secrets)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${describe(field, secrets)}`);
  return `{${fields.join(',')}}`;
}
