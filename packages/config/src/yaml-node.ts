/**
 * A YAML document as the loader sees it: aliases followed, merge keys spread, scalars as written. Values get a type
 * only when a field asks for one, because `1.10` is a text in one field and a number in another.
 */
export type YamlNode = ScalarNode | ListNode | MapNode;

/** Offsets into the text: `end` is behind the last character. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  /** Quotes, escapes and folding resolved, nothing else. */
  readonly text: string;
  /** Written without quotes and without a tag, so its type is guessed from the text. */
  readonly isPlain: boolean;
  /** A full tag such as `tag:yaml.org,2002:binary`. */
  readonly tag: string | undefined;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface MapNode extends Span {
  readonly kind: 'map';
  /** In the order in which they take effect: a later entry of the same key wins if one of the two is merged. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
  /** Came in through a merge key. */
  readonly isMerged: boolean;
}

const NULL_TEXTS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** Whether a node is an explicit null: `~`, `null` or nothing at all. */
export function isNull(node: YamlNode): boolean {
  if (node.kind !== 'scalar') return false;
  return node.tag === 'tag:yaml.org,2002:null' || (node.isPlain && NULL_TEXTS.has(node.text));
}

/** What a node is, in the words of YAML: `!!map`, `!!seq`, `!!str`, `!!int` … for messages. */
export function describeKind(node: YamlNode): string {
  if (node.kind === 'map') return '!!map';
  if (node.kind === 'list') return '!!seq';
  if (isNull(node)) return '!!null';
  if (!node.isPlain) return '!!str';
  if (booleanOf(node.text) !== undefined) return '!!bool';
  if (integerOf(node.text) !== undefined) return '!!int';
  return floatOf(node.text) === undefined ? '!!str' : '!!float';
}

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** The truth value of a plain scalar by YAML 1.1, if it is one (C-005). */
export function booleanOf(text: string): boolean | undefined {
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : undefined;
}

const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
/** No integer field takes more than 20 decimal digits; longer texts are not turned into numbers. */
const INTEGER_CHARS_MAX = 80;

/** The integer of a plain scalar by YAML 1.1: decimal, `0x`, `0b`, octal with a leading 0, underscores anywhere (C-005). */
export function integerOf(text: string): bigint | undefined {
  if (text.length > INTEGER_CHARS_MAX || text.startsWith('_')) return undefined;
  const [, sign, hex, binary, octal, decimal] = INTEGER.exec(text.replaceAll('_', '')) ?? [];
  const digits = prefixed('0x', hex) ?? prefixed('0b', binary) ?? prefixed('0o', octal) ?? decimal;
  if (digits === undefined) return undefined;
  const magnitude = BigInt(digits);
  return sign === '-' ? -magnitude : magnitude;
}

function prefixed(prefix: string, digits: string | undefined): string | undefined {
  return digits === undefined ? undefined : prefix + digits;
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;

/** The floating point number of a plain scalar by YAML 1.1, `.inf` and `.nan` included. */
export function floatOf(text: string): number | undefined {
  const digits = text.replaceAll('_', '');
  if (FLOAT.test(digits) && !text.startsWith('_')) return Number(digits);
  const [infinite, sign] = INFINITE.exec(text) ?? [];
  if (infinite !== undefined) return sign === '-' ? -Infinity : Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(text) ? Number.NaN : undefined;
}
