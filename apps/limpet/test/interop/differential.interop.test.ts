import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { checkScenario } from './differential/check-scenario.ts';
import { startDifferentialRun } from './differential/differential-run.ts';
import type { DifferentialRun } from './differential/differential-run.ts';
import { allScenarios } from './differential/scenario/all-scenarios.ts';
import { limpet, prometheusAgent } from './program/sender.ts';
import { findPeer } from './program/peer-program.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });
/** With this variable two releases of the reference are held against each other: it shows what the table below must say. */
const other = process.env['LIMPET_INTEROP_SUBJECT'];

suite('Limpet delivers what prometheus delivers', { skip: peer.skip }, () => {
  let run: DifferentialRun;

  before(async () => {
    const reference = prometheusAgent(peer.command);
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

  for (const scenario of allScenarios) test(scenario.title, (context) => checkScenario(run, scenario, context));

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
