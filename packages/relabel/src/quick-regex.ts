/** What the common shapes of patterns mean, so that they need no regular expression engine. */
export type QuickRegex =
  | { readonly shape: 'words'; readonly words: ReadonlySet<string>; readonly hasGroup: boolean }
  | { readonly shape: 'prefix'; readonly prefix: string; readonly restLengthMin: 0 | 1; readonly hasGroup: boolean };

const LITERAL = String.raw`(?:[^\\.+*?()|[\]{}^$]|\\[!-/:-@[-\x60{-~])*`;
const PREFIX = new RegExp(String.raw`^(${LITERAL})(?:\.([*+])|\(\.([*+])\))$`, 's');
const WORDS = new RegExp(String.raw`^(${LITERAL}(?:\|${LITERAL})*)$`, 's');
const GROUPED_WORDS = new RegExp(String.raw`^\((\?:)?(${LITERAL}(?:\|${LITERAL})*)\)$`, 's');

/**
 * Recognises a literal (`node`), alternatives (`get|put`, grouped or not) and a literal followed by anything
 * (`(.*)`, `.+`, `__meta_(.+)`). `undefined` for every other pattern, valid or not.
 */
export function quickRegex(source: string): QuickRegex | undefined {
  const unanchored = source.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''); // the whole text must match anyway
  const prefix = PREFIX.exec(unanchored);
  if (prefix !== null) {
    const [, literal = '', plain, grouped] = prefix;
    return {
      shape: 'prefix',
      prefix: unescape(literal),
      restLengthMin: (plain ?? grouped) === '+' ? 1 : 0,
      hasGroup: grouped !== undefined,
    };
  }
  const words = WORDS.exec(unanchored);
  if (words !== null) return { shape: 'words', words: wordsOf(words[1] ?? ''), hasGroup: false };
  const grouped = GROUPED_WORDS.exec(unanchored);
  if (grouped !== null) return { shape: 'words', words: wordsOf(grouped[2] ?? ''), hasGroup: grouped[1] === undefined };
  return undefined;
}

/** Whether a whole text matches. */
export function quickTest(regex: QuickRegex, text: string): boolean {
  if (regex.shape === 'words') return regex.words.has(text);
  return text.length >= regex.prefix.length + regex.restLengthMin && text.startsWith(regex.prefix);
}

/** The one group of a text that matches, `undefined` where the pattern has none. */
export function quickGroup(regex: QuickRegex, text: string): string | undefined {
  if (!regex.hasGroup) return undefined;
  return regex.shape === 'words' ? text : text.slice(regex.prefix.length);
}

function wordsOf(alternatives: string): ReadonlySet<string> {
  // A backslash is always followed by the character that it escapes, so a `|` behind one does not separate.
  return new Set(Array.from(`|${alternatives}`.matchAll(/\|((?:[^\\|]|\\.)*)/gs), ([, word = '']) => unescape(word)));
}

function unescape(literal: string): string {
  return literal.replaceAll(/\\(.)/gs, '$1');
}
