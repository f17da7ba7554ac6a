export type RecordingErrorCode = 'LIMPET_RECORDING_FOLDER' | 'LIMPET_RECORDING_FORMAT' | 'LIMPET_RECORDING_BODY' | 'LIMPET_RECORDING_ENDED';

/** A recording that cannot be written or read. `place` is the file, with the line where there is one. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly code: RecordingErrorCode;
  readonly place: string;

  constructor(code: RecordingErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(`${place}: ${message}`, options);
    this.code = code;
    this.place = place;
  }
}
