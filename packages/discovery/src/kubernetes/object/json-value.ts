/** A value of a JSON document from somebody else: nothing is known of its shape. */
export type JsonValue = unknown;

/** A field of an object; `undefined` where there is none. */
export function fieldOf(value: JsonValue, ...names: readonly string[]): JsonValue {
  let found = value;
  for (const name of names) {
    if (typeof found !== 'object' || found === null || Array.isArray(found) || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, JsonValue>>)[name];
  }
  return found;
}

/** A text; `''` where there is none, as for Go's strings. */
export function textOf(value: JsonValue, ...names: readonly string[]): string {
  const found = fieldOf(value, ...names);
  return typeof found === 'string' ? found : '';
}

/** A text that may be missing, as for Go's pointers. */
export function optionalTextOf(value: JsonValue, ...names: readonly string[]): string | undefined {
  const found = fieldOf(value, ...names);
  return typeof found === 'string' ? found : undefined;
}

/** A number that may be missing. */
export function optionalNumberOf(value: JsonValue, ...names: readonly string[]): number | undefined {
  const found = fieldOf(value, ...names);
  return typeof found === 'number' ? found : undefined;
}

/** A number; 0 where there is none. */
export function numberOf(value: JsonValue, ...names: readonly string[]): number {
  return optionalNumberOf(value, ...names) ?? 0;
}

/** A boolean that may be missing. */
export function optionalBooleanOf(value: JsonValue, ...names: readonly string[]): boolean | undefined {
  const found = fieldOf(value, ...names);
  return typeof found === 'boolean' ? found : undefined;
}

/** The items of a list; none where there is no list. */
export function itemsOf(value: JsonValue, ...names: readonly string[]): readonly JsonValue[] {
  const found = fieldOf(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** The texts of a list, whatever else is in it left out. */
export function textsOf(value: JsonValue, ...names: readonly string[]): readonly string[] {
  return itemsOf(value, ...names).filter((item) => typeof item === 'string');
}

/** Pairs of a free mapping of texts, whatever else is in it left out. */
export function textPairsOf(value: JsonValue, ...names: readonly string[]): readonly (readonly [string, string])[] {
  const found = fieldOf(value, ...names);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return [];
  return Object.entries(found).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}
