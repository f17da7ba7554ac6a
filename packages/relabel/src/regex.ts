import { RE2JS } from 're2js';
import { withoutGroupNames } from './group-names.ts';
import { quickGroup, quickRegex, quickTest } from './quick-regex.ts';
import type { QuickRegex } from './quick-regex.ts';
import { RelabelError } from './relabel-error.ts';
import type { MatchedGroups } from './template.ts';

/** A pattern of RE2, anchored at both ends, in which a dot matches newlines too. */
export interface CompiledRegex {
  /** Whether a text matches; cheaper than `match`. */
  readonly test: (text: string) => boolean;
  /** The groups of a text that matches, `undefined` for one that does not. */
  readonly match: (text: string) => MatchedGroups | undefined;
}

/**
 * Compiles `^(?s:source)$` (C-014). Literals, their alternatives and a literal followed by anything are answered
 * without the engine. Throws a `RelabelError` that says `error parsing regexp: …`.
 */
export function compileRegex(source: string): CompiledRegex {
  const quick = quickRegex(source);
  return quick === undefined ? compileWithEngine(source) : answerQuickly(quick);
}

function answerQuickly(quick: QuickRegex): CompiledRegex {
  return {
    test: (text) => quickTest(quick, text),
    match: (text) => {
      if (!quickTest(quick, text)) return undefined;
      return { numbered: (group) => (group === 0 ? text : group === 1 ? quickGroup(quick, text) : undefined), named: () => undefined };
    },
  };
}

/** The slow way, for every pattern. */
export function compileWithEngine(source: string): CompiledRegex {
  const { engine, groupsByName } = parse(source);
  const groupCount = engine.groupCount();
  return {
    test: (text) => engine.test(text),
    match: (text) => {
      if (!engine.test(text)) return undefined;
      const matcher = engine.matcher(text);
      if (!matcher.find()) return undefined;
      const numbered = (group: number): string | undefined => (group > groupCount ? undefined : (matcher.group(group) ?? undefined));
      const named = (name: string): string | undefined => firstDefined(groupsByName.get(name) ?? [], numbered);
      return { numbered, named };
    },
  };
}

/** Of several groups with one name the first that took part in the match counts. */
function firstDefined(groups: readonly number[], numbered: (group: number) => string | undefined): string | undefined {
  for (const group of groups) {
    const text = numbered(group);
    if (text !== undefined) return text;
  }
  return undefined;
}

interface ParsedRegex {
  readonly engine: RE2JS;
  readonly groupsByName: ReadonlyMap<string, readonly number[]>;
}

function parse(source: string): ParsedRegex {
  try {
    const engine = RE2JS.compile(anchored(source));
    return { engine, groupsByName: new Map(Object.entries(engine.namedGroups()).map(([name, group]) => [name, [group]])) };
  } catch (cause) {
    return parseDuplicateNames(source, cause);
  }
}

/** Go lets several groups have one name, the engine does not: there the names are kept beside the pattern. */
function parseDuplicateNames(source: string, cause: unknown): ParsedRegex {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (!reason.includes('duplicate capture group name')) throw new RelabelError(reason, { cause });
  const unnamed = withoutGroupNames(source);
  try {
    return { engine: RE2JS.compile(anchored(unnamed.source)), groupsByName: unnamed.groupsByName };
  } catch (error) {
    throw new RelabelError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function anchored(source: string): string {
  return `^(?s:${source})$`;
}
