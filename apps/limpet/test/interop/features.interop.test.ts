import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { startDifferentialRun } from './differential/differential-run.ts';
import type { DifferentialRun } from './differential/differential-run.ts';
import { differences } from './differential/outcome.ts';
import { FEATURE_FLAG, featureScenarios } from './differential/scenario/feature-scenarios.ts';
import { findPeer } from './program/peer-program.ts';
import { limpet, prometheusAgent } from './program/sender.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });

suite('Limpet delivers what prometheus delivers, with features on', { skip: peer.skip }, () => {
  let run: DifferentialRun;

  before(async () => {
    const reference = prometheusAgent(peer.command);
    run = await onCalmMachine(
      async () => {
        const started = await startDifferentialRun({ scenarios: featureScenarios, subject: limpet, reference, flags: [FEATURE_FLAG] });
        await started.settled;
        return started;
      },
      (stalled) => stalled[Symbol.asyncDispose](),
    );
  });
  after(() => run?.[Symbol.asyncDispose]());

  for (const scenario of featureScenarios) {
    test(scenario.title, async (context) => {
      const reason = run.skipReason(scenario);
      if (reason !== undefined) return context.skip(reason);
      await run.finish(scenario);
      const subject = run.outcome(scenario, 'subject');
      const ups = [...subject].filter(([key]) => key.startsWith('up{')).map(([, cells]) => cells.join(''));
      assert.deepEqual(ups, [scenario.up]);
      assert.equal(differences(subject, run.outcome(scenario, 'reference')).join('\n'), '');
    });
  }
});
