import assert from 'node:assert/strict';
import test from 'node:test';
import { parserFor } from '@limpet/exposition';
import { isFlappingUp, shopExposition, slowAnswerMs } from './demo-exposition.ts';

function samplesAt(seconds: number): Map<string, number> {
  const parser = parserFor('text/plain; version=0.0.4', undefined);
  assert.ok(parser.ok);
  const samples = new Map<string, number>();
  for (const entry of parser.value.parse(new TextEncoder().encode(shopExposition(seconds, 0.25)))) {
    if (entry.kind === 'sample') samples.set(JSON.stringify(entry.labels()), entry.value);
  }
  return samples;
}

test('the demo targets expose what a parser reads, and counters only rise', () => {
  let before = samplesAt(0);
  assert.equal(before.size, 13);
  for (let seconds = 1; seconds < 600; seconds += 7) {
    const after = samplesAt(seconds);
    for (const [series, value] of after) {
      if (/_total|_bucket|_count/.test(series)) assert.ok(value >= (before.get(series) ?? 0), `${series} fell at ${seconds}`);
    }
    before = after;
  }
});

test('the flapping target comes and goes, the slow one sometimes takes longer than its timeout', () => {
  const seconds = Array.from({ length: 120 }, (_, second) => second);
  assert.ok(seconds.some(isFlappingUp) && !seconds.every(isFlappingUp));
  assert.ok(seconds.some((second) => slowAnswerMs(second) > 3_000) && seconds.some((second) => slowAnswerMs(second) < 3_000));
});
