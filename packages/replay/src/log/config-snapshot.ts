import type { Config } from '@limpet/config';
import { Secret } from '@limpet/model';

/** Gives each secret a name of its own, so that a replay can tell a changed one from an unchanged one. Kept in memory only. */
export class SecretNames {
  readonly #names = new Map<string, string>();

  nameOf(secret: string): string {
    let name = this.#names.get(secret);
    if (name === undefined) this.#names.set(secret, (name = `secret-${this.#names.size + 1}`));
    return name;
  }

  /** A text without any secret that is known, for words that came from elsewhere. */
  scrub(text: string): string {
    let clean = text;
    for (const [secret, name] of this.#names) if (secret.length >= SCRUBBED_CHARS_MIN) clean = clean.replaceAll(secret, `<${name}>`);
    return clean;
  }
}

/** Shorter secrets would turn half the words of a message into names. */
const SCRUBBED_CHARS_MIN = 4;
const PASSWORD_IN_URL = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*):([^/?#\s@]*)@/i;

/** Fields whose texts are not secrets by type and yet may hold one: extra headers, parameters of a token endpoint. */
const GUARDED_FIELDS: ReadonlySet<string> = new Set(['headers', 'endpointParams', 'values']);

/** A configuration as JSON, every secret and every password of a URL replaced by a name. */
export function configSnapshot(config: Config, names: SecretNames): string {
  const encode = (value: unknown, isGuarded = false): unknown => {
    if (value instanceof Secret) return { $secret: value.reveal() === '' ? '' : names.nameOf(value.reveal()) };
    if (typeof value === 'bigint') return { $bigint: String(value) };
    if (typeof value === 'string') return isGuarded ? names.nameOf(value) : withoutPassword(value, names);
    if (Array.isArray(value)) return value.map((item) => encode(item, isGuarded));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== undefined)
        .map(([key, field]) => [key, encode(field, isGuarded || GUARDED_FIELDS.has(key))]),
    );
  };
  return JSON.stringify(encode(config));
}

/** The configuration of a snapshot. Its secrets are their names. */
export function configOfSnapshot(text: string): Config {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$secret' in value) return new Secret(String(value.$secret));
    if ('$bigint' in value) return BigInt(String(value.$bigint));
    return value;
  }) as Config;
}

function withoutPassword(text: string, names: SecretNames): string {
  const found = PASSWORD_IN_URL.exec(text);
  if (found === null) return text;
  const [whole, front = '', password = ''] = found;
  return `${front}:${names.nameOf(password)}@${text.slice(whole.length)}`;
}
