import { ConfigError } from './config-error.ts';
import type { ConfigErrorCode, ConfigErrorDetail } from './config-error.ts';
import { hintOf } from './hints.ts';
import { resolvePath } from './path.ts';
import { SourceText } from './source-text.ts';
import { readYaml } from './read-yaml.ts';
import type { YamlNode } from './yaml-node.ts';

/** Problems that one load keeps; further ones are counted only. */
export const CONFIG_ERRORS_MAX = 100;

interface Problem {
  readonly code: ConfigErrorCode;
  readonly message: string;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly detail: ConfigErrorDetail | undefined;
}

/** One file being read: collects problems, and knows which of its text is secret before any of it is shown. */
export class Reading {
  readonly file: string;
  readonly source: SourceText;
  /** What relative paths of the file are resolved against. */
  readonly directory: string;
  readonly #problems: Problem[] = [];
  #problemCount = 0;

  constructor(file: string, text: string, directory: string) {
    this.file = file;
    this.source = new SourceText(text);
    this.directory = directory;
  }

  /** Problems reported so far, those beyond `CONFIG_ERRORS_MAX` included. */
  get problemCount(): number {
    return this.#problemCount;
  }

  get omittedCount(): number {
    return this.#problemCount - this.#problems.length;
  }

  /** The document's first node, or `INVALID` after reporting why the text is no YAML. */
  parse(): Decoded<Place> {
    const tree = readYaml(this.source.text);
    if (tree.ok) return { reading: this, node: tree.root, path: '' };
    for (const { isLimit, message, start } of tree.problems) {
      const code = isLimit ? 'LIMPET_CONFIG_LIMIT' : 'LIMPET_CONFIG_SYNTAX';
      this.report({ code, message, path: '', start, end: start, detail: undefined });
    }
    return INVALID;
  }

  report(problem: Problem): void {
    this.#problemCount++;
    if (this.#problems.length < CONFIG_ERRORS_MAX) this.#problems.push(problem);
  }

  resolve(path: string): string {
    return resolvePath(this.directory, path);
  }

  /** The problems as errors with code frames. To be called at the end, when all secrets are known. */
  errors(): ConfigError[] {
    return this.#problems.map(({ code, message, path, start, end, detail }) => {
      const place = { file: this.file, ...this.source.position(start), path, frame: this.source.frame(start, end) };
      return new ConfigError(code, message, place, { ...detail, hint: detail?.hint ?? hintOf(code, message) });
    });
  }
}

/** A node with the way to it: what decoders work on and what errors point at. */
export interface Place {
  readonly reading: Reading;
  readonly node: YamlNode;
  readonly path: string;
}

/** A value, or the mark that it could not be had and that the reason was reported. */
export type Decoded<Value> = Value | typeof INVALID;
export const INVALID: unique symbol = Symbol('invalid');

/** Reports a problem at a place. Returns `INVALID`, so that a decoder can end with it. */
export function refuse(place: Place, code: ConfigErrorCode, message: string, detail?: ConfigErrorDetail): typeof INVALID {
  const { start, end } = place.node;
  place.reading.report({ code, message, path: place.path, start, end, detail });
  return INVALID;
}

/** Keeps what stands at a place out of every code frame. */
export function hide(place: Place): void {
  place.reading.source.hide(place.node);
}

/** The path of a field of a mapping. */
export function fieldPath(place: Place, name: string): string {
  return place.path === '' ? name : `${place.path}.${name}`;
}

/** The place of a field of a mapping, for messages: its value, or the mapping where it is absent. */
export function fieldPlace(place: Place, name: string): Place {
  const path = fieldPath(place, name);
  const { node } = place;
  const entry = node.kind === 'map' ? node.entries.findLast(({ key }) => key.kind === 'scalar' && key.text === name) : undefined;
  return { reading: place.reading, node: entry?.value ?? node, path };
}

/** The place of an item of a list. */
export function itemPlace(place: Place, index: number): Place {
  const { node } = place;
  const item = node.kind === 'list' ? node.items[index] : undefined;
  return { reading: place.reading, node: item ?? node, path: `${place.path}[${index}]` };
}
