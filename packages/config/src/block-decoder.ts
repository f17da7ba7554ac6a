import { decode, quoted, refuseTypeUnseen } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { CONFIG_ERRORS_MAX, fieldPath, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import type { MapEntry } from './yaml-node.ts';

/** The fields of a block by their names in the file. */
export type Fields = Readonly<Record<string, Decoder<unknown>>>;

/** What the fields of a block hold after reading, absent ones included. */
export type FieldValues<Of extends Fields> = { readonly [Name in keyof Of]: Of[Name] extends Decoder<infer Value> ? Value : never };

/** A mapping with fixed fields, each at most once (C-002). */
export interface BlockDefinition<Of extends Fields, Value> {
  /** Names the block in messages. */
  readonly type: string;
  readonly fields: Of;
  /** What an explicit null is. */
  readonly zero: Value;
  /** What an absent block is; the zero value unless given. */
  readonly absent?: Value;
  /** Checks the values and makes the result. Called only when every field could be read. */
  readonly build: (values: FieldValues<Of>, place: Place) => Decoded<Value>;
  /** Says why a field that is not in `fields` is refused, where there is a better reason than that it is unknown. */
  readonly refuseField?: (name: string, place: Place, key: Place) => typeof INVALID | 'ignored' | undefined;
}

/** Reads a mapping with fixed fields. All its problems are reported, and no checks run on top of them. */
export function block<Of extends Fields, Value>(definition: BlockDefinition<Of, Value>): Decoder<Value> {
  const read = (place: Place): Decoded<Value> => {
    if (place.node.kind !== 'map') return refuseTypeUnseen(place, definition.type);
    const values = readFields(definition, place, place.node.entries);
    return values === INVALID ? INVALID : definition.build(values as FieldValues<Of>, place);
  };
  return { absent: definition.absent ?? definition.zero, zero: definition.zero, read };
}

function readFields<Of extends Fields, Value>(
  definition: BlockDefinition<Of, Value>,
  place: Place,
  entries: readonly MapEntry[],
): Decoded<Record<string, unknown>> {
  const { fields, type } = definition;
  const values: Record<string, unknown> = Object.fromEntries(Object.entries(fields).map(([name, { absent }]) => [name, absent]));
  const written = new Set<string>();
  let isValid = true;
  for (const { key, value, isMerged } of entries) {
    const keyPlace: Place = { reading: place.reading, node: key, path: place.path };
    if (key.kind !== 'scalar') {
      refuseTypeUnseen(keyPlace, 'string');
      isValid = false;
      continue;
    }
    const name = key.text;
    if (!isMerged && written.has(name)) {
      refuse(keyPlace, 'LIMPET_CONFIG_DUPLICATE_FIELD', `field ${name} already set in type ${type}`);
      isValid = false;
    }
    if (!isMerged) written.add(name);
    const at: Place = { reading: place.reading, node: value, path: fieldPath(place, name) };
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const decoded = field === undefined ? readUnknown(definition, name, at, keyPlace) : decode(field, at);
    if (decoded === INVALID) isValid = false;
    else if (field !== undefined) values[name] = decoded;
  }
  return isValid ? values : INVALID;
}

function readUnknown<Of extends Fields, Value>(definition: BlockDefinition<Of, Value>, name: string, at: Place, key: Place): unknown {
  const refusal = definition.refuseField?.(name, at, key);
  if (refusal !== undefined) return refusal;
  at.reading.source.hide(at.node);
  const message = `field ${name.length > 80 ? quoted(name) : name} not found in type ${definition.type}`;
  const isKept = at.reading.problemCount < CONFIG_ERRORS_MAX;
  const similar = isKept ? similarName(name, Object.keys(definition.fields)) : undefined;
  const hint = similar === undefined ? undefined : `did you mean ${similar}?`;
  return refuse({ ...key, path: at.path }, 'LIMPET_CONFIG_UNKNOWN_FIELD', message, { hint });
}

/** The known name that takes the fewest edits, at most a third of its length. */
function similarName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= 3)
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, candidate.length / 3))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
