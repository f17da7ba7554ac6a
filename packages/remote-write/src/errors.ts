/** Why a list of receivers is not applied, stable for logs and tests. */
export type RemoteWriteErrorCode =
  | 'LIMPET_REMOTE_WRITE_DUPLICATE'
  | 'LIMPET_REMOTE_WRITE_RULES'
  | 'LIMPET_REMOTE_WRITE_CLIENT'
  | 'LIMPET_REMOTE_WRITE_LOG'
  | 'LIMPET_REMOTE_WRITE_CLOSED';

/** A configuration of receivers that cannot be put in force; the one before it stays. */
export class RemoteWriteError extends Error {
  readonly code: RemoteWriteErrorCode;

  constructor(code: RemoteWriteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RemoteWriteError';
    this.code = code;
  }
}
