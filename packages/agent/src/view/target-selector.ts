import { failed, labelValue, METRIC_NAME, succeeded } from '@limpet/model';
import type { Labels, Result } from '@limpet/model';
import { compileRules, relabel, RELABEL_DEFAULTS, validateRegex } from '@limpet/relabel';

/** A series selector, held against the labels of a target. */
export interface TargetSelector {
  /** Whether every matcher accepts the labels; an absent label is the empty text. */
  readonly matches: (labels: Labels) => boolean;
  /** The only metric name that it accepts, where it names one. */
  readonly metricName: string | undefined;
}

/** Why a text is no series selector. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly code = 'LIMPET_SELECTOR';
}

type Operator = '=' | '!=' | '=~' | '!~';
type Match = (labels: Labels) => boolean;

const SPACE = /\s*/y;
const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const OPERATOR = /=~|!~|!=|=/y;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y;

/**
 * Reads `name{label="value", other=~"regex"}` as PromQL does: either part may be left out, names may be quoted, a comma
 * may stand at the end. Never throws.
 */
export function parseTargetSelector(text: string): Result<TargetSelector, SelectorError> {
  try {
    const reader = new SelectorReader(text);
    const matchers = reader.read();
    return succeeded({ matches: (labels) => matchers.every((match) => match(labels)), metricName: reader.metricName });
  } catch (error) {
    if (error instanceof SelectorError) return failed(error);
    throw error;
  }
}

class SelectorReader {
  readonly #text: string;
  #at = 0;
  /** Set by `read`. */
  metricName: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly Match[] {
    const matches: Match[] = [];
    const name = this.#take(METRIC);
    if (name !== undefined) matches.push(this.#equality(METRIC_NAME, name));
    if (this.#takeText('{')) {
      while (!this.#takeText('}')) {
        matches.push(this.#matcher());
        if (this.#takeText(',')) continue;
        if (!this.#takeText('}')) throw this.#unexpected('"," or "}"');
        break;
      }
    } else if (name === undefined) throw this.#unexpected('a metric name or "{"');
    if (this.#rest() !== '') throw this.#unexpected('the end');
    return matches;
  }

  #matcher(): Match {
    const quoted = this.#take(QUOTED);
    const label = quoted === undefined ? this.#take(LABEL) : unquoted(quoted);
    if (label === undefined) throw this.#unexpected('a label name');
    const operator = this.#take(OPERATOR) as Operator | undefined;
    if (operator === undefined && quoted !== undefined) return this.#equality(METRIC_NAME, label);
    if (operator === undefined) throw this.#unexpected('one of = != =~ !~');
    const value = this.#take(QUOTED);
    if (value === undefined) throw this.#unexpected('a quoted text');
    return operator === '=' ? this.#equality(label, unquoted(value)) : matcher(label, operator, unquoted(value));
  }

  #equality(label: string, value: string): Match {
    if (label === METRIC_NAME) this.metricName = value;
    return matcher(label, '=', value);
  }

  /** The text of a pattern at this place, spaces before it skipped. */
  #take(pattern: RegExp): string | undefined {
    this.#skipSpace();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #takeText(text: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #rest(): string {
    this.#skipSpace();
    return this.#text.slice(this.#at);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #unexpected(expected: string): SelectorError {
    const found = this.#rest();
    const shown = found === '' ? 'the end' : JSON.stringify(found.slice(0, 20));
    return new SelectorError(`1:${this.#at + 1}: parse error: expected ${expected}, found ${shown}`);
  }
}

function matcher(label: string, operator: Operator, value: string): Match {
  switch (operator) {
    case '=':
      return (labels) => labelValue(labels, label) === value;
    case '!=':
      return (labels) => labelValue(labels, label) !== value;
    case '=~':
      return matchesRegex(label, value);
    case '!~': {
      const matches = matchesRegex(label, value);
      return (labels) => !matches(labels);
    }
  }
}

/** A keep rule does exactly what `=~` does: RE2, anchored at both ends. */
function matchesRegex(label: string, regex: string): Match {
  const validity = validateRegex(regex);
  if (!validity.ok) throw new SelectorError(`parse error: ${validity.error.message}`, { cause: validity.error });
  const rules = compileRules([{ ...RELABEL_DEFAULTS, action: 'keep', sourceLabels: [label], regex }], 'utf8');
  return (labels) => relabel(labels, rules) !== undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs;

/** The text between quotes, with Go's escapes resolved; nothing is an escape between backticks. */
function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  return inner.replaceAll(ESCAPE, (whole, hex?: string, short?: string, long?: string, octal?: string, single = '') => {
    const digits = hex ?? short ?? long;
    const point = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16);
    if (!Number.isNaN(point) && point <= 0x10_ff_ff) return String.fromCodePoint(point);
    if (single === '\\' || single === quoted[0]) return single as string;
    const known = ESCAPES[single as string];
    if (known === undefined) throw new SelectorError(`parse error: unknown escape sequence ${whole}`);
    return known;
  });
}
