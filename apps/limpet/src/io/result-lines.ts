import type { CommandIo } from './command-io.ts';

/** Characters that are gathered before they are written: large enough that a write costs nothing beside the work. */
const PIECE_CHARS = 64 * 1024;

/** The result of a command, line by line, written in pieces at the speed of its reader. */
export class ResultLines {
  readonly #io: CommandIo;
  #piece = '';

  constructor(io: CommandIo) {
    this.#io = io;
  }

  /** Adds a line. Returns a promise only where a piece is full, so that most lines cost no turn of the event loop. */
  add(line: string): Promise<void> | undefined {
    this.#piece += `${line}\n`;
    return this.#piece.length < PIECE_CHARS ? undefined : this.flush();
  }

  /** Writes what has been gathered. To be awaited at the end, and before anything goes to standard error. */
  async flush(): Promise<void> {
    const piece = this.#piece;
    this.#piece = '';
    if (piece !== '') await this.#io.writeOut(piece);
  }
}
