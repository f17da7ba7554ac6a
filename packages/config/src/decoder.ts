import { describeKind, isNull } from './yaml-node.ts';
import { hide, INVALID, itemPlace, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';

/** How a field gets its value. Fields are absent, null or written, and each of the three has its own answer (C-004). */
export interface Decoder<Value> {
  /** What an absent field is. */
  readonly absent: Value;
  /** What an explicit null is: Go's zero value of the type. */
  readonly zero: Value;
  /** Reads a node that is not null. Reports what is wrong with it. */
  readonly read: (place: Place) => Decoded<Value>;
  /** The value, whatever it turns out to be, must not be shown. */
  readonly isSecret?: boolean;
}

/** Reads a node, null included. */
export function decode<Value>(decoder: Decoder<Value>, place: Place): Decoded<Value> {
  return isNull(place.node) ? decoder.zero : decoder.read(place);
}

/** The same decoder with another value for absent fields. */
export function withDefault<Value>(decoder: Decoder<Value>, absent: Value): Decoder<Value> {
  return { ...decoder, absent };
}

/** A field that may be left out: absent and null are `undefined`, as for Go's pointers. */
export function optional<Value>(decoder: Decoder<Value>): Decoder<Value | undefined> {
  return { ...decoder, absent: undefined, zero: undefined };
}

/** Checks or changes a value after it was read; not called for absent and null fields. */
export function refined<From, To extends From>(
  decoder: Decoder<From>,
  check: (value: From, place: Place) => Decoded<To>,
  zero: To,
): Decoder<To> {
  const read = (place: Place): Decoded<To> => {
    const value = decoder.read(place);
    return value === INVALID ? INVALID : check(value, place);
  };
  return { ...decoder, absent: zero, zero, read };
}

/** Reports that a node is not of the type that its field has. */
export function refuseType(place: Place, wanted: string): typeof INVALID {
  const { node } = place;
  const text = node.kind === 'scalar' ? ` \`${shortened(node.text)}\`` : '';
  return refuse(place, 'LIMPET_CONFIG_TYPE', `cannot unmarshal ${describeKind(node)}${text} into ${wanted}`);
}

/** As `refuseType`, for places where a secret was expected or may have slipped in: shows nothing of the node. */
export function refuseTypeUnseen(place: Place, wanted: string): typeof INVALID {
  hide(place);
  return refuse(place, 'LIMPET_CONFIG_TYPE', `cannot unmarshal ${describeKind(place.node)} into ${wanted}`);
}

const SHOWN_CHARS_MAX = 40;

/** A text short enough for a message. */
export function shortened(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}

/** A text in double quotes, short enough for a message. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

/** Items of one kind. `refuseNull` refuses null items in its own words; otherwise they are the zero value (C-006). */
export function list<Value>(item: Decoder<Value>, refuseNull?: string): Decoder<readonly Value[]> {
  const read = (place: Place): Decoded<readonly Value[]> => {
    const { node } = place;
    if (node.kind !== 'list') return item.isSecret === true ? refuseTypeUnseen(place, 'a list') : refuseType(place, 'a list');
    const values: Value[] = [];
    let isValid = true;
    for (let index = 0; index < node.items.length; index++) {
      const at = itemPlace(place, index);
      const value = refuseNull !== undefined && isNull(at.node) ? refuse(at, 'LIMPET_CONFIG_EMPTY', refuseNull) : decode(item, at);
      if (value === INVALID) isValid = false;
      else values.push(value);
    }
    return isValid ? values : INVALID;
  };
  return { absent: [], zero: [], read, ...(item.isSecret === true ? { isSecret: true } : {}) };
}
