/** A gzip body that cannot be had: longer than it may be, or no gzip. */
export type GzipFailure =
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'failed'; readonly reason: 'contentEncoding'; readonly error: string };

/** An error of zlib in the words of Go's `compress/gzip`. */
export function gzipFailure(thrown: unknown): GzipFailure {
  const { code, message } = thrown as { readonly code?: string; readonly message: string };
  return { kind: 'failed', reason: 'contentEncoding', error: gzipText(code, message) };
}

function gzipText(code: string | undefined, message: string): string {
  if (message === 'incorrect header check' || message === 'unknown compression method') return 'gzip: invalid header';
  if (message === 'incorrect data check' || message === 'incorrect length check') return 'gzip: invalid checksum';
  if (code === 'Z_BUF_ERROR') return 'unexpected EOF';
  return `flate: corrupt input: ${message}`;
}
