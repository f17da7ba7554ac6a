import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  liveRecordingSource,
  PredicateError,
  readPredicate,
  readScenario,
  RecordingError,
  ScenarioError,
  scenarioText,
  shrink,
  toldRecording,
} from '@limpet/replay';
import type { Predicate, Scenario } from '@limpet/replay';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';

/** The command line of `limpet shrink`, understood. */
export interface ShrinkCommandOptions {
  readonly recording: string;
  readonly while: string;
  readonly runs: string;
}

/** Shrinks a recording or a scenario, and prints the scenario that is left. */
export async function shrinkCommand({ recording, while: text, runs }: ShrinkCommandOptions, io: CommandIo): Promise<number> {
  const runsMax = Number(runs);
  if (!(Number.isSafeInteger(runsMax) && runsMax > 0))
    throw new CommandError(`--runs: expected a whole number above 0, got '${runs}'`, EXIT.usage);
  const predicate = predicateOf(text);
  const given = scenarioIn(recording, io);
  const onSmaller = (pass: string, { timeline, untilMs }: Scenario): void => {
    if (io.isTerminal) io.writeErr(`${pass}: ${timeline.length} steps, ${(untilMs / 1000).toFixed(0)} s\n`);
  };
  const { scenario, runCount, isMinimal } = await shrink({ scenario: given, predicate, runsMax, onSmaller });
  if (scenario === undefined) throw new CommandError(`${recording} does not show '${text}' when it is told as a scenario`, EXIT.failure);
  await io.writeOut(scenarioText(scenario));
  const steps = `${given.timeline.length} steps became ${scenario.timeline.length}`;
  io.writeErr(`${steps} after ${runCount} runs${isMinimal ? '' : '; there may be more to take away, see --runs'}\n`);
  return EXIT.ok;
}

function predicateOf(text: string): Predicate {
  try {
    return readPredicate(text);
  } catch (error) {
    if (error instanceof PredicateError) throw new CommandError(`--while: ${error.message}`, EXIT.usage, { cause: error });
    throw error;
  }
}

function scenarioIn(path: string, io: CommandIo): Scenario {
  try {
    const file = resolve(io.cwd, path);
    return /\.ya?ml$/.test(path) ? readScenario(readFileSync(file, 'utf8'), path) : toldRecording(liveRecordingSource(file));
  } catch (error) {
    if (!(error instanceof RecordingError || error instanceof ScenarioError || (error instanceof Error && 'code' in error))) throw error;
    throw new CommandError(error.message, EXIT.failure, { cause: error });
  }
}
