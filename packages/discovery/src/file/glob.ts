/** One segment of a path pattern: a plain name, or something to compare names with. */
export type GlobSegment = { readonly name: string } | { readonly matches: RegExp };

const SPECIAL = /[*?[\\]/;

/**
 * The segments of an absolute shell glob (C-018): `*` and `?` do not cross `/` and match leading dots too, `[a-z]` and
 * `[^a-z]` are classes, `\` takes the next character as it is, `**` is nothing special. `undefined` where a class is
 * not closed or empty. Same language as Go's `path/filepath.Match`.
 */
export function globSegments(pattern: string): readonly GlobSegment[] | undefined {
  const segments: GlobSegment[] = [];
  for (const text of pattern.split('/').filter((part) => part !== '')) {
    const segment = SPECIAL.test(text) ? matcherOf(text) : { name: text };
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return segments;
}

const PIECE = /\*+|\?|\[(?<negated>\^?)(?<members>(?:\\.|[^\]\\])+)\]|\\(?<escaped>.)|(?<plain>[^*?[\\])/uy;

function matcherOf(text: string): GlobSegment | undefined {
  let source = '';
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const piece = PIECE.exec(text);
    if (piece === null) return undefined;
    source += pieceSource(piece);
  }
  try {
    return { matches: new RegExp(`^${source}$`, 'us') };
  } catch {
    return undefined; // a range that runs backwards
  }
}

function pieceSource(piece: RegExpExecArray): string {
  const { negated, members, escaped, plain } = piece.groups ?? {};
  if (members !== undefined) return `[${negated}${members.replaceAll(/\\?([^\\-]|\\)/gu, (_, member: string) => classMember(member))}]`;
  const literal = escaped ?? plain;
  if (literal !== undefined) return literalSource(literal);
  return piece[0] === '?' ? '.' : '.*';
}

function literalSource(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function classMember(character: string): string {
  return /[\\\]^[]/.test(character) ? `\\${character}` : character;
}
