import { resolve } from 'node:path';
import { DurationError, formatDuration, parseDuration } from '@limpet/model';
import { changedMachines, compareTold, differenceText, liveRecordingSource, RecordingError, replayExact } from '@limpet/replay';
import type { RecordingSource, ReplayOptions } from '@limpet/replay';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { ResultLines } from '../io/result-lines.ts';

/** The command line of `limpet replay`, understood. */
export interface ReplayCommandOptions {
  readonly recording: string;
  readonly mode: 'auto' | 'exact' | 'scenario';
  readonly verify?: boolean;
  readonly speed: string;
  readonly until?: string;
  readonly print?: boolean;
}

/** Lives a recorded run again and says what came of it. */
export async function replayCommand(options: ReplayCommandOptions, io: CommandIo): Promise<number> {
  try {
    const source = liveRecordingSource(resolve(io.cwd, options.recording));
    const isTold = options.mode === 'scenario' || (options.mode === 'auto' && (source.isRing || changedMachines(source).length > 0));
    return isTold ? await tellAgain(source, options, io) : await liveAgain(source, options, io);
  } catch (error) {
    if (error instanceof RecordingError) throw new CommandError(error.message, EXIT.failure, { cause: error });
    throw error;
  }
}

async function liveAgain(source: RecordingSource, options: ReplayCommandOptions, io: CommandIo): Promise<number> {
  const startedMono = performance.now();
  const results = new ResultLines(io);
  const result = await replayExact({ ...replayOptions(source, options), ...printing(options, results) });
  await results.flush();
  const { inputCount, spanMs, end, difference } = result;
  const tookS = ((performance.now() - startedMono) / 1000).toFixed(2);
  io.writeErr(
    `${inputCount} inputs over ${formatDuration(Math.round(spanMs))} replayed in ${tookS} s; the recording ends because ${end}\n`,
  );
  if (difference !== undefined) {
    io.writeErr(`${differenceText(difference)}\n`);
    return EXIT.failure;
  }
  if (options.verify === true) io.writeErr(`equal: transitions ${result.transitions}, samples ${result.samples}\n`);
  return EXIT.ok;
}

/** Differences that are shown of a recording that was told. */
const DIFFERENCES_SHOWN = 100;

async function tellAgain(source: RecordingSource, { verify = false, mode }: ReplayCommandOptions, io: CommandIo): Promise<number> {
  const { changedMachines: changed, recordedBy, comparedCount, differences, hasExpected } = await compareTold(source);
  const why = source.isRing ? 'it holds the last minutes only' : changed.length > 0 ? `other machines: ${changed.join(', ')}` : 'as asked';
  io.writeErr(`told as a scenario (${mode === 'auto' ? why : 'as asked'}); recorded by Limpet ${recordedBy}\n`);
  if (!verify) return EXIT.ok;
  if (!hasExpected) throw new CommandError('the recording holds hashes only: there are no samples to compare with', EXIT.failure);
  await io.writeOut(
    differences
      .slice(0, DIFFERENCES_SHOWN)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const more = differences.length - DIFFERENCES_SHOWN;
  if (more > 0) io.writeErr(`… and ${more} more\n`);
  io.writeErr(
    differences.length === 0 ? `equal: ${comparedCount} samples\n` : `${differences.length} differences in ${comparedCount} samples\n`,
  );
  return differences.length === 0 ? EXIT.ok : EXIT.failure;
}

function replayOptions(source: RecordingSource, { verify = false, speed, until }: ReplayCommandOptions): ReplayOptions {
  const isVerified = verify;
  const pace = paceOf(speed);
  return { source, isVerified, ...(pace !== undefined && { pace }), ...(until !== undefined && { until: timeOf(until) }) };
}

/** Prints each turn as it comes; a slow reader does not slow the replay down. */
function printing({ print = false }: ReplayCommandOptions, results: ResultLines): Pick<ReplayOptions, 'onTurn'> {
  if (!print) return {};
  return {
    onTurn: ({ n, k, key, w }, { transitions, batches }) => {
      const samples = batches.flatMap(({ lines }) => lines);
      const line = { input: n, kind: k, key, time: new Date(w).toISOString(), transitions, ...(samples.length > 0 && { samples }) };
      void results.add(JSON.stringify(line));
    },
  };
}

/** Waits so long before each input that time passes at the speed asked for. */
function paceOf(speed: string): ReplayOptions['pace'] {
  if (speed === 'max') return undefined;
  const factor = Number(speed);
  if (!(factor > 0)) throw new CommandError(`--speed: expected max or a number above 0, got '${speed}'`, EXIT.usage);
  let start: { readonly recordedMs: number; readonly ownMs: number } | undefined;
  return ({ m }) => {
    start ??= { recordedMs: m, ownMs: performance.now() };
    const waitMs = (m - start.recordedMs) / factor - (performance.now() - start.ownMs);
    return new Promise((done) => {
      setTimeout(done, Math.max(waitMs, 0));
    });
  };
}

function timeOf(text: string): NonNullable<ReplayOptions['until']> {
  const wallMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(wallMs) && !/^\d+[a-z]/.test(text)) return { wallMs };
  try {
    return { elapsedMs: parseDuration(text) };
  } catch (error) {
    if (error instanceof DurationError) throw new CommandError(`--until: neither a time nor a duration: '${text}'`, EXIT.usage);
    throw error;
  }
}
