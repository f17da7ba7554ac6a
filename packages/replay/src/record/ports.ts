/** The folder of a recording, for writing. Every call may reject with what the file system says. */
export interface RecordingFolder {
  /** As messages name it. */
  readonly name: string;
  /** Makes the folder. Rejects with a `RecordingError` where a recording is in it already. */
  open(): Promise<void>;
  /** Adds to the end of a file. */
  append(file: string, text: string): Promise<void>;
  /** Compresses and writes a body under its name; resolves with the bytes on disk. */
  writeBody(body: string, bytes: Uint8Array): Promise<number>;
  /** Forgets a file or a body. */
  removeFile(file: string): Promise<void>;
  removeBody(body: string): Promise<void>;
}
