import pino from 'pino';
import type { Log } from '@limpet/model';
import { logfmtLine } from './log-lines.ts';

export interface LogOptions {
  readonly level: string;
  readonly format: 'logfmt' | 'json';
  /** Where lines go; standard error by default. */
  readonly write?: (line: string) => void;
}

/** The process' log. Secrets print themselves as `<secret>`, so no redaction list is needed. */
export function makeLog({ level, format, write = (line) => process.stderr.write(line) }: LogOptions): Log {
  const stream = { write: (json: string) => write(format === 'json' ? json : logfmtLine(json)) };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    debug: (message, fields) => logger.debug(fields, message),
    info: (message, fields) => logger.info(fields, message),
    warn: (message, fields) => logger.warn(fields, message),
    error: (message, fields) => logger.error(fields, message),
  };
}
