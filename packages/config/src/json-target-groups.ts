import { ConfigError } from './config-error.ts';
import type { ConfigErrorCode } from './config-error.ts';
import { shortened } from './decoder.ts';
import { hintOf } from './hints.ts';
import { readYaml } from './read-yaml.ts';
import { SourceText } from './source-text.ts';
import { targetGroup } from './target-group-block.ts';
import type { SourcelessTargetGroup } from './target-group-block.ts';
import type { YamlNode } from './yaml-node.ts';

/** Longest text in which the place of an error is looked for; the search reads it a second time. */
const LOCATED_CHARS_MAX = 1024 * 1024;

/** A step from a value to one inside it. */
type Step = string | number;

class JsonRefusal extends Error {
  readonly code: ConfigErrorCode;
  readonly steps: readonly Step[];
  constructor(code: ConfigErrorCode, message: string, steps: readonly Step[]) {
    super(message);
    this.code = code;
    this.steps = steps;
  }
}

/** The groups of a JSON document; throws a `ConfigError` for the first thing that is wrong (C-103). */
export function jsonTargetGroups(file: string, text: string): readonly SourcelessTargetGroup[] {
  try {
    return readGroups(parseJson(text));
  } catch (error) {
    if (error instanceof JsonRefusal) throw located(error, file, text);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JsonRefusal('LIMPET_CONFIG_SYNTAX', cause instanceof SyntaxError ? cause.message : 'not JSON', []);
  }
}

function readGroups(value: unknown): readonly SourcelessTargetGroup[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw mistyped(value, 'a list of target groups', []);
  return value.map((group: unknown, index) => readGroup(group, [index]));
}

function readGroup(value: unknown, steps: readonly Step[]): SourcelessTargetGroup {
  if (value === null) throw new JsonRefusal('LIMPET_CONFIG_EMPTY', 'nil target group item found', steps);
  if (!isObject(value)) throw mistyped(value, 'a target group', steps);
  let targets: readonly string[] = [];
  let labels: Readonly<Record<string, string>> = {};
  for (const [key, field] of Object.entries(value)) {
    // Go's decoder takes the names of fields in any case.
    const name = key.toLowerCase();
    if (name === 'targets') targets = readTargets(field, [...steps, key]);
    else if (name === 'labels') labels = readLabels(field, [...steps, key]);
    else throw new JsonRefusal('LIMPET_CONFIG_UNKNOWN_FIELD', `unknown field ${JSON.stringify(shortened(key))}`, [...steps, key]);
  }
  return targetGroup(targets, labels);
}

function readTargets(value: unknown, steps: readonly Step[]): readonly string[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw mistyped(value, 'a list of strings', steps);
  return value.map((target: unknown, index) => readText(target, [...steps, index]));
}

function readLabels(value: unknown, steps: readonly Step[]): Readonly<Record<string, string>> {
  if (value === null) return {};
  if (!isObject(value)) throw mistyped(value, 'a map of strings', steps);
  const labels = Object.entries(value).map(([name, text]): readonly [string, string] => {
    if (name === '' || !name.isWellFormed()) {
      throw new JsonRefusal('LIMPET_CONFIG_VALUE', `${JSON.stringify(name.toWellFormed())} is not a valid label name`, [...steps, name]);
    }
    return [name, readText(text, [...steps, name])];
  });
  return Object.fromEntries(labels);
}

/** A string; Go replaces surrogates that stand alone. */
function readText(value: unknown, steps: readonly Step[]): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw mistyped(value, 'string', steps);
  return value.toWellFormed();
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mistyped(value: unknown, wanted: string, steps: readonly Step[]): JsonRefusal {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return new JsonRefusal('LIMPET_CONFIG_TYPE', `json: cannot unmarshal ${kind} into ${wanted}`, steps);
}

/** The error at its place: JSON is YAML, so the tree of the YAML reader tells where a path leads. */
function located({ code, message, steps }: JsonRefusal, file: string, text: string): ConfigError {
  const source = new SourceText(text.slice(0, LOCATED_CHARS_MAX));
  const offset = code === 'LIMPET_CONFIG_SYNTAX' ? offsetIn(message) : undefined;
  const node = offset === undefined && text.length <= LOCATED_CHARS_MAX ? nodeAt(text, steps) : undefined;
  const start = Math.min(offset ?? node?.start ?? 0, source.text.length);
  const path = steps.reduce<string>((path, step) => path + (typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`), '');
  const place = { file, ...source.position(start), path, frame: source.frame(start, node?.end ?? start) };
  return new ConfigError(code, message, place, { hint: hintOf(code, message) });
}

function offsetIn(message: string): number {
  return Number(/position (\d+)/.exec(message)?.[1] ?? 0);
}

function nodeAt(text: string, steps: readonly Step[]): YamlNode | undefined {
  const reading = readYaml(text);
  let node = reading.ok ? reading.root : undefined;
  for (const step of steps) {
    if (node?.kind === 'list' && typeof step === 'number') node = node.items[step];
    else if (node?.kind === 'map') node = node.entries.findLast(({ key }) => key.kind === 'scalar' && key.text === step)?.value;
  }
  return node;
}
