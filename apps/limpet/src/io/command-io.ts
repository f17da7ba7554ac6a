/** Signals that a command may ask for. */
export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Everything that a command needs of the process: tests pass their own, `live-io.ts` holds the real one. */
export interface CommandIo {
  /**
   * Writes a piece of the result. Resolves when there is room for more, so that a slow reader slows the writer down.
   * Rejects with an `OutputClosed` where nobody reads any more.
   */
  readonly writeOut: (text: string) => Promise<void>;
  /** Writes an error or a notice. */
  readonly writeErr: (text: string) => void;
  /** The bytes of standard input; may be asked for once. */
  readStdin(): AsyncIterable<Uint8Array>;
  /** The bytes of a file; a relative path starts at `cwd`. Iterating throws what the file system says. */
  readFile(path: string): AsyncIterable<Uint8Array>;
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person sees the result: standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Characters that a line of the output has room for. */
  readonly columnCount: number;
  /** Calls the listener for each such signal until the function returned is called; without a listener the signal ends the process. */
  onSignal(name: SignalName, listener: () => void): () => void;
}

/** The reader of the output went away, as `head` does: what it asked for it has. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
  readonly code = 'LIMPET_OUTPUT_CLOSED';
}
