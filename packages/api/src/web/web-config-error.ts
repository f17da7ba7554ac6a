/** Why a web configuration cannot be used although it reads well. Shows neither keys nor hashes. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
  /** `…_FILE`: it, or a file that it names, cannot be read. `…_TLS`: certificate, key or CA do not serve. */
  readonly code: 'LIMPET_WEB_CONFIG_FILE' | 'LIMPET_WEB_CONFIG_TLS';

  constructor(code: WebConfigError['code'], message: string, options: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
