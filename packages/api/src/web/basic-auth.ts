import { createHmac } from 'node:crypto';
import type { Secret } from '@limpet/model';

/** What a client says who it is. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Reads an `Authorization` header of the scheme Basic; `undefined` where it is none. */
export function basicCredentials(authorization: string | null): Credentials | undefined {
  const encoded = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Accepted credentials that are remembered, so that the slow comparison happens once for each. */
export const ACCEPTED_COUNT_MAX = 1_000;
/** Comparisons that may wait for their turn; who comes then is told to come again. */
export const COMPARISONS_WAITING_MAX = 100;

/** What a password check needs. */
export interface PasswordCheckOptions {
  /** Whether a password is the one of a bcrypt hash. Slow by design. */
  compare(password: string, hash: string): Promise<boolean>;
  /** Keys the digests under which accepted credentials are remembered: random, so that they tell nothing elsewhere. */
  readonly digestKey: Uint8Array;
}

/**
 * Holds credentials against bcrypt hashes. An unknown user costs as much as a wrong password: one comparison with a hash
 * that nobody has. Only what was accepted is remembered, and by a digest of user, hash and password together, so that a
 * changed hash is asked for anew.
 */
export class PasswordCheck {
  readonly #options: PasswordCheckOptions;
  readonly #accepted = new Set<string>();
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(options: PasswordCheckOptions) {
    this.#options = options;
  }

  /** Rejects only where a comparison itself fails. */
  async check(users: ReadonlyMap<string, Secret>, { user, password }: Credentials): Promise<'accepted' | 'refused' | 'busy'> {
    const known = users.get(user);
    const hash = known?.reveal() ?? nobodysHash(users);
    const digest = this.#digest([user, hash, password]);
    if (known !== undefined && this.#accepted.has(digest)) return 'accepted';
    if (!this.#running.has(digest) && this.#running.size >= COMPARISONS_WAITING_MAX) return 'busy';
    const isEqual = await this.#compare(digest, password, hash);
    if (known === undefined || !isEqual) return 'refused';
    this.#remember(digest);
    return 'accepted';
  }

  /** Equal questions at the same time share one comparison, as when a page sends its first requests. */
  #compare(digest: string, password: string, hash: string): Promise<boolean> {
    const running = this.#running.get(digest);
    if (running !== undefined) return running;
    const comparison = this.#options.compare(password, hash).finally(() => this.#running.delete(digest));
    this.#running.set(digest, comparison);
    return comparison;
  }

  #remember(digest: string): void {
    this.#accepted.add(digest);
    if (this.#accepted.size <= ACCEPTED_COUNT_MAX) return;
    const [oldest = ''] = this.#accepted;
    this.#accepted.delete(oldest);
  }

  #digest(parts: readonly string[]): string {
    return createHmac('sha256', this.#options.digestKey).update(JSON.stringify(parts)).digest('base64');
  }
}

/** A hash that no password is known for, as costly as the costliest of the users'. */
function nobodysHash(users: ReadonlyMap<string, Secret>): string {
  const costs = [...users.values()].map((hash) => hash.reveal().split('$')[2] ?? '');
  const [cost = '10'] = costs.toSorted().toReversed();
  return `$2b$${cost}$${'.'.repeat(53)}`;
}
