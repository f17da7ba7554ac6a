import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { startDifferentialRun } from './differential/differential-run.ts';
import type { DifferentialRun } from './differential/differential-run.ts';
import { differencesOf } from './differential/known-differences.ts';
import { differences } from './differential/outcome.ts';
import type { Outcome } from './differential/outcome.ts';
import type { Scenario } from './differential/scenario.ts';
import { allScenarios } from './differential/scenario/all-scenarios.ts';
import { limpet, prometheusAgent } from './program/sender.ts';
import type { SenderProgram } from './program/sender.ts';
import { findPeer } from './program/peer-program.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
/** With this variable two releases of the reference are held against each other: it shows what the table below must say. */
const other = process.env['LIMPET_INTEROP_SUBJECT'];

suite('Limpet delivers what prometheus delivers', { skip: peer.skip }, () => {
  let run: DifferentialRun;
  let reference: SenderProgram;

  before(async () => {
    reference = prometheusAgent(peer.command);
    process.stderr.write(`REFERENCE: ${reference.name}\n`);
    const subject = other === undefined ? limpet : prometheusAgent(other);
    run = await onCalmMachine(
      async () => {
        const started = await startDifferentialRun({ scenarios: allScenarios, subject, reference });
        await started.settled;
        return started;
      },
      (stalled) => stalled[Symbol.asyncDispose](),
    );
  });
  after(() => run?.[Symbol.asyncDispose]());

  for (const scenario of allScenarios) {
    test(scenario.title, async (context) => {
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
      let expected = run.outcome(scenario, 'reference');
      const ignored = [...(scenario.ignored ?? [])];
      for (const { rule, reason, corrected, ignored: alsoIgnored = [] } of differencesOf(reference.release, scenario.name)) {
        context.diagnostic(`${reference.name} does not follow ${rule}: ${reason}`);
        if (corrected === undefined && alsoIgnored.length === 0) return;
        ignored.push(...alsoIgnored);
        expected = corrected?.(expected) ?? expected;
      }
      assert.equal(differences(without(subject, ignored), without(expected, ignored)).join('\n'), '');
    });
  }

  test('every sample belongs to a scenario, and every request could be read', () => {
    for (const side of ['subject', 'reference'] as const) {
      assert.deepEqual(run.strays(side), []);
      assert.deepEqual(run.sinks[side].errors, []);
    }
  });

  test('W-001 W-002 requests say what they are', () => {
    const names = ['content-encoding', 'content-type', 'x-prometheus-remote-write-version', 'retry-attempt'];
    const [ours, theirs] = [run.sinks.subject.firstHeaders(), run.sinks.reference.firstHeaders()];
    for (const name of names) assert.equal(ours[name], theirs[name], name);
    assert.equal(ours['x-prometheus-remote-write-version'], '0.1.0');
  });
});

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
