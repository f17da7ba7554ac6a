import { Composer, Lexer, Parser } from 'yaml';
import type { Document } from 'yaml';

/**
 * The first document of a text, undecided about types: every scalar is a text. Later documents are not looked at.
 * May throw a `RangeError` for nesting that no stack can hold.
 */
export function firstDocument(text: string): Document.Parsed | undefined {
  const composer = new Composer({ schema: 'failsafe', resolveKnownTags: false, merge: false, uniqueKeys: false, logLevel: 'silent' });
  const parser = new Parser();
  function* tokens() {
    for (const lexeme of lexerOfUpstream().lex(text)) yield* parser.next(lexeme);
    yield* parser.end();
  }
  for (const document of composer.compose(tokens(), true, text.length)) return document;
  return undefined;
}

/**
 * The library's lexer, but indentation means nothing between brackets and braces, as for upstream's YAML library:
 *
 *     - targets: [
 *       'a:9100',
 *     ]
 *
 * is against the YAML specification, and yet how many configuration files are written. The library has no option for
 * it, so its field for the least indentation of the next line reads 0 inside flow collections; a test holds it to that.
 */
function lexerOfUpstream(): Lexer {
  const lexer = new Lexer();
  let indentNext: unknown = Reflect.get(lexer, 'indentNext');
  Object.defineProperty(lexer, 'indentNext', {
    get: () => (Reflect.get(lexer, 'flowLevel') === 0 ? indentNext : 0),
    set: (value: unknown) => {
      indentNext = value;
    },
  });
  return lexer;
}
