const ASCII = /^[\0-\x7f]*$/;

/**
 * Lower case by the simple, one-to-one mapping of Unicode: every character becomes one character, whatever stands
 * around it, so Σ is σ at the end of a word too and İ is i (C-074). Equal to Go's `strings.ToLower`.
 */
export function simpleLowerCase(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : mapCharacters(text, lowerCharacter);
}

/** Upper case by the simple mapping: ß, which has no single upper case character there, stays ß (C-074). */
export function simpleUpperCase(text: string): string {
  return ASCII.test(text) ? text.toUpperCase() : mapCharacters(text, upperCharacter);
}

function mapCharacters(text: string, map: (character: string) => string): string {
  let mapped = '';
  for (const character of text) mapped += map(character);
  return mapped;
}

function lowerCharacter(character: string): string {
  return character === 'İ' ? 'i' : character.toLowerCase();
}

function upperCharacter(character: string): string {
  const upper = character.toUpperCase();
  return isOneCharacter(upper) ? upper : upperOfIotaSubscript(character);
}

/** Greek letters with an iota subscript have two upper cases: one letter, the simple one, or two, JavaScript's. */
function upperOfIotaSubscript(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  const isSmallWithIota = codePoint >= 0x1f80 && codePoint <= 0x1faf && (codePoint & 8) === 0;
  if (isSmallWithIota) return String.fromCodePoint(codePoint + 8);
  return codePoint === 0x1fb3 || codePoint === 0x1fc3 || codePoint === 0x1ff3 ? String.fromCodePoint(codePoint + 9) : character;
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}
