import { AssertionError } from 'node:assert';
import type { ScenarioResult } from './test-scenario.ts';
import { testScenario } from './test-scenario.ts';
import { scenarioOf, readScenario } from './read-scenario.ts';
import type { ScenarioRun } from './scenario-run.ts';
import { resultLines } from './result-text.ts';

/** A scenario as a program writes it: the fields of a scenario file. */
export type ScenarioDocument = Readonly<Record<string, unknown>>;

/**
 * Tells a story and throws an `AssertionError` where a promise was not kept, so that it fails a test of `node:test`,
 * vitest or any other runner. `story` is the text of a scenario file or its fields. Resolves with what happened, for
 * assertions of one's own.
 */
export async function scenario(story: string | ScenarioDocument): Promise<ScenarioRun> {
  const read = typeof story === 'string' ? readScenario(story, 'scenario') : scenarioOf(story, 'scenario');
  const result: ScenarioResult = await testScenario(read);
  if (result.ok) return result.run;
  const failed = result.results.filter(({ ok }) => !ok);
  throw new AssertionError({
    message: [`${read.name}: ${failed.length} of ${result.results.length} promises were not kept`, ...resultLines(failed)].join('\n'),
    actual: failed.map(({ title, found }) => `${title}: ${found}`),
    expected: failed.map(({ title, expected }) => `${title}: ${expected}`),
    operator: 'scenario',
  });
}
