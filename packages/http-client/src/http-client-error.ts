/** Why a client block could not be opened, stable for logs and tests. */
export type HttpClientErrorCode = 'LIMPET_HTTP_CLIENT_TLS_FILE' | 'LIMPET_HTTP_CLIENT_TLS' | 'LIMPET_HTTP_CLIENT_PROXY';

/** A client block that cannot be used: TLS material unreadable or unusable (C-063, C-064), or a bad proxy URL. */
export class HttpClientError extends Error {
  readonly code: HttpClientErrorCode;

  constructor(code: HttpClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HttpClientError';
    this.code = code;
  }
}
