/** What packages log to. Never throws and never sends an event. Fields carry `code` where there is a typed error. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** JSON values only; a `Secret` prints itself as `<secret>`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log that keeps nothing. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
