/**
 * The disk as the log reaches it. Everything rejects with what the system says (`code` is `ENOSPC`, `EIO` …); nothing
 * blocks. Paths are relative to the log's folder, parts joined by `/`.
 */
export interface WalFiles {
  /** Makes a folder with those above it; one that is there is fine. */
  makeFolder(path: string): Promise<void>;
  /** Files in a folder, in any order. */
  list(path: string): Promise<readonly FileFacts[]>;
  /** Opens for reading and writing; `create` makes a file that is not there, and empties one that is. */
  open(path: string, mode: 'create' | 'existing'): Promise<WalFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; one that is not there is fine. */
  remove(path: string): Promise<void>;
  /** What was created, renamed or removed in a folder survives a power loss from here on. */
  syncFolder(path: string): Promise<void>;
}

export interface FileFacts {
  readonly name: string;
  readonly sizeBytes: number;
  /** Wall milliseconds of the last write. */
  readonly modifiedMs: number;
}

/** One open file. Reads and writes may be of fewer bytes than asked for. */
export interface WalFile {
  read(into: Uint8Array, at: number): Promise<number>;
  write(bytes: Uint8Array, at: number): Promise<number>;
  truncate(size: number): Promise<void>;
  /** What was written survives a power loss from here on. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
