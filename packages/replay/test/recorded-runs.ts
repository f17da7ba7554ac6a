import { STEADY_JOB } from '../../agent/test/simulation/landscape.ts';
import type { MemoryRecording } from './memory-recording.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

/** Flapping targets, file changes, reloads good and bad, and one slot for all of them. */
export async function eventfulRun(options: ConstructorParameters<typeof RecordedSimulation>[1] = {}): Promise<RecordedSimulation> {
  const jobs = { a: STEADY_JOB, b: { ...STEADY_JOB, source: 'fileA' as const }, c: { ...STEADY_JOB, source: 'httpA' as const } };
  const run = new RecordedSimulation({ jobs, cap: 1 }, options);
  const { simulation } = run;
  simulation.discover('httpA', [{ env: 'h', targets: ['h1'] }]);
  await run.start();
  await run.pass(20_000);
  for (let round = 0; round < 6; round++) {
    simulation.web.behaviours.set('t1', { takes: 3_000, status: 503 });
    simulation.discover('fileA', [{ env: '', targets: ['f1', 'f2', `f${round}`] }]);
    await run.pass(30_000);
    simulation.configure({ ...jobs, a: { ...STEADY_JOB, intervalS: round % 2 === 0 ? 7 : 10 } });
    simulation.web.behaviours.set('t1', { takes: 'never' });
    await run.pass(25_000);
    simulation.breakConfig();
    simulation.web.behaviours.clear();
    simulation.web.behaviours.set('f1', { takes: 1, refuses: true });
    simulation.discover('fileA', [{ env: 'x', targets: ['f2'] }]);
    await run.pass(35_000);
  }
  return run;
}

/** The same, stopped in good order and closed. */
export async function eventfulRecording(options: ConstructorParameters<typeof RecordedSimulation>[1] = {}): Promise<MemoryRecording> {
  const run = await eventfulRun(options);
  run.simulation.stop();
  await run.pass(30_000);
  return run.close();
}
