import { checkExpectation } from './check-expectation.ts';
import type { ExpectationResult } from './check-expectation.ts';
import { runScenario } from './run-scenario.ts';
import type { RunScenarioOptions } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioRun } from './scenario-run.ts';

/** What a scenario came to, promise by promise. */
export interface ScenarioResult {
  readonly name: string;
  readonly ok: boolean;
  readonly results: readonly ExpectationResult[];
  readonly run: ScenarioRun;
}

/** Tells a story and holds it against what is expected. An agent that does not start keeps no promise. */
export async function testScenario(scenario: Scenario, options?: RunScenarioOptions): Promise<ScenarioResult> {
  const run = await runScenario(scenario, options);
  const results = scenario.expect.map((expected) => checkExpectation(expected, run));
  if (run.startError !== undefined) results.unshift(notStarted(run.startError));
  return { name: scenario.name, ok: results.every(({ ok }) => ok), results, run };
}

function notStarted(error: string): ExpectationResult {
  return { ok: false, title: 'the agent starts', expected: 'ready', found: error, field: undefined, details: [] };
}
