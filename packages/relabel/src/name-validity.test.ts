import assert from 'node:assert/strict';
import test from 'node:test';
import { isValidLabelName, isValidMetricName } from './name-validity.ts';

test('C-015 legacy label names are ASCII letters, digits and _, no digit first', () => {
  for (const name of ['a', '_', '__name__', 'Avalid_23name']) assert.ok(isValidLabelName(name, 'legacy'), name);
  for (const name of ['', '1a', 'a-b', 'a:b', 'a b', 'größe', 'a\n', 'a\xc5z']) assert.ok(!isValidLabelName(name, 'legacy'), name);
});

test('C-015 legacy metric names may also hold colons', () => {
  for (const name of ['a:b', ':leading', '_:_']) assert.ok(isValidMetricName(name, 'legacy'), name);
  for (const name of ['', '1:a', 'a-b', 'a:b\n']) assert.ok(!isValidMetricName(name, 'legacy'), name);
});

test('C-015 under utf8 any text is a name but the empty one and one that UTF-8 cannot hold', () => {
  for (const isValid of [isValidLabelName, isValidMetricName]) {
    for (const name of ['1a', 'a-b', 'größe', '日本', '😀', ' ']) assert.ok(isValid(name, 'utf8'), name);
    for (const name of ['', '\ud800', 'a\udc00b']) assert.ok(!isValid(name, 'utf8'), JSON.stringify(name));
  }
});
