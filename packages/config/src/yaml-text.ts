import { formatSize } from '@limpet/model';
import { Document, YAMLSeq } from 'yaml';

/** A YAML value: objects in field order, `undefined` fields left out, Maps for free keys. */
export type YamlValue =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | YamlSequence
  | YamlObject
  | ReadonlyMap<string, YamlValue>
  | YAMLSeq;
type YamlSequence = readonly YamlValue[];
/** A mapping whose keys are field names. */
export interface YamlObject {
  readonly [field: string]: YamlValue;
}

/** The text of a value, laid out as upstream's: lists not indented, no folding, texts quoted that YAML 1.1 would misread. */
export function yamlText(value: YamlObject): string {
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  return document.toString({ indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
}

/** A list that stands on one line. An empty text in it came from a null, and only as that it can be read again. */
export function flowList(items: readonly string[]): YAMLSeq {
  const list = new YAMLSeq();
  list.items = items.map((item) => (item === '' ? null : item));
  list.flow = true;
  return list;
}

/** A mapping with free keys, left out where it is empty. */
export function mapping<Value>(entries: Readonly<Record<string, Value>>, format: (value: Value) => YamlValue): YamlValue {
  const names = Object.keys(entries);
  return names.length === 0 ? undefined : new Map(Object.entries(entries).map(([name, value]) => [name, format(value)]));
}

/** A value, left out where it is Go's zero value and upstream omits it. */
export function unlessZero<Value extends string | number | bigint | boolean>(value: Value): Value | undefined {
  return value === '' || value === 0 || value === 0n || value === false ? undefined : value;
}

/** A list, left out where it is empty. */
export function unlessEmpty<Value>(values: readonly Value[]): readonly Value[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** A size with upstream's names of units, left out where it is 0: `10MiB`. */
export function sizeText(bytes: number): string | undefined {
  return bytes === 0 ? undefined : formatSize(bytes).replace(/([KMGTPE])B$/, '$1iB');
}
