import { checkContract } from './check-contract.ts';
import type { MetricsContract } from './contract.ts';
import { exposedFamilies } from './exposed-families.ts';
import type { Exposition } from './exposed-families.ts';

/** The part of an answer of `fetch` that is read. */
export interface ExpositionResponse {
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What can be held against a contract: the text of an exposition, one with its type, or an answer of `fetch`. */
export type Exposed = string | Exposition | ExpositionResponse;

/** What a matcher answers to a test runner. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * A matcher for `expect.extend({ toExposeMetrics })` of vitest and runners alike:
 * `await expect(await fetch(url)).toExposeMetrics(contract)`.
 */
export async function toExposeMetrics(exposed: Exposed, contract: MetricsContract): Promise<MatcherResult> {
  const broken = await brokenPromises(exposed, contract);
  return {
    pass: broken.length === 0,
    message: () => (broken.length === 0 ? 'the exposition keeps the contract, and was not expected to' : messageOf(broken)),
  };
}

/** The same for `node:test`: rejects with an `Error` that names every promise that is not kept. */
export async function assertExposesMetrics(exposed: Exposed, contract: MetricsContract): Promise<void> {
  const broken = await brokenPromises(exposed, contract);
  if (broken.length > 0) throw new Error(messageOf(broken));
}

async function brokenPromises(exposed: Exposed, contract: MetricsContract): Promise<readonly string[]> {
  return checkContract(exposedFamilies(await expositionOf(exposed)), contract).map(({ message }) => message);
}

async function expositionOf(exposed: Exposed): Promise<Exposition> {
  if (typeof exposed === 'string') return { body: exposed };
  if (!('text' in exposed)) return exposed;
  const contentType = exposed.headers.get('content-type');
  return { body: await exposed.text(), ...(contentType !== null && { contentType }) };
}

function messageOf(broken: readonly string[]): string {
  return `the exposition does not keep its contract:\n${broken.map((message) => `  ${message}`).join('\n')}`;
}
