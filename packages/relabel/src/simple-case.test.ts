import assert from 'node:assert/strict';
import test from 'node:test';
import { simpleLowerCase, simpleUpperCase } from './simple-case.ts';

test('C-074 upper case maps one character to one, and leaves those that have no single upper case', () => {
  const table = [
    ['straße', 'STRAßE'],
    ['ﬁn', 'ﬁN'],
    ['ŉ', 'ŉ'],
    ['ǰ', 'ǰ'],
    ['ΐ', 'ΐ'],
    ['éçñ', 'ÉÇÑ'],
    ['ı', 'I'],
    ['ſ', 'S'],
    ['µ', 'Μ'],
    ['ÿ', 'Ÿ'],
    ['ǆ', 'Ǆ'],
    ['ᾀ', 'ᾈ'],
    ['ᾗ', 'ᾟ'],
    ['ᾳ', 'ᾼ'],
    ['ῳ', 'ῼ'],
    ['ᾈ', 'ᾈ'],
    ['𐐨', '𐐀'],
    ['日本', '日本'],
  ] as const;
  for (const [text, expected] of table) assert.equal(simpleUpperCase(text), expected, text);
});

test('C-074 lower case knows neither a final sigma nor a dot above', () => {
  const table = [
    ['İSTANBUL', 'istanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['ẞ', 'ß'],
    ['Å', 'å'],
    ['ǅ', 'ǆ'],
    ['ᾈ', 'ᾀ'],
    ['𐐀', '𐐨'],
  ] as const;
  for (const [text, expected] of table) assert.equal(simpleLowerCase(text), expected, text);
});
