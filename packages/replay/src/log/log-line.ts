/** Version of the format; a reader refuses any other. */
export const RECORDING_VERSION = 1;

/** Inputs after which a recording holds the hashes of everything so far. */
export const CHECKPOINT_EVERY = 128;

/** Which part of what happens is kept. Inputs always are; bodies and expected samples only within the scope. */
export interface RecordingScope {
  /** Jobs whose bodies are kept; absent: all. */
  readonly jobs?: readonly string[];
  /** Share of the targets whose bodies are kept, in (0, 1]. */
  readonly targetShare: number;
  /** Keeps the bodies of scrapes that ended with `up 0` only. */
  readonly failuresOnly: boolean;
  /** Whether what the run did is written in full, beside its hashes. */
  readonly hasExpected: boolean;
}

/** The options of an agent that its run depends on. */
export interface RecordedOptions {
  readonly scrapeConcurrency?: number;
  readonly reloadIntervalMs?: number;
  readonly reloadOnStartup?: boolean;
  readonly timestampToleranceMs?: number;
  readonly flushDeadlineMs?: number;
  readonly features?: readonly string[];
  /** Where one is given; otherwise it is looked up, which is in the log. */
  readonly hostName?: string;
}

/** The first line of every part of a recording: what was true before anything arrived. */
export interface BootLine {
  readonly n: 0;
  readonly k: 'boot';
  readonly v: number;
  readonly limpet: string;
  readonly xstate: string;
  /** A fingerprint of each machine by name. */
  readonly machines: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly host: string;
  readonly zone: string;
  readonly w: number;
  readonly m: number;
  readonly options: RecordedOptions;
  readonly scope: RecordingScope;
  /** `middle`: what came before was dropped, and the lines of kind `carry` stand in for it. */
  readonly from: 'start' | 'middle';
}

/** What arrived. `timer` and `in` have neither `ok` nor `err`. */
export interface InputLine {
  readonly n: number;
  readonly w: number;
  readonly m: number;
  readonly k: 'timer' | 'fx' | 'push' | 'in' | 'carry';
  readonly key: string;
  readonly ok?: unknown;
  /** Words of a failure, or of a rejection. */
  readonly err?: string;
  /** Why a command was given. */
  readonly reason?: string;
  /** Milliseconds from the question to this answer. */
  readonly took?: number;
}

/** Hashes of every transition and sample up to and with input `n`. */
export interface CheckLine {
  readonly n: number;
  readonly k: 'chk';
  readonly transitions: string;
  readonly samples: string;
}

/** The recording was ended on purpose. A recording without this line was cut off. */
export interface EndLine {
  readonly n: number;
  readonly k: 'end';
  readonly why: string;
}

export type LogLine = BootLine | InputLine | CheckLine | EndLine;

/** What one input is expected to cause: a line of `expect.ndjson`. */
export interface ExpectLine {
  readonly n: number;
  readonly t?: readonly string[];
  /** Samples, packed. */
  readonly s?: string;
  /** Label sets that occur for the first time, by the number that stands for them from here on. */
  readonly l?: Readonly<Record<string, string>>;
}

/** Whether a body is there for a replay: `ifFailed`, where the scrape has turned out to have failed. */
export type Kept = boolean | 'ifFailed';

/** What is kept of an answer over HTTP. Headers are named one by one: nothing secret can slip in. */
export type HttpLine =
  | {
      readonly status: number;
      readonly text: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly bytes: number;
      readonly wire: number;
      /** `sha256:<hex>` of the body, which is a file unless it was left out. */
      readonly body: string;
      /** False where the body is outside of the scope, or could not be kept; absent where it was kept. */
      readonly kept?: false | 'ifFailed';
    }
  | { readonly failed: string; readonly error: string };
