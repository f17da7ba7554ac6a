/** Why a log cannot be opened, stable for logs and tests. Damage is no reason: it is set aside and reported. */
export type WalErrorCode = 'LIMPET_WAL_UNREADABLE' | 'LIMPET_WAL_CLOSED';

export class WalError extends Error {
  readonly code: WalErrorCode;

  constructor(code: WalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WalError';
    this.code = code;
  }
}

/** What the system calls an error, `ENOSPC` for example; its text where it has no name. */
export function systemCode(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : String(error);
}
