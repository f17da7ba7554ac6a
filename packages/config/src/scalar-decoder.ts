import { DurationError, parseDuration, parseSize, Secret, SizeError } from '@limpet/model';
import { quoted, refuseType, refuseTypeUnseen } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { hide, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { readUrl } from './url.ts';
import { booleanOf, floatOf, integerOf } from './yaml-node.ts';
import type { ScalarNode } from './yaml-node.ts';

const BINARY_TAG = 'tag:yaml.org,2002:binary';

/**
 * Any scalar, as written (C-005). Bytes of a `!!binary` that are not UTF-8 come back as lone surrogates, which no
 * other spelling can produce, so `isWellFormed` tells whether the text can be sent.
 */
export const rawText: Decoder<string> = { absent: '', zero: '', read: (place) => readText(place, 'string') };

function readText(place: Place, wanted: string): Decoded<string> {
  const { node } = place;
  if (node.kind !== 'scalar') return refuseTypeUnseen(place, wanted);
  if (node.tag !== BINARY_TAG) return node.text;
  const decoded = decodeBinary(node.text);
  return decoded ?? refuse(place, 'LIMPET_CONFIG_TYPE', 'yaml: !!binary value contains invalid base64 data');
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeBinary(text: string): string | undefined {
  const compact = text.replace(/[\r\n]/g, '');
  if (!BASE64.test(compact)) return undefined;
  const bytes = atob(compact);
  try {
    return utf8Decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return `\ud800${bytes}`;
  }
}

/** A text that is sent or shown somewhere, hence UTF-8. */
export const text: Decoder<string> = { absent: '', zero: '', read: (place) => utf8(readText(place, 'string'), place) };

function utf8(value: Decoded<string>, place: Place): Decoded<string> {
  if (value === INVALID || value.isWellFormed()) return value;
  return refuse(place, 'LIMPET_CONFIG_VALUE', 'is not valid UTF-8');
}

/** A text that is never shown (C-013). */
export const secret: Decoder<Secret> = {
  absent: new Secret(''),
  zero: new Secret(''),
  isSecret: true,
  read: (place) => {
    hide(place);
    const value = utf8(readText(place, 'secret'), place);
    return value === INVALID ? INVALID : new Secret(value);
  },
};

/** A text that frames do not show, although it is no secret by type: headers often carry credentials. */
export const unshownText: Decoder<string> = {
  absent: '',
  zero: '',
  isSecret: true,
  read: (place) => {
    hide(place);
    return text.read(place);
  },
};

/** A path, resolved against the directory of its file (C-001). */
export const path: Decoder<string> = {
  absent: '',
  zero: '',
  read: (place) => {
    const value = text.read(place);
    return value === INVALID ? INVALID : place.reading.resolve(value);
  },
};

export const boolean: Decoder<boolean> = {
  absent: false,
  zero: false,
  read: (place) => plainValue(place, booleanOf) ?? refuseType(place, 'bool'),
};

function plainValue<Value>({ node }: Place, convert: (text: string) => Value | undefined): Value | undefined {
  return node.kind === 'scalar' && node.isPlain ? convert(node.text) : undefined;
}

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** A whole number within bounds; a written fraction is cut off, as Go's YAML library does. */
function whole(place: Place, wanted: string, bounds: { readonly min: bigint; readonly max: bigint }): Decoded<bigint> {
  const value = plainValue(place, integerOf) ?? truncated(plainValue(place, floatOf));
  return value === undefined || value < bounds.min || value > bounds.max ? refuseType(place, wanted) : value;
}

function truncated(value: number | undefined): bigint | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : BigInt(Math.trunc(value));
}

/** A signed 64-bit integer; beyond 2^53 the nearest number that JavaScript has. */
export const integer: Decoder<number> = {
  absent: 0,
  zero: 0,
  read: (place) => asNumber(whole(place, 'int', { min: -INT64_MAX - 1n, max: INT64_MAX })),
};

/** An unsigned 64-bit integer; beyond 2^53 the nearest number that JavaScript has. */
export const unsigned: Decoder<number> = {
  absent: 0,
  zero: 0,
  read: (place) => asNumber(whole(place, 'uint', { min: 0n, max: UINT64_MAX })),
};

/** An unsigned 64-bit integer, exact. */
export const unsignedBig: Decoder<bigint> = {
  absent: 0n,
  zero: 0n,
  read: (place) => whole(place, 'uint64', { min: 0n, max: UINT64_MAX }),
};

function asNumber(value: Decoded<bigint>): Decoded<number> {
  return value === INVALID ? INVALID : Number(value);
}

export const float: Decoder<number> = {
  absent: 0,
  zero: 0,
  read: (place) => {
    const value = plainValue(place, integerOf);
    return value === undefined ? (plainValue(place, floatOf) ?? refuseType(place, 'float64')) : Number(value);
  },
};

/** Milliseconds of a Prometheus duration (C-010). */
export const durationMs: Decoder<number> = { absent: 0, zero: 0, read: (place) => measured(place, 'duration', parseDuration) };

/** Bytes of a size with a unit (C-012). */
export const sizeBytes: Decoder<number> = { absent: 0, zero: 0, read: (place) => measured(place, 'size', parseSize) };

function measured(place: Place, wanted: string, parse: (text: string) => number): Decoded<number> {
  if (place.node.kind !== 'scalar') return refuseType(place, wanted);
  try {
    return parse(textOf(place.node));
  } catch (cause) {
    if (cause instanceof DurationError || cause instanceof SizeError) {
      return refuse(place, 'LIMPET_CONFIG_VALUE', cause.message, { cause });
    }
    throw cause;
  }
}

/** Enough of a text to measure: nothing longer is a duration or a size. */
function textOf(node: ScalarNode): string {
  return node.text.length > 200 ? `${node.text.slice(0, 200)}…` : node.text;
}

/** A URL, absolute or relative. It may hold a password: it is shown through `redactedUrl` only (C-017). */
export const url: Decoder<string | undefined> = {
  absent: undefined,
  zero: undefined,
  isSecret: true,
  read: (place) => {
    const value = text.read(place);
    if (value === INVALID) return INVALID;
    const reading = readUrl(value);
    if (!reading.ok) hide(place);
    return reading.ok ? value : refuse(place, 'LIMPET_CONFIG_VALUE', `parse URL: ${reading.reason}`);
  },
};

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[], refusal: (value: string) => string): Decoder<Word | undefined> {
  return {
    absent: undefined,
    zero: undefined,
    read: (place) => {
      const value = text.read(place);
      if (value === INVALID) return INVALID;
      return words.find((word) => word === value) ?? refuse(place, 'LIMPET_CONFIG_VALUE', refusal(value));
    },
  };
}

/** A label name of any scheme: not empty, UTF-8 (C-015). */
export const labelName: Decoder<string> = {
  absent: '',
  zero: '',
  read: (place) => {
    const value = rawText.read(place);
    if (value === INVALID || (value !== '' && value.isWellFormed())) return value;
    return refuse(place, 'LIMPET_CONFIG_VALUE', `${quoted(value.toWellFormed())} is not a valid label name`);
  },
};

/** A label value: UTF-8 (C-016). */
export const labelValue: Decoder<string> = {
  absent: '',
  zero: '',
  read: (place) => {
    const value = rawText.read(place);
    if (value === INVALID || value.isWellFormed()) return value;
    return refuse(place, 'LIMPET_CONFIG_VALUE', `${quoted(value.toWellFormed())} is not a valid label value`);
  },
};
