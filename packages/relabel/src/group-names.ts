// What can stand in a pattern, longest first: quoted text, an escape, a class, a named group, another group, one character.
const TOKEN = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?P?<(\w+)>|\(\?|\(|[^]/gsu;

/** A pattern whose groups have lost their names, and the numbers of the groups that had each name, ascending. */
export interface UnnamedPattern {
  readonly source: string;
  readonly groupsByName: ReadonlyMap<string, readonly number[]>;
}

/** Turns named groups into plain ones. A text that is not a valid pattern is still not valid afterwards. */
export function withoutGroupNames(pattern: string): UnnamedPattern {
  const groupsByName = new Map<string, number[]>();
  let groupCount = 0;
  const source = pattern.replaceAll(TOKEN, (token, name: string | undefined) => {
    if (token === '(') groupCount++;
    if (name === undefined) return token;
    groupCount++;
    groupsByName.set(name, [...(groupsByName.get(name) ?? []), groupCount]);
    return '(';
  });
  return { source, groupsByName };
}
