import { readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  acceptResults,
  isOk,
  junitText,
  readScenario,
  SCENARIO_SCHEMA,
  ScenarioError,
  specText,
  tapText,
  testScenario,
} from '@limpet/replay';
import type { FileResult } from '@limpet/replay';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';

/** The command line of `limpet scenario test`, understood. */
export interface ScenarioCommandOptions {
  readonly files: readonly string[];
  readonly reporter: 'spec' | 'tap' | 'junit';
  readonly watch?: boolean;
  readonly accept?: boolean;
}

const REPORTERS = { spec: specText, tap: tapText, junit: junitText } as const;
/** Changes of files within so many milliseconds are one change. */
const CHANGE_MS = 100;

/** Runs scenario files, once or whenever one changes, and prints what came of them. */
export async function scenarioTestCommand(options: ScenarioCommandOptions, io: CommandIo): Promise<number> {
  const exitCode = await runOnce(options, io);
  if (options.watch !== true) return exitCode;
  await new Promise<void>((stop) => {
    let timer: NodeJS.Timeout | undefined;
    const again = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void runOnce(options, io).catch((error: unknown) => io.writeErr(`${String(error)}\n`)), CHANGE_MS);
    };
    const watchers = options.files.map((file) => watch(resolve(io.cwd, file), again));
    const unlisten = io.onSignal('SIGINT', () => {
      for (const watcher of watchers) watcher.close();
      clearTimeout(timer);
      unlisten();
      stop();
    });
  });
  return EXIT.ok;
}

/** Prints the JSON Schema of scenario files. */
export async function scenarioSchemaCommand(io: CommandIo): Promise<number> {
  await io.writeOut(`${JSON.stringify(SCENARIO_SCHEMA, undefined, 2)}\n`);
  return EXIT.ok;
}

async function runOnce({ files, reporter, accept = false }: ScenarioCommandOptions, io: CommandIo): Promise<number> {
  const results: FileResult[] = [];
  for (const file of files.flatMap((given) => scenarioFiles(given, io))) results.push(await resultOf(file, { accept, io }));
  await io.writeOut(REPORTERS[reporter](results));
  return results.every(isOk) ? EXIT.ok : EXIT.failure;
}

/** A file as it is; of a folder all its YAML files, sorted. */
function scenarioFiles(given: string, io: CommandIo): readonly string[] {
  const path = resolve(io.cwd, given);
  try {
    if (!statSync(path).isDirectory()) return [given];
    return readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(given, name));
  } catch (cause) {
    throw new CommandError(`cannot read ${given}: ${cause instanceof Error ? cause.message : String(cause)}`, EXIT.failure, { cause });
  }
}

async function resultOf(file: string, { accept, io }: { readonly accept: boolean; readonly io: CommandIo }): Promise<FileResult> {
  const path = resolve(io.cwd, file);
  const startedMono = performance.now();
  const took = (): number => performance.now() - startedMono;
  try {
    const text = readFileSync(path, 'utf8');
    const scenario = readScenario(text, file);
    const result = await testScenario(scenario);
    if (!accept || result.ok || result.run.startError !== undefined)
      return { file, name: scenario.name, tookMs: took(), result, error: undefined };
    const accepted = acceptResults(text, result.results);
    if (accepted !== text) {
      writeFileSync(path, accepted);
      io.writeErr(`${file}: what was found is now what is expected; review it with git diff\n`);
    }
    return { file, name: scenario.name, tookMs: took(), result: await testScenario(readScenario(accepted, file)), error: undefined };
  } catch (error) {
    const isOurs = error instanceof ScenarioError || (error instanceof Error && 'code' in error);
    if (!isOurs) throw error;
    return { file, name: basename(file), tookMs: took(), result: undefined, error: (error as Error).message };
  }
}
