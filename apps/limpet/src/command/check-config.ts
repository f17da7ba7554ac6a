import { DurationError, parseDuration } from '@limpet/model';
import { checkFile } from '../check/check-file.ts';
import type { CheckedConfig } from '../check/check-file.ts';
import { CONFIG_BYTES_MAX } from '../check/config-files.ts';
import { chooseLints, lintJobs } from '../check/lint.ts';
import { runSummary } from '../check/run-summary.ts';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeText } from '../io/input.ts';

/** The command line of `limpet check config`, understood. */
export interface CheckConfigOptions {
  readonly files: readonly string[];
  readonly syntaxOnly?: boolean;
  readonly lint: string;
  readonly lintFatal?: boolean;
  readonly lookbackDelta: string;
}

/** Checks configurations one after the other, all of them whatever comes of each. */
export async function checkConfigCommand(options: CheckConfigOptions, io: CommandIo): Promise<number> {
  const lints = chooseLints(options.lint);
  const lookbackDeltaMs = durationMs(options.lookbackDelta);
  for (const word of lints.unknown) await io.writeOut(`WARNING: unknown lint option: ${JSON.stringify(word)}\n`);
  let hasFailed = false;
  let hasFindings = false;
  for (const file of options.files) {
    await io.writeOut(`Checking ${file}\n`);
    const config = await checked(file, options.syntaxOnly ?? false, io);
    await io.writeOut('\n');
    hasFailed ||= config === undefined;
    if (options.syntaxOnly === true || config === undefined) continue;
    for (const finding of lintJobs(config.scrapeConfigs, lints, lookbackDeltaMs)) {
      io.writeErr(`  FAILED: ${finding}\n`);
      hasFindings = true;
    }
  }
  if (hasFailed) return EXIT.failure;
  return hasFindings && options.lintFatal === true ? EXIT.lint : EXIT.ok;
}

/** Checks one file and prints what comes of it; the configuration where it would run. */
async function checked(file: string, syntaxOnly: boolean, io: CommandIo): Promise<CheckedConfig['config'] | undefined> {
  const text = await textOf(file, io);
  if (text === undefined) return undefined;
  const outcome = await checkFile({ file, text, syntaxOnly }, io);
  if ('heading' in outcome) {
    io.writeErr(`  FAILED: ${outcome.heading}\n${outcome.print}\n`);
    return undefined;
  }
  for (const warning of outcome.warnings) await io.writeOut(`  WARNING: ${warning}\n`);
  for (const { message, fields } of outcome.notices) await io.writeOut(`  WARNING: ${message} ${JSON.stringify(fields)}\n`);
  const [first] = outcome.faults;
  if (first !== undefined) {
    io.writeErr(`  FAILED: ${first.message}\n${outcome.faults.map(({ print }) => print).join('\n\n')}\n`);
    return undefined;
  }
  const summary = runSummary(outcome).map((line) => `  ${line}\n`);
  await io.writeOut(` SUCCESS: ${file} is valid prometheus config file syntax\n${summary.join('')}`);
  return outcome.config;
}

async function textOf(file: string, io: CommandIo): Promise<string | undefined> {
  try {
    return await wholeText(openInput(file, io), CONFIG_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.writeErr(`  FAILED: ${error.message}\n`);
    return undefined;
  }
}

function durationMs(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) throw new CommandError(`--query.lookback-delta: ${error.message}`, EXIT.usage);
    throw error;
  }
}
