import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import { parseTargetSelector } from './target-selector.ts';

const target = labelsFrom([
  ['job', 'node'],
  ['instance', 'h:1'],
  ['dotted.name', 'é"\\'],
]);

const selectors: readonly (readonly [text: string, isMatch: boolean])[] = [
  ['{}', true],
  ['{job="node"}', true],
  [" { job = 'node' , instance!=`x` , } ", true],
  ['{job=~"no.*",instance!~"h"}', true],
  ['{job=~"no"}', false],
  ['{job=~"n(o|x)de", job!="node"}', false],
  ['{absent=""}', true],
  ['{absent!=""}', false],
  ['{absent=~".+"}', false],
  ['{"dotted.name"="\\u00e9\\"\\x5c"}', true],
  ['up', false],
  ['{"up"}', false],
  ['up{job="node"}', false],
];
for (const [text, isMatch] of selectors) {
  test(`A-041 the selector ${text} ${isMatch ? 'takes' : 'refuses'} a target`, () => {
    const parsed = parseTargetSelector(text);
    assert(parsed.ok, parsed.ok ? '' : parsed.error.message);
    assert.equal(parsed.value.matches(target), isMatch);
  });
}

const refusals: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /expected a metric name or "\{", found the end/],
  ['{', /1:2: parse error: expected a label name/],
  ['{job}', /expected one of = != =~ !~, found "\}"/],
  ['{job=node}', /expected a quoted text/],
  ['{job="node" instance="x"}', /expected "," or "\}"/],
  ['{job="node"}[5m]', /expected the end, found "\[5m\]"/],
  ['{job=~"("}', /parse error/],
  ['{job="\\q"}', /unknown escape sequence \\q/],
  ['{,}', /expected a label name/],
  ['{job="a\n"}', /expected a quoted text/],
];
for (const [text, message] of refusals) {
  test(`A-041 ${JSON.stringify(text)} is no selector`, () => {
    const parsed = parseTargetSelector(text);
    assert(!parsed.ok);
    assert.match(parsed.error.message, message);
  });
}
