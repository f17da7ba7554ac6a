/** What the process answers to whoever started it. */
export const EXIT = { ok: 0, failure: 1, usage: 2, lint: 3, differences: 3, serverOnlyFlag: 3 } as const;

/** A command that cannot go on, for a reason that the person can mend. The message stands on its own. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'LIMPET_COMMAND';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
