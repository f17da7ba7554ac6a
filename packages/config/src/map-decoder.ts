import { compareBytewise } from '@limpet/model';
import { decode, quoted, refuseTypeUnseen } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { rawText } from './scalar-decoder.ts';
import { isNull } from './yaml-node.ts';
import type { YamlNode } from './yaml-node.ts';

/** A mapping with free keys. The result is sorted by key, so that equal mappings look equal. */
export function mapOf<Value>(value: Decoder<Value>, key: Decoder<string> = rawText): Decoder<Readonly<Record<string, Value>>> {
  const read = (place: Place): Decoded<Readonly<Record<string, Value>>> => {
    const entries = readEntries(place, key, value);
    return entries === INVALID ? INVALID : Object.fromEntries([...entries].sort(([a], [b]) => compareBytewise(a, b)));
  };
  return { absent: {}, zero: {}, read };
}

function readEntries<Value>(place: Place, keyDecoder: Decoder<string>, valueDecoder: Decoder<Value>): Decoded<Map<string, Value>> {
  const { node, reading } = place;
  if (node.kind !== 'map') return refuseTypeUnseen(place, 'a map');
  const entries = new Map<string, Value>();
  const written = new Set<string>();
  let isValid = true;
  for (const entry of node.entries) {
    const keyPlace: Place = { reading, node: entry.key, path: place.path };
    const key = keyDecoder.read(isNull(entry.key) ? { ...keyPlace, node: emptyText(entry.key) } : keyPlace);
    const path = `${place.path}.${key === INVALID ? '?' : key}`;
    const value = decode(valueDecoder, { reading, node: entry.value, path });
    if (key === INVALID || value === INVALID) {
      isValid = false;
      continue;
    }
    if (!entry.isMerged && written.has(key)) {
      refuse(keyPlace, 'LIMPET_CONFIG_DUPLICATE_FIELD', `key ${quoted(key)} already set in map`);
      isValid = false;
    }
    if (!entry.isMerged) written.add(key);
    entries.set(key, value);
  }
  return isValid ? entries : INVALID;
}

/** A null key is the empty text, and where that is no key, it is refused as such. */
function emptyText({ start, end }: YamlNode): YamlNode {
  return { kind: 'scalar', start, end, text: '', isPlain: false, tag: undefined };
}
