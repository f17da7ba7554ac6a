/** The text of variables by name, as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with its variables put in, and the names of those that were unset or empty. */
export interface Expansion {
  readonly text: string;
  readonly emptyVariables: readonly string[];
}

/** `$` and what follows it: a braced name, an unclosed or empty brace, a special character or digit, a name. */
const VARIABLE = /\$(?:\{([*#$@!?\-0-9])\}|\{([^}]+)\}|(\{\}?)|([*#$@!?\-0-9])|([A-Za-z0-9_]+))/g;

/**
 * Puts environment variables into a text. `$$` is `$`; a `$` that no name follows stays; `${}` and an unclosed `${`
 * vanish. Source: Go, os.Expand, as Prometheus 3.14 uses it for external labels (C-090).
 */
export function expandEnvironment(text: string, environment: Environment): Expansion {
  const emptyVariables: string[] = [];
  const expanded = text.replace(VARIABLE, (_, special?: string, braced?: string, bad?: string, bareSpecial?: string, bare?: string) => {
    const name = special ?? braced ?? bareSpecial ?? bare;
    if (bad !== undefined || name === undefined) return '';
    if (name === '$') return '$';
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined || value === '') emptyVariables.push(name);
    return value ?? '';
  });
  return { text: expanded, emptyVariables };
}
