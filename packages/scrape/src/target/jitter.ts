import { fnv1a64 } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { goQuote } from './go-quote.ts';
import { hex64, targetHash } from './target-hash.ts';

const NS_PER_MS = 1_000_000n;
const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * What keeps two agents with the same targets from scraping them at the same moment: FNV-1a 64 of the host's full name
 * and the external labels. Source: Prometheus 3.14, scrape/manager.go, setOffsetSeed (S-010).
 */
export function jitterSeed(hostName: string, externalLabels: Labels): bigint {
  const pairs = externalLabels.map(([name, value]) => `${PLAIN_NAME.test(name) ? name : goQuote(name)}=${goQuote(value)}`);
  return fnv1a64(`${hostName}{${pairs.join(', ')}}`);
}

/** `LoopSpec.offsetHash`: the target's hash XOR the pool's seed as 16 hex digits. */
export function offsetHash(key: string, seed: bigint): string {
  return hex64(targetHash(key) ^ seed);
}

export interface FirstScrapeInput {
  /** Wall milliseconds, fractions allowed. */
  readonly nowWallMs: number;
  readonly intervalMs: number;
  readonly hash: bigint;
  readonly seed: bigint;
}

/**
 * Milliseconds until a target's first scrape, in [0, intervalMs], computed in whole nanoseconds. Slots hang on the
 * epoch, so the phase is the same whenever it is asked for. Source: scrape/target.go, (*Target).offset (S-100).
 */
export function msToFirstScrape({ nowWallMs, intervalMs, hash, seed }: FirstScrapeInput): number {
  const interval = nanoseconds(intervalMs);
  const base = interval - (nanoseconds(nowWallMs) % interval);
  const next = base + ((hash ^ seed) % interval);
  return Number(next > interval ? next - interval : next) / Number(NS_PER_MS);
}

function nanoseconds(ms: number): bigint {
  const whole = Math.trunc(ms);
  return BigInt(whole) * NS_PER_MS + BigInt(Math.round((ms - whole) * Number(NS_PER_MS)));
}
