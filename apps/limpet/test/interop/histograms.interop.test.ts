import { after, before, suite, test } from 'node:test';
import { onCalmMachine } from './calm-machine.ts';
import { checkScenario } from './differential/check-scenario.ts';
import { startDifferentialRun } from './differential/differential-run.ts';
import type { DifferentialRun } from './differential/differential-run.ts';
import { histogramScenarios } from './differential/scenario/histogram-scenarios.ts';
import { findPeer } from './program/peer-program.ts';
import { limpet, prometheusAgent } from './program/sender.ts';

const peer = findPeer({ variable: 'PROMETHEUS_BIN', program: 'prometheus' });

/** Apart from the other scenarios: older releases have one flag for all jobs, which changes what they ask targets for. */
suite('Limpet delivers the histograms that prometheus delivers', { skip: peer.skip }, () => {
  let run: DifferentialRun;

  before(async () => {
    const start = {
      scenarios: histogramScenarios,
      subject: limpet,
      reference: prometheusAgent(peer.command),
      flags: ['--enable-feature=native-histograms'],
    };
    run = await onCalmMachine(
      async () => {
        const started = await startDifferentialRun(start);
        await started.settled;
        return started;
      },
      (stalled) => stalled[Symbol.asyncDispose](),
    );
  });
  after(() => run?.[Symbol.asyncDispose]());

  for (const scenario of histogramScenarios) test(scenario.title, (context) => checkScenario(run, scenario, context));
});
