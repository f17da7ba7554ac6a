import { ConfigError } from './config-error.ts';
import type { ConfigErrorCode } from './config-error.ts';
import { hintOf } from './hints.ts';
import { readYaml } from './read-yaml.ts';
import { SourceText } from './source-text.ts';
import type { YamlNode } from './yaml-node.ts';

/** A step from a value to one inside it: a field, a place in a list, or the item of a list whose field has that value. */
export type ConfigStep = string | number | { readonly field: string; readonly value: string };

/** A fault of a file that reads well, found by somebody who looked further than the file. */
export interface ConfigFault {
  readonly file: string;
  readonly text: string;
  /** The way to the place. A field that is not there stands for the mapping that lacks it. */
  readonly steps: readonly ConfigStep[];
  readonly code: ConfigErrorCode;
  readonly message: string;
}

/**
 * The fault as an error at its place, as `parseConfig` reports its own. `undefined` where the text is no YAML or an item
 * on the way is not in it: the place is in another file.
 */
export function configErrorAt({ file, text, steps, code, message }: ConfigFault): ConfigError | undefined {
  const reading = readYaml(text);
  const node = reading.ok ? nodeAt(reading.root, steps) : undefined;
  if (node === undefined) return undefined;
  const source = new SourceText(text);
  const place = { file, ...source.position(node.start), path: pathText(steps), frame: source.frame(node.start, node.end) };
  return new ConfigError(code, message, place, { hint: hintOf(code, message) });
}

function nodeAt(root: YamlNode, steps: readonly ConfigStep[]): YamlNode | undefined {
  let node: YamlNode = root;
  for (const step of steps) {
    const next = typeof step === 'string' ? fieldOf(node, step) : itemOf(node, step);
    if (next === undefined && typeof step !== 'string') return undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function fieldOf(node: YamlNode, name: string): YamlNode | undefined {
  return node.kind === 'map' ? node.entries.findLast(({ key }) => key.kind === 'scalar' && key.text === name)?.value : undefined;
}

function itemOf(node: YamlNode, step: Exclude<ConfigStep, string>): YamlNode | undefined {
  if (node.kind !== 'list') return undefined;
  if (typeof step === 'number') return node.items[step];
  return node.items.find((item) => {
    const value = fieldOf(item, step.field);
    return value?.kind === 'scalar' && value.text === step.value;
  });
}

function pathText(steps: readonly ConfigStep[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    if (typeof step === 'object') return `${path}[${step.field}=${JSON.stringify(step.value)}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}
