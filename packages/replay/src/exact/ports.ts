/** One line of a file of a recording. */
export interface SourceLine {
  readonly text: string;
  /** File and line, for messages. */
  readonly place: string;
}

/** A recording, for reading. */
export interface RecordingSource {
  /** As messages name it. */
  readonly name: string;
  /** Whether only its last minutes were kept. */
  readonly isRing: boolean;
  /** The lines of the log from its beginning, as often as asked for. */
  lines(): Iterable<SourceLine>;
  /** The lines of what is expected; none where it was not written. */
  expected(): Iterable<SourceLine>;
  /** A body by name; `undefined` where it was not kept. Throws a `RecordingError` where it is not what its name says. */
  body(name: string): Uint8Array | undefined;
  /** Loads bodies that will be asked for soon, beside everything else; forgets those that were loaded before. */
  bodiesAhead?(names: readonly string[]): Promise<void>;
  /** Ends whatever loads ahead. */
  close?(): void;
}
