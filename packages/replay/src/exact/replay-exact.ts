import { RecordingError } from '../errors.ts';
import type { CheckLine, InputLine } from '../log/log-line.ts';
import { SampleUnpacker } from '../log/packed-samples.ts';
import { readBootLine, readExpectLine, readLogLine } from '../log/read-line.ts';
import type { TurnTrace } from '../trace/run-trace.ts';
import type { Difference } from './difference.ts';
import { ExactRun } from './exact-run.ts';
import type { ExactRunOptions } from './exact-run.ts';
import { linesAhead } from './lines-ahead.ts';
import type { PlacedLine } from './lines-ahead.ts';
import type { RecordingSource } from './ports.ts';

export interface ReplayOptions extends Pick<ExactRunOptions, 'agentOptions' | 'makeAgent'> {
  readonly source: RecordingSource;
  /** Compares with what was recorded, and stops at the first difference. On by default. */
  readonly isVerified?: boolean;
  /** Stops before the first input later than so many milliseconds after the beginning, or than this wall time. */
  readonly until?: { readonly elapsedMs: number } | { readonly wallMs: number };
  /** Waited for before every input, for replays at the speed of life. */
  readonly pace?: (line: InputLine) => Promise<void>;
  /** Told of every turn. With it samples are noted line by line, which takes longer. */
  readonly onTurn?: (line: InputLine, trace: TurnTrace) => void;
  readonly onAgent?: (agent: ExactRun['agent']) => void;
}

/** What a replay has come to. */
export interface ReplayResult {
  readonly inputCount: number;
  /** Monotonic milliseconds that the inputs span. */
  readonly spanMs: number;
  readonly checkpointCount: number;
  readonly difference: Difference | undefined;
  readonly transitions: string;
  readonly samples: string;
  /** Why the recording ends where it does. */
  readonly end: string;
}

/**
 * Lives a recording again, exactly: the same machines get the same inputs at the same times, and must do the same. The
 * hashes at each checkpoint are compared; where one differs that stretch is repeated and the first difference found.
 */
export async function replayExact(options: ReplayOptions): Promise<ReplayResult> {
  return new ExactReplay(options).run();
}

/** Inputs after `after`, up to and with `to`: a stretch in which something differs. */
interface Stretch {
  readonly after: number;
  readonly to: number;
  /** The recording ends with it. */
  readonly isCutOff?: boolean;
}

class ExactReplay {
  readonly #options: ReplayOptions;
  readonly #run: ExactRun;
  readonly #lines: Iterator<{ readonly text: string; readonly place: string }>;
  readonly #startMono: number;
  #checkedNumber = 0;
  #checkpointCount = 0;
  #number = 0;
  #monoMs: number;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#lines = options.source.lines()[Symbol.iterator]();
    const boot = readBootLine(this.#lines.next().value as { text: string; place: string } | undefined, options.source.name);
    if (boot.from === 'middle') {
      throw new RecordingError(
        'LIMPET_RECORDING_FORMAT',
        options.source.name,
        'it holds the last minutes only and begins in the middle of a run',
      );
    }
    this.#startMono = boot.m;
    this.#monoMs = boot.m;
    this.#run = new ExactRun({ boot, source: options.source, ...pick(options) });
    if (options.onTurn !== undefined) this.#run.hasLines = true;
    options.onAgent?.(this.#run.agent);
  }

  async run(): Promise<ReplayResult> {
    const { source } = this.#options;
    try {
      for await (const batch of linesAhead(source, this.#lines)) {
        for (const placed of batch) {
          const result = await this.#take(placed);
          if (result !== undefined) return result;
        }
      }
      return await this.#finish('it was cut off');
    } finally {
      source.close?.();
    }
  }

  /** Goes on by one line; the result where it is the last one that counts. */
  #take({ line, place }: PlacedLine): Promise<ReplayResult | undefined> | undefined {
    if (line.k === 'boot' || line.k === 'carry') return undefined;
    if (line.k === 'end') return this.#finish(line.why);
    if (line.k === 'chk') return this.#check(line);
    return this.#isLate(line) ? this.#finish('it was to go this far') : this.#input(line, place);
  }

  #check(line: CheckLine): Promise<ReplayResult> | undefined {
    const wrong = this.#wrongOf(line);
    if (wrong === undefined) {
      this.#checkedNumber = line.n;
      this.#checkpointCount++;
      return undefined;
    }
    const stretch = { after: this.#checkedNumber, to: line.n };
    return this.#difference(wrong, stretch).then((difference) => this.#finish('a difference', difference));
  }

  async #input(line: InputLine, place: string): Promise<ReplayResult | undefined> {
    const broken = await this.#turn(line, place);
    return broken === undefined ? undefined : this.#finish('a difference', await this.#cause(broken));
  }

  async #turn(line: InputLine, place: string): Promise<Difference | undefined> {
    if (line.n !== this.#number + 1) return { kind: 'missing', input: line, place, missingNumber: this.#number + 1 };
    if (!this.#run.waitsFor(line)) return { kind: 'unasked', input: line, place, waitingKeys: this.#run.waitingKeys };
    await this.#options.pace?.(line);
    try {
      const trace = await this.#run.turn(line);
      this.#options.onTurn?.(line, trace);
    } catch (error) {
      if (error instanceof RecordingError) return { kind: 'body', input: line, place: error.place, error: error.message };
      throw error;
    }
    this.#number = line.n;
    this.#monoMs = line.m;
    return undefined;
  }

  #isLate({ m, w }: InputLine): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    return 'wallMs' in until ? w > until.wallMs : m - this.#startMono > until.elapsedMs;
  }

  #wrongOf({ transitions, samples }: CheckLine): Sides['kind'] | undefined {
    if (this.#options.isVerified === false) return undefined;
    const found = this.#run.digests();
    if (found.transitions !== transitions) return 'transitions';
    return found.samples === samples ? undefined : 'samples';
  }

  /** What cannot go on may have its cause in an input before, which no checkpoint has covered yet. */
  async #cause(broken: Difference): Promise<Difference> {
    if (this.#options.isVerified === false) return broken;
    const before = await firstDifference(this.#options, { after: this.#checkedNumber, to: broken.input.n - 1 });
    return before ?? broken;
  }

  async #difference(kind: Sides['kind'], stretch: Stretch): Promise<Difference | undefined> {
    return (await firstDifference(this.#options, stretch)) ?? (await lastOf(this.#options, kind, stretch));
  }

  async #finish(end: string, difference?: Difference): Promise<ReplayResult> {
    const tail = difference === undefined && end !== 'it was to go this far' && this.#options.isVerified !== false;
    const found = tail
      ? await firstDifference(this.#options, { after: this.#checkedNumber, to: this.#number, isCutOff: true })
      : difference;
    const { transitions, samples } = this.#run.digests();
    const spanMs = this.#monoMs - this.#startMono;
    return { inputCount: this.#number, spanMs, checkpointCount: this.#checkpointCount, difference: found, transitions, samples, end };
  }
}

/** Repeats a run up to the end of a stretch and compares it turn by turn with what is expected there. */
async function firstDifference(options: ReplayOptions, { after, to, isCutOff = false }: Stretch): Promise<Difference | undefined> {
  if (to <= after) return undefined;
  const expected = expectedIn(options.source, { after, to });
  if (expected === undefined) return undefined;
  let found: Difference | undefined;
  await repeat(options, { after, to }, (input, place, { transitions, batches }) => {
    const lines = expected.get(input.n);
    if (lines === undefined && isCutOff && input.n === to) return false; // what it did was not written any more
    const samples = batches.flatMap((batch) => batch.lines);
    found = compared({ input, place }, { kind: 'transitions', recorded: lines?.transitions ?? [], replayed: transitions });
    found ??= compared({ input, place }, { kind: 'samples', recorded: lines?.samples ?? [], replayed: samples });
    return found === undefined;
  });
  return found;
}

/** Without expected lines nobody knows which input it was: the last of the stretch that did anything is shown. */
async function lastOf(options: ReplayOptions, kind: Sides['kind'], stretch: Stretch): Promise<Difference | undefined> {
  let last: Difference | undefined;
  await repeat(options, stretch, (input, place, { transitions, batches }) => {
    const replayed = kind === 'transitions' ? transitions : batches.flatMap((batch) => batch.lines);
    const uncertainInputCount = input.n - stretch.after - 1;
    if (replayed.length > 0) last = { kind, input, place, recorded: [], replayed, hasExpected: false, uncertainInputCount };
    return true;
  });
  return last;
}

interface Sides {
  readonly kind: 'transitions' | 'samples';
  readonly recorded: readonly string[];
  readonly replayed: readonly string[];
}

function compared(
  where: { readonly input: InputLine; readonly place: string },
  { kind, recorded, replayed }: Sides,
): Difference | undefined {
  if (recorded.length === replayed.length && recorded.every((line, index) => line === replayed[index])) return undefined;
  const [left, right] = [new Set(recorded), new Set(replayed)];
  const only = { recorded: recorded.filter((line) => !right.has(line)), replayed: replayed.filter((line) => !left.has(line)) };
  const isReordered = only.recorded.length === 0 && only.replayed.length === 0;
  return { kind, ...where, ...(isReordered ? { recorded, replayed } : only), hasExpected: true, uncertainInputCount: 0 };
}

/** Runs the recording from its beginning and shows the turns of a stretch, until told to stop. */
async function repeat(
  options: ReplayOptions,
  { after, to }: Stretch,
  look: (input: InputLine, place: string, trace: TurnTrace) => boolean,
): Promise<void> {
  const lines = options.source.lines()[Symbol.iterator]();
  const boot = readBootLine(lines.next().value as { text: string; place: string } | undefined, options.source.name);
  const run = new ExactRun({ boot, source: options.source, ...pick(options) });
  for (let next = lines.next(); next.done !== true; next = lines.next()) {
    const line = readLogLine(next.value);
    if (line.k === 'boot' || line.k === 'carry' || line.k === 'chk' || line.k === 'end') continue;
    if (line.n > to || !run.waitsFor(line)) return;
    run.hasLines = line.n > after;
    const trace = await run.turn(line);
    if (line.n > after && !look(line, next.value.place, trace)) return;
  }
}

interface Expected {
  readonly transitions: readonly string[];
  readonly samples: readonly string[];
}

/** What is expected in a stretch by input; `undefined` where the recording does not hold it. */
function expectedIn(source: RecordingSource, { after, to }: Stretch): Map<number, Expected> | undefined {
  const expected = new Map<number, Expected>();
  const unpacker = new SampleUnpacker();
  let hasAny = false;
  for (const line of source.expected()) {
    hasAny = true;
    const read = readExpectLine(line);
    if (read.n > to) break;
    unpacker.note(read);
    if (read.n > after) expected.set(read.n, { transitions: read.t ?? [], samples: unpacker.unpack(read) });
  }
  return hasAny ? expected : undefined;
}

function pick({ agentOptions, makeAgent }: ReplayOptions): Pick<ReplayOptions, 'agentOptions' | 'makeAgent'> {
  return { ...(agentOptions !== undefined && { agentOptions }), ...(makeAgent !== undefined && { makeAgent }) };
}
