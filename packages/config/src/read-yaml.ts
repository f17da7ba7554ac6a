import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { ParsedNode, YAMLMap } from 'yaml';
import { firstDocument } from './first-document.ts';
import type { ListNode, MapEntry, MapNode, ScalarNode, YamlNode } from './yaml-node.ts';

/** Longest text that is read at all, in UTF-16 units. */
export const YAML_CHARS_MAX = 32 * 1024 * 1024;
/** Deepest nesting of lists and mappings; a real configuration has about ten levels. */
export const YAML_DEPTH_MAX = 100;
/** Nodes that aliases and merge keys may add to those written out. */
export const YAML_ALIASED_NODES_MAX = 400_000;

/** A place where the text is not YAML, or more YAML than is taken. */
interface YamlProblem {
  readonly isLimit: boolean;
  readonly message: string;
  readonly start: number;
}

export type YamlReading =
  | { readonly ok: true; readonly root: YamlNode }
  | { readonly ok: false; readonly problems: readonly YamlProblem[] };

/** Reads the first document of a text. Never throws; an empty document is an empty scalar, which is null (C-003). */
export function readYaml(text: string): YamlReading {
  if (text.length > YAML_CHARS_MAX) return refused({ isLimit: true, message: `more than ${YAML_CHARS_MAX} characters`, start: 0 });
  try {
    const document = firstDocument(text);
    const errors = document?.errors ?? [];
    const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (exhausted !== undefined) return refused(tooDeep(exhausted.pos[0]));
    if (errors.length > 0) return { ok: false, problems: errors.map(({ message, pos }) => syntaxProblem(message, pos[0])) };
    return { ok: true, root: new TreeBuilder().build(document?.contents ?? null) };
  } catch (cause) {
    if (cause instanceof YamlRefusal) return refused(cause.problem);
    if (cause instanceof RangeError) return refused(tooDeep(0));
    throw cause;
  }
}

function tooDeep(start: number): YamlProblem {
  return { isLimit: true, message: `yaml: nested more than ${YAML_DEPTH_MAX} levels deep`, start };
}

function refused(problem: YamlProblem): YamlReading {
  return { ok: false, problems: [problem] };
}

/** The library quotes what it stumbled over, which may be part of a secret: the frame shows it, masked where needed. */
function syntaxProblem(message: string, start: number): YamlProblem {
  return { isLimit: false, message: `yaml: ${message.replace(/: "[^]*$/, '')}`, start };
}

class YamlRefusal extends Error {
  readonly problem: YamlProblem;
  constructor(problem: YamlProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A converted node and the number of nodes in it once its aliases are written out. */
interface Sized<Node extends YamlNode = YamlNode> {
  readonly node: Node;
  readonly size: number;
}

class TreeBuilder {
  /** Anchors seen so far; `undefined` while the node itself is being converted. */
  readonly #anchors = new Map<string, Sized | undefined>();
  #aliasedNodes = 0;
  #depth = 0;

  build(contents: ParsedNode | null): YamlNode {
    return this.#convert(contents, 0).node;
  }

  #convert(parsed: ParsedNode | null, fallbackStart: number): Sized {
    if (parsed === null) return { node: emptyScalar(fallbackStart), size: 1 };
    const start = parsed.range[0];
    if (isAlias(parsed)) return this.#follow(parsed.source, start);
    if (++this.#depth > YAML_DEPTH_MAX) {
      throw new YamlRefusal(tooDeep(start));
    }
    const { anchor } = parsed;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const converted = this.#convertOwn(parsed);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    this.#depth--;
    return converted;
  }

  #convertOwn(parsed: ParsedNode): Sized {
    if (isMap(parsed)) return this.#convertMap(parsed);
    const [start, end] = parsed.range;
    if (isSeq(parsed)) {
      const items = parsed.items.map((item) => this.#convert(item as ParsedNode | null, start));
      const node: ListNode = { kind: 'list', start, end, items: items.map((item) => item.node) };
      return { node, size: totalSize(items) };
    }
    if (!isScalar(parsed)) throw new YamlRefusal({ isLimit: false, message: 'yaml: unexpected node', start });
    const { tag } = parsed;
    const isPlain = (parsed.type === undefined || parsed.type === 'PLAIN') && (tag === undefined || isGuessed(tag));
    const node: ScalarNode = { kind: 'scalar', start, end, text: parsed.source, isPlain: isPlain || isTyped(tag), tag };
    return { node, size: 1 };
  }

  #convertMap(parsed: YAMLMap.Parsed): Sized<MapNode> {
    const [start, end] = parsed.range;
    const entries: MapEntry[] = [];
    let size = 1;
    for (const pair of parsed.items) {
      const key = this.#convert(pair.key, start);
      const value = this.#convert(pair.value, key.node.end);
      size += key.size + value.size;
      if (isMergeKey(key.node)) entries.push(...this.#merged(value.node));
      else entries.push({ key: key.node, value: value.node, isMerged: false });
    }
    return { node: { kind: 'map', start, end, entries }, size };
  }

  /** Entries that a merge key brings in. Of a list, an earlier mapping takes precedence, so it comes later. */
  #merged(value: YamlNode): MapEntry[] {
    const sources = value.kind === 'list' ? [...value.items].reverse() : [value];
    const entries: MapEntry[] = [];
    for (const source of sources) {
      if (source.kind !== 'map') {
        const message = 'yaml: map merge requires map or sequence of maps as the value';
        throw new YamlRefusal({ isLimit: false, message, start: value.start });
      }
      this.#countAliased(source.entries.length, source.start);
      for (const entry of source.entries) entries.push({ ...entry, isMerged: true });
    }
    return entries;
  }

  #follow(anchor: string, start: number): Sized {
    const target = this.#anchors.get(anchor);
    if (target === undefined) {
      const isOpen = this.#anchors.has(anchor);
      const message = isOpen ? `yaml: anchor '${anchor}' value contains itself` : `yaml: unknown anchor '${anchor}' referenced`;
      throw new YamlRefusal({ isLimit: false, message, start });
    }
    this.#countAliased(target.size, start);
    return target;
  }

  #countAliased(count: number, start: number): void {
    this.#aliasedNodes += count;
    if (this.#aliasedNodes > YAML_ALIASED_NODES_MAX) {
      throw new YamlRefusal({ isLimit: true, message: 'yaml: document contains excessive aliasing', start });
    }
  }
}

function totalSize(items: readonly Sized[]): number {
  return items.reduce((sum, { size }) => sum + size, 1);
}

function emptyScalar(start: number): ScalarNode {
  return { kind: 'scalar', start, end: start, text: '', isPlain: true, tag: undefined };
}

function isMergeKey(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.text === '<<' && (key.isPlain || key.tag === 'tag:yaml.org,2002:merge');
}

/** Tags that are not known leave the type to be guessed, as if they were not there. */
function isGuessed(tag: string): boolean {
  return tag !== '!' && !tag.startsWith('tag:yaml.org,2002:');
}

/** Tags that give a quoted scalar a type after all: `!!int "3"` is a number. */
function isTyped(tag: string | undefined): boolean {
  return tag !== undefined && /^tag:yaml\.org,2002:(?:int|float|bool|null)$/.test(tag);
}
