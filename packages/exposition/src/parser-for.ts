import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { Parse, ReadEntries } from './entry.ts';
import { MimeError, parseMediaType } from './mime.ts';
import { openMetricsReader, parseOpenMetrics } from './openmetrics-parser.ts';
import { parseProtobuf } from './protobuf-parser.ts';
import { mediaTypeNamed } from './scrape-protocol.ts';
import type { MediaType } from './scrape-protocol.ts';
import { parseText, textReader } from './text-parser.ts';

/** The format that a body is read in. */
export type ExpositionFormat = 'text' | 'openmetrics' | 'protobuf';

/** How a body is going to be read. */
export interface ChosenParser {
  readonly format: ExpositionFormat;
  readonly parse: Parse;
  /** The same, line by line; only for formats that have lines. */
  readonly readEntries?: ReadEntries;
  /** Why the fallback decided and not the header, for the debug log (E-008); `undefined` where the header did. */
  readonly fallbackReason: string | undefined;
}

/** Stable code of a `ContentTypeError`. */
export type ContentTypeErrorCode = 'LIMPET_CONTENT_TYPE_BLANK' | 'LIMPET_CONTENT_TYPE_UNPARSABLE' | 'LIMPET_CONTENT_TYPE_UNSUPPORTED';

/** No parser for a response: the scrape fails and the target is down (E-007). */
export class ContentTypeError extends Error {
  override readonly name = 'ContentTypeError';
  readonly code: ContentTypeErrorCode;

  constructor(code: ContentTypeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The parser for a response, by its Content-Type header (`''` where there is none) and the media type of the job's
 * `fallback_scrape_protocol`. A recognised header is never overridden (E-005…E-010). An empty body needs no parser (E-011).
 */
export function parserFor(contentType: string, fallback: MediaType | undefined): Result<ChosenParser, ContentTypeError> {
  const named = namedBy(contentType);
  if (named.ok) return parserOf(named.value, undefined);
  if (fallback === undefined) return named;
  const reason = named.error.message.replace(/ and no fallback_scrape_protocol.*$/m, `, using fallback_scrape_protocol "${fallback}"`);
  return parserOf(fallback, reason);
}

function namedBy(contentType: string): Result<MediaType, ContentTypeError> {
  if (contentType === '') {
    const message = 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target';
    return failed(new ContentTypeError('LIMPET_CONTENT_TYPE_BLANK', message));
  }
  const quoted = JSON.stringify(contentType);
  try {
    const mediaType = mediaTypeNamed(parseMediaType(contentType));
    if (mediaType !== undefined) return succeeded(mediaType);
  } catch (cause) {
    if (!(cause instanceof MimeError)) throw cause;
    const message = `cannot parse Content-Type ${quoted} and no fallback_scrape_protocol for target\n${cause.message}`;
    return failed(new ContentTypeError('LIMPET_CONTENT_TYPE_UNPARSABLE', message, { cause }));
  }
  const message = `received unsupported Content-Type ${quoted} and no fallback_scrape_protocol specified for target`;
  return failed(new ContentTypeError('LIMPET_CONTENT_TYPE_UNSUPPORTED', message));
}

function parserOf(mediaType: MediaType, fallbackReason: string | undefined): Result<ChosenParser, ContentTypeError> {
  switch (mediaType) {
    case 'text/plain':
      return succeeded({ format: 'text', parse: parseText, readEntries: textReader, fallbackReason });
    case 'application/openmetrics-text':
      return succeeded({ format: 'openmetrics', parse: parseOpenMetrics, readEntries: openMetricsReader, fallbackReason });
    case 'application/vnd.google.protobuf':
      return succeeded({ format: 'protobuf', parse: parseProtobuf, fallbackReason });
  }
}
