import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { DifferentialRun } from './differential-run.ts';
import { differencesOf } from './known-differences.ts';
import { differences } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';

/** Holds what both senders delivered of a scenario against each other, and against what the scenario says itself. */
export async function checkScenario(run: DifferentialRun, scenario: Scenario, context: TestContext): Promise<void> {
  const reason = run.skipReason(scenario);
  if (reason !== undefined) return context.skip(reason);
  await run.finish(scenario);
  const subject = run.outcome(scenario, 'subject');
  assert.equal(healthOf(subject), scenario.up, 'health of the scrapes');
  for (const [metric, values] of Object.entries(scenario.values ?? {})) {
    assert.deepEqual(
      seriesOf(subject, metric).map((cells) => cells.join(' ')),
      [values],
      metric,
    );
  }
  if (scenario.lastError !== undefined) await checkTarget(run, scenario, scenario.lastError);
  const { reference } = run;
  let expected = run.outcome(scenario, 'reference');
  const ignored = [...(scenario.ignored ?? [])];
  for (const { rule, reason, corrected, ignored: alsoIgnored = [] } of differencesOf(reference.release, scenario.name)) {
    context.diagnostic(`${reference.name} does not follow ${rule}: ${reason}`);
    if (corrected === undefined && alsoIgnored.length === 0) return;
    ignored.push(...alsoIgnored);
    expected = corrected?.(expected) ?? expected;
  }
  assert.equal(differences(without(subject, ignored), without(expected, ignored)).join('\n'), '');
}

/** Both senders say the same of a target that fails: where it is, that it is down, and why. */
async function checkTarget(run: DifferentialRun, scenario: Scenario, lastError: string): Promise<void> {
  const [ours, theirs] = await Promise.all([run.target(scenario, 'subject'), run.target(scenario, 'reference')]);
  assert.deepEqual([ours.scrapeUrl, ours.labels, ours.health], [theirs.scrapeUrl, theirs.labels, 'down']);
  for (const said of [ours, theirs]) assert.ok(said.lastError.includes(lastError), `${ours.lastError}\n${theirs.lastError}`);
}

/** The health of a scenario's targets as the scenario writes it. */
function healthOf(outcome: Outcome): string {
  const healths = seriesOf(outcome, 'up').map((cells) => cells.join('').replaceAll('stale', 's'));
  return healths.sort().join(' ');
}

function without(outcome: Outcome, metrics: readonly string[]): Outcome {
  return new Map([...outcome].filter(([key]) => !metrics.includes(key.split('{')[0] ?? key)));
}

/** What the series of a metric were, by series. */
function seriesOf(outcome: Outcome, metric: string): (readonly string[])[] {
  return [...outcome].filter(([key]) => key.startsWith(`${metric}{`)).map(([, cells]) => cells);
}
